// SPDX-License-Identifier: Apache-2.0
// shrike getevents

import ArgumentParser
import Dispatch
import GRPCCore
import Glibc
import ShrikeClient
import ShrikeControl
import ShrikeEventReader
import ShrikeRPC
import SwiftProtobuf

/// Prints events.
struct GetEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "getevents",
        abstract: "Print events: as JSON, or one line for people each.",
        discussion: """
            Reads events as JSON lines from standard input or, when nothing is piped in, from the daemon, or with \
            --kubernetes from all nodes of a cluster; keeps those that pass all filters, and prints them. Filters of different flags must all pass; of the values of one flag, any one. Lists are \
            separated by commas, and flags may be repeated; a value with a comma in it is put in double \
            quotes. Regular expressions are RE2 and match anywhere unless they are anchored.

            Examples:
              shrike getevents -o compact
                  Watch what the daemon on this machine tells.
              shriked | shrike getevents -o compact
                  Watch what happens.
              shrike getevents -o compact --process-type kprobe,lsm <events.json
                  What did policies report, and whom did they stop?
              shrike getevents --tree --follow-pid 4711
                  What does this process do, and what it starts?
              shrike getevents -o compact --since 10m </var/log/shrike/events.json
                  The last ten minutes of a file.
              shrike getevents --timestamps -o compact -n shop --process 'sh$' <f
                  Shells in one namespace, with times.
              shrike getevents -f process.binary,process.arguments <events.json
                  Only some fields, as JSON.
              shrike getevents --kubernetes -o compact -n shop --selector app=web
                  What pods with that label do in one namespace, on all nodes of the cluster.
            """
    )

    @OptionGroup(title: "Output") var output: OutputFlags
    @OptionGroup(title: "Filters") var filters: FilterFlags
    @OptionGroup(title: "Cluster") var cluster: ClusterFlags
    @OptionGroup(title: "Global") var global: GlobalFlags

    @Option(
        defaultAsFlag: .yes, parsing: .next,
        help: "Connect again when the daemon goes away; true or false. Not used when events are piped in.")
    var reconnect: TrueOrFalse?

    @Option(help: ArgumentHelp("How long to wait before that.", valueName: "time"))
    var reconnectWait = TimeSpan(.seconds(2))

    func validate() throws { try reconnect?.check("--reconnect") }

    func run() async throws {
        if cluster.kubernetes { return try await followCluster() }
        guard InputKind(descriptor: STDIN_FILENO) == .stream else { return try await followDaemon() }
        let selection = try filters.selection()
        let printer = try EventPrinter(
            output.eventOutput(), filter: filters.eventFilter(), fieldFilters: filters.fieldFilters(),
            selection: selection, isTree: output.tree)
        if let since = selection.since { FileStart.seek(STDIN_FILENO, since: since) }
        var reader = makeReader(printer, stop: StopSignal.install())
        report(try reader.run(input: STDIN_FILENO))
    }

    /// What logs hold is filtered here: they have all that the daemon was asked for.
    private func followCluster() async throws {
        let selection = try filters.selection()
        let printer = try EventPrinter(
            output.eventOutput(), filter: filters.eventFilter(), fieldFilters: filters.fieldFilters(),
            selection: selection, isTree: output.tree)
        let stop = StopSignal.install()
        try await ClusterEventsPrinter.run(
            cluster, since: selection.since, stop: stop, reader: makeReader(printer, stop: stop))
    }

    private func makeReader(_ printer: EventPrinter, stop: Int32) -> EventReader {
        // The incumbent's floor, so that a small value does not lose ordinary lines.
        let maximumLength = max(global.maxRecvSize, 64 << 10)
        let debug: ((String) -> Void)? = global.debug ? { StandardError.print("shrike: \($0)") } : nil
        return EventReader(
            printer, maximumLineLength: maximumLength, output: STDOUT_FILENO, stop: stop, debug: debug)
    }

    // MARK: From the daemon, which filters

    private func followDaemon() async throws {
        let selection = try filters.selection()
        guard selection.since == nil else {
            throw CommandError(
                "--since is for events that are piped in, or with --kubernetes: the daemon keeps none; "
                    + "shrike getevents --since 10m <FILE"
            )
        }
        // Who descends from whom, and what is above a process, is learnt from events that filters leave out.
        let isFilteredHere = !selection.followedPIDs.isEmpty || output.tree
        let request = try Tetragon_GetEventsRequest.with {
            $0.allowList = [isFilteredHere ? Tetragon_Filter() : try filters.filterMessage()]
            $0.fieldFilters = isFilteredHere ? [] : try filters.fieldFilterMessages()
        }
        let stop = StopSignal.install()
        let printer =
            isFilteredHere
            ? EventPrinter(
                output.eventOutput(), filter: try filters.eventFilter(),
                fieldFilters: try filters.fieldFilters(), selection: selection, isTree: output.tree)
            : EventPrinter(output.eventOutput())
        let stream = Task { try await follow(request, printer, stop) }
        let signal = DispatchSource.makeReadSource(fileDescriptor: stop)
        signal.setEventHandler { stream.cancel() }
        signal.resume()
        defer { signal.cancel() }
        do {
            try await stream.value
        } catch is CancellationError {
            // SIGINT or SIGTERM: an orderly end.
        }
    }

    private func follow(_ request: Tetragon_GetEventsRequest, _ printer: EventPrinter, _ stop: Int32)
        async throws
    {
        let connection = global.connection
        while true {
            let text: String
            do {
                var reader = makeReader(printer, stop: stop)
                guard try await receive(request, connection, &reader) else { return }
                text = "failed to receive events: the daemon ended the stream"
            } catch let error as RPCError where error.code != .cancelled {
                text = "failed to receive events: \(connection.text(of: error))"
            } catch is RPCError {
                return
            }
            if Task.isCancelled { return }
            guard reconnect?.isTrue == true else { throw CommandError(text) }
            StandardError.print("getevents: err:\(text) retrying in \(reconnectWait)")
            try await Task.sleep(for: reconnectWait.duration)
        }
    }

    /// - Returns: whether the daemon ended the stream; false when nobody reads the output any more.
    private func receive(
        _ request: Tetragon_GetEventsRequest, _ connection: DaemonConnection, _ reader: inout EventReader
    ) async throws -> Bool {
        let box = ReaderBox(reader)
        return try await connection.attempt { client in
            let sensors = Tetragon_FineGuidanceSensors.Client(wrapping: client)
            return try await sensors.getEvents(request, options: connection.options(isStream: true)) {
                response in
                for try await event in response.messages {
                    guard try box.reader.show(try ProtoJSON.bytes(event)) else { return false }
                }
                return true
            }
        }
    }

    private func report(_ summary: EventReader.Summary) {
        let (printed, filtered, skipped) = (
            summary.printedCount, summary.filteredCount, summary.skippedCount
        )
        if global.debug {
            StandardError.print("shrike: \(printed) printed, \(filtered) filtered, \(skipped) skipped")
        } else if skipped > 0 && printed + filtered == 0 {
            StandardError.print("Warning: none of \(skipped) lines is an event; --debug says why")
        }
    }
}

/// The reader of a stream.
// SAFETY: used by one call at a time, which awaits each event before the next.
final class ReaderBox: @unchecked Sendable {
    var reader: EventReader

    init(_ reader: EventReader) { self.reader = reader }
}

/// An error of a command, in one line.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
