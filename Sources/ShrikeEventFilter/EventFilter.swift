// SPDX-License-Identifier: Apache-2.0
// Decides which events somebody sees: one meaning for the export file, for clients and for `shrike getevents`.

public import ShrikeCEL
public import ShrikeControl
internal import ShrikeJSON
public import ShrikePattern
internal import SwiftProtobuf

/// What the program that filters can offer; a filter that needs more is refused and never ignored.
public struct EventFilterFeatures: OptionSet, Sendable {
    /// The bits.
    public var rawValue: UInt32

    /// Makes features from bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `pid_set` may be used.
    public static let pidSets = EventFilterFeatures(rawValue: 1)
    /// Processes carry their capabilities.
    public static let capabilities = EventFilterFeatures(rawValue: 2)
    /// Every kind of event carries its ancestors.
    public static let ancestors = EventFilterFeatures(rawValue: 4)
    /// Everything; for a reader, who cannot know what the daemon was told.
    public static let all: EventFilterFeatures = [.pidSets, .capabilities, .ancestors]
}

/// A compiled `Filter` message: its members are ANDed, the values of a member are ORed.
///
/// An event without a process (throttling, rate limit) passes no member that looks at processes.
public struct EventFilter: Sendable {
    private let eventTypes: [Tetragon_EventType]
    private let pids: [Int64]
    private let family: ProcessFamily?
    private let namespaces: [String]
    private let policyNames: [String]
    private let isInInitTree: Bool?
    private let isHealthCheck: Bool?
    private let labels: [LabelSelector]
    private let capabilities: CapabilityFilter?
    private let expressions: [Expression]
    private let programs: [CELExpression]

    /// What a member that is a regular expression looks at.
    private enum Subject: Sendable {
        case process(String), pod([String]), parent(String), ancestors
    }

    private struct Expression: Sendable {
        let patterns: [Pattern]
        let subject: Subject
    }

    /// Compiles a filter.
    /// - Throws: `EventFilterError` for a bad expression or selector, and for a member that needs what is not on.
    public init(_ filter: Tetragon_Filter, features: EventFilterFeatures = .all) throws(EventFilterError) {
        if !filter.pidSet.isEmpty && !features.contains(.pidSets) {
            throw .unsupported(member: "pid_set", needs: "--enable-pid-set-filter")
        }
        if filter.hasCapabilities && !features.contains(.capabilities) {
            throw .unsupported(member: "capabilities", needs: "--enable-process-cred")
        }
        if !filter.ancestorBinaryRegex.isEmpty && !features.contains(.ancestors) {
            throw .unsupported(member: "ancestor_binary_regex", needs: "--enable-ancestors for all kinds")
        }
        eventTypes = filter.eventSet
        pids = filter.pid.map(Int64.init)
        family = filter.pidSet.isEmpty ? nil : ProcessFamily(filter.pidSet.map(Int64.init))
        namespaces = filter.namespace
        policyNames = filter.policyNames
        isInInitTree = filter.hasInInitTree ? filter.inInitTree.value : nil
        isHealthCheck = filter.hasHealthCheck ? filter.healthCheck.value : nil
        labels = try filter.labels.map { text throws(EventFilterError) in
            guard let selector = LabelSelector(text) else { throw .badSelector(text) }
            return selector
        }
        capabilities =
            filter.hasCapabilities ? try CapabilityFilter(filter.capabilities) : nil
        expressions = try Self.compileExpressions(of: filter)
        programs = try filter.celExpression.map { text throws(EventFilterError) in
            do throws(CELError) {
                return try CELExpression(text, variables: Self.variables)
            } catch {
                throw .badProgram(expression: text, error: error)
            }
        }
    }

    /// Whether the event passes. A filter with `pid_set` remembers the family's new members.
    public func matches(_ event: EventLine) -> Bool {
        if !eventTypes.isEmpty && !eventTypes.contains(event.type) { return false }
        if !policyNames.isEmpty && !(event.policyName.map(policyNames.contains) ?? false) { return false }
        let process = event.process
        if !pids.isEmpty {
            guard let pid = process?.member("pid")?.integer, pids.contains(pid) else { return false }
        }
        if let family, !family.includes(event) { return false }
        if !namespaces.isEmpty {
            // The empty name stands for processes without a pod.
            guard let process else { return false }
            guard namespaces.contains(process.member("pod")?.member("namespace")?.string ?? "") else {
                return false
            }
        }
        if let isInInitTree, isInInitTree != (process?.member("in_init_tree")?.boolean ?? false) {
            return false
        }
        if let isHealthCheck, isHealthCheck != isProbe(event) { return false }
        if !labels.isEmpty {
            guard let pod = process?.member("pod") else { return false }
            let podLabels = pod.member("pod_labels")
            guard labels.contains(where: { $0.matches(podLabels) }) else { return false }
        }
        if let capabilities, !capabilities.matches(process?.member("cap")) { return false }
        for expression in expressions where !matches(expression, event, process) { return false }
        return programs.isEmpty || programs.contains { matches($0, event) }
    }

