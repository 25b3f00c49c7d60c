// SPDX-License-Identifier: Apache-2.0
// The flags of `shrike getevents` that say which events are printed, and which of their fields.

import ArgumentParser
import Glibc
import ShrikeControl
import ShrikeEventFilter
import ShrikeEventReader
import ShrikeJSON
import SwiftProtobuf

/// Which events are printed.
struct FilterFlags: ParsableArguments {
    @Option(
        name: [.customShort("e"), .long],
        help: ArgumentHelp("Kinds of events: PROCESS_EXEC, …", valueName: "kinds"))
    var eventTypes: [String] = []

    @Option(
        help: ArgumentHelp(
            "The same by short name: \(Tetragon_EventType.shortNames.joined(separator: ", ")).",
            valueName: "kinds"))
    var processType: [String] = []

    @Option(
        name: [.customShort("n"), .long, .customLong("namespaces")],
        help: ArgumentHelp("Kubernetes namespaces, by their exact names.", valueName: "names"))
    var namespace: [String] = []

    @Option(
        name: [.customShort("l"), .customLong("selector"), .customLong("labels")],
        help: ArgumentHelp(
            "Labels of pods, as kubectl takes them: app=web,tier in (a,b). Of several, any one.",
            valueName: "selector"))
    var selector: [String] = []

    @Option(help: ArgumentHelp("Kubernetes namespaces.", valueName: "expressions"))
    var namespaceRegex: [String] = []

    @Option(
        name: [.long, .customLong("processes")],
        help: ArgumentHelp("Paths of binaries.", valueName: "expressions"))
    var process: [String] = []

    @Option(
        name: [.long, .customLong("pods")],
        help: ArgumentHelp("Names of pods.", valueName: "expressions"))
    var pod: [String] = []

    @Option(help: ArgumentHelp("Names of containers.", valueName: "expressions"))
    var containers: [String] = []

    @Option(
        defaultAsFlag: .yes, parsing: .next,
        help: "Processes that are in no pod; with --namespace: those too. True or false.")
    var host: TrueOrFalse?

    @Option(
        help: ArgumentHelp(
            "Only these processes and everything that descends from them, by process id.", valueName: "ids"))
    var followPid: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Only events from this time on: how long ago (10m, 1h30m) or a date and time (2026-01-10T07:00:00Z). \
            When a file is read, or with --kubernetes what logs still have; the daemon keeps no past events.
            """, valueName: "time"))
    var since: EventStart?

    @Option(help: ArgumentHelp("Policies, by their exact names.", valueName: "names"))
    var policyNames: [String] = []

    @Option(help: ArgumentHelp("Conditions in CEL: process_exec.process.pid == 1", valueName: "expressions"))
    var celExpression: [String] = []

    @Option(
        name: [.customShort("f"), .long],
        help: ArgumentHelp("Print these fields only: process.pid,parent.binary", valueName: "fields"))
    var includeFields: [String] = []

    @Option(
        name: [.customShort("F"), .long],
        help: ArgumentHelp("Do not print these fields.", valueName: "fields"))
    var excludeFields: [String] = []

    func validate() throws { try host?.check("--host") }

    /// One filter of all flags; empty when none was given.
    func filterMessage() throws -> Tetragon_Filter {
        var filter = Tetragon_Filter()
        filter.eventSet = try ListFlag.values(eventTypes + processType).map(Self.eventType)
        filter.namespace = ListFlag.values(namespace) + (host?.isTrue == true ? [""] : [])
        filter.labels = selector
        filter.namespaceRegex = ListFlag.values(namespaceRegex)
        filter.binaryRegex = ListFlag.values(process)
        filter.podRegex = ListFlag.values(pod)
        filter.containerNameRegex = ListFlag.values(containers)
        filter.policyNames = ListFlag.values(policyNames)
        filter.celExpression = celExpression.flatMap(ConditionList.split)
        return filter
    }

    /// What is asked for besides the filter.
    func selection() throws -> EventSelection {
        var selection = EventSelection()
        selection.followedPIDs = try ListFlag.values(followPid).map { text in
            guard let pid = UInt32(text), pid > 0 else {
                throw CommandError("--follow-pid: \"\(text)\" is no process id")
            }
            return pid
        }
        selection.since = since?.nanoseconds
        return selection
    }

    /// The same, to be applied here; `nil` when no flag was given.
    func eventFilter() throws -> EventFilter? {
        let filter = try filterMessage()
        guard filter != Tetragon_Filter() else { return nil }
        do throws(EventFilterError) {
            return try EventFilter(filter)
        } catch {
            throw CommandError(Self.text(error))
        }
    }

    /// Names the flag, where the error names the member of the filter that it fills.
    private static func text(_ error: EventFilterError) -> String {
        let flags = [
            "binary_regex": "--process", "namespace_regex": "--namespace-regex", "pod_regex": "--pod",
            "container_name_regex": "--containers", "cel_expression": "--cel-expression",
            "labels": "--selector",
        ]
        let text = error.description
        for (member, flag) in flags where text.hasPrefix(member) {
            return flag + text.dropFirst(member.count)
        }
        return text
    }

    /// The field filters, for the daemon; the exclusion comes last and always wins.
    func fieldFilterMessages() throws -> [Tetragon_FieldFilter] {
        _ = try fieldFilters()  // an unknown field is an error before anything is sent
        return [(Tetragon_FieldFilterAction.include, includeFields), (.exclude, excludeFields)].compactMap {
            action, flags in
            let paths = ListFlag.values(flags)
            guard !paths.isEmpty else { return nil }
            return .with {
                $0.action = action
                $0.fields = Google_Protobuf_FieldMask(protoPaths: paths)
            }
        }
    }

    /// The same, to be applied here.
    func fieldFilters() throws -> [FieldFilter] {
        let included = ListFlag.values(includeFields)
        let excluded = ListFlag.values(excludeFields)
        var filters: [FieldFilter] = []
        if !included.isEmpty { filters.append(try FieldFilter(.include, paths: included)) }
        if !excluded.isEmpty { filters.append(try FieldFilter(.exclude, paths: excluded)) }
        return filters
    }

    private static func eventType(_ name: String) throws -> Tetragon_EventType {
        guard let type = Tetragon_EventType(eventTypeName: name) else {
            throw CommandError(
                "unknown kind of event \"\(name)\"; known are "
                    + Tetragon_EventType.shortNames.joined(separator: ", "))
        }
        return type
    }
}

/// A time on the command line: so long ago, or a date and time.
struct EventStart: ExpressibleByArgument {
    /// Since 1970.
    var nanoseconds: Int64

    init?(argument: String) {
        if let time = ShrikeJSON.nanoseconds(rfc3339: argument.utf8) {
            nanoseconds = time
        } else if let span = TimeSpan(argument: argument) {
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            let (seconds, attoseconds) = span.duration.components
            nanoseconds =
                (Int64(now.tv_sec) - seconds) * 1_000_000_000 + Int64(now.tv_nsec) - attoseconds
                / 1_000_000_000
        } else {
            return nil
        }
    }
}