    private func matches(_ expression: Expression, _ event: EventLine, _ process: JSONView?) -> Bool {
        let texts: [String]
        switch expression.subject {
        case .process(let member): texts = process.map { [$0.member(member)?.string ?? ""] } ?? []
        case .parent(let member): texts = event.parent.map { [$0.member(member)?.string ?? ""] } ?? []
        case .pod(let path):
            guard let pod = process?.member("pod") else { return false }
            var value: JSONView? = pod
            for name in path { value = value?.member(name) }
            texts = [value?.string ?? ""]
        case .ancestors: texts = event.ancestors.map { $0.member("binary")?.string ?? "" }
        }
        return texts.contains { text in expression.patterns.contains { $0.matches(text) } }
    }

    private func matches(_ program: CELExpression, _ event: EventLine) -> Bool {
        guard event.type != .undef, program.mentions(event.key) else { return false }
        return program.evaluate(variable: event.key, event.body)
    }

    private func isProbe(_ event: EventLine) -> Bool {
        [event.process, event.parent].contains { process in
            process?.member("pod")?.member("container")?.member("maybe_exec_probe")?.boolean ?? false
        }
    }

    private static let variables = Tetragon_EventType.names.filter { $0.type != .undef }
        .map { $0.name.lowercased() }

    private static func compileExpressions(
        of filter: Tetragon_Filter
    ) throws(EventFilterError) -> [Expression] {
        let members: [(String, [String], Subject)] = [
            ("binary_regex", filter.binaryRegex, .process("binary")),
            ("arguments_regex", filter.argumentsRegex, .process("arguments")),
            ("container_id", filter.containerID, .process("docker")),
            ("namespace_regex", filter.namespaceRegex, .pod(["namespace"])),
            ("pod_regex", filter.podRegex, .pod(["name"])),
            ("container_name_regex", filter.containerNameRegex, .pod(["container", "name"])),
            ("parent_binary_regex", filter.parentBinaryRegex, .parent("binary")),
            ("parent_arguments_regex", filter.parentArgumentsRegex, .parent("arguments")),
            ("ancestor_binary_regex", filter.ancestorBinaryRegex, .ancestors),
        ]
        var expressions: [Expression] = []
        for (member, texts, subject) in members where !texts.isEmpty {
            let patterns = try texts.map { text throws(EventFilterError) in
                do throws(PatternError) {
                    return try Pattern(text)
                } catch {
                    throw .badExpression(member: member, expression: text, error: error)
                }
            }
            expressions.append(Expression(patterns: patterns, subject: subject))
        }
        return expressions
    }
}

/// Why a filter cannot be used.
public enum EventFilterError: Error, CustomStringConvertible {
    /// A regular expression is wrong.
    case badExpression(member: String, expression: String, error: PatternError)
    /// A CEL expression is wrong.
    case badProgram(expression: String, error: CELError)
    /// A label selector is wrong.
    case badSelector(String)
    /// A set of capabilities does not have exactly one of `any`, `all`, `exactly` and `none`.
    case badCapabilities(set: String)
    /// The member needs what is not on.
    case unsupported(member: String, needs: String)

    /// The error in one line.
    public var description: String {
        switch self {
        case .badExpression(let member, let expression, let error):
            "\(member): cannot use the regular expression \"\(expression)\": \(error)"
        case .badProgram(let expression, let error):
            "cel_expression: cannot use \"\(expression)\": \(error)"
        case .badSelector(let text): "labels: cannot use the selector \"\(text)\""
        case .badCapabilities(let set):
            "capabilities: \(set) needs exactly one of any, all, exactly and none"
        case .unsupported(let member, let needs): "\(member): needs \(needs)"
        }
    }
}
