// SPDX-License-Identifier: Apache-2.0
// Decides which events a reader sees, with the meaning that the daemon gives the same filter.

public import ShrikeControl
public import ShrikePattern
import SwiftProtobuf

/// A compiled `Filter` message: its members are ANDed, the values of a member are ORed.
///
/// An event without a process (throttling, rate limit) passes no member that looks at processes.
public struct EventFilter: Sendable {
    private let eventTypes: [Tetragon_EventType]
    private let pids: [UInt32]
    private let namespaces: [String]
    private let policyNames: [String]
    private let isInInitTree: Bool?
    private let isHealthCheck: Bool?
    private let expressions: [Expression]

    /// The members that are regular expressions, and what each of them looks at.
    private struct Expression: Sendable {
        let patterns: [Pattern]
        let subjects: @Sendable (Tetragon_GetEventsResponse) -> [String]
    }

    /// Compiles a filter.
    /// - Throws: `EventFilterError` for a bad expression, and for a member that needs the daemon: pid sets,
    ///   labels, capabilities and CEL expressions are not evaluated here, and are never ignored in silence.
    public init(_ filter: Tetragon_Filter) throws(EventFilterError) {
        try Self.refuseUnsupported(filter)
        eventTypes = filter.eventSet
        pids = filter.pid
        namespaces = filter.namespace
        policyNames = filter.policyNames
        isInInitTree = filter.hasInInitTree ? filter.inInitTree.value : nil
        isHealthCheck = filter.hasHealthCheck ? filter.healthCheck.value : nil
        expressions = try Self.compileExpressions(of: filter)
    }

    /// Whether the event passes.
    public func matches(_ event: Tetragon_GetEventsResponse) -> Bool {
        if !eventTypes.isEmpty && !eventTypes.contains(event.eventType) { return false }
        if !policyNames.isEmpty && !matchesPolicy(event) { return false }
        if !pids.isEmpty {
            guard let process = event.actor, process.hasPid, pids.contains(process.pid.value) else {
                return false
            }
        }
        if !namespaces.isEmpty && !matchesNamespace(event) { return false }
        if let isInInitTree, isInInitTree != (event.actor?.inInitTree.value ?? false) { return false }
        if let isHealthCheck, isHealthCheck != isProbe(event) { return false }
        return expressions.allSatisfy { expression in
            expression.subjects(event).contains { subject in
                expression.patterns.contains { $0.matches(subject) }
            }
        }
    }

    private func matchesPolicy(_ event: Tetragon_GetEventsResponse) -> Bool {
        event.policyName.map(policyNames.contains) ?? false
    }

    /// The empty name stands for processes without a pod.
    private func matchesNamespace(_ event: Tetragon_GetEventsResponse) -> Bool {
        guard let process = event.actor else { return false }
        return namespaces.contains(process.hasPod ? process.pod.namespace : "")
    }

    private func isProbe(_ event: Tetragon_GetEventsResponse) -> Bool {
        [event.actor, event.actorParent].contains { $0?.pod.container.maybeExecProbe ?? false }
    }

    private static func refuseUnsupported(_ filter: Tetragon_Filter) throws(EventFilterError) {
        if !filter.pidSet.isEmpty { throw .unsupported(member: "pid_set") }
        if !filter.labels.isEmpty { throw .unsupported(member: "labels") }
        if filter.hasCapabilities { throw .unsupported(member: "capabilities") }
        if !filter.celExpression.isEmpty { throw .unsupported(member: "cel_expression") }
    }

    private static func compile(_ text: String, member: String) throws(EventFilterError) -> Pattern {
        do throws(PatternError) {
            return try Pattern(text)
        } catch {
            throw .badExpression(member: member, expression: text, error: error)
        }
    }

    private static func compileExpressions(
        of filter: Tetragon_Filter
    ) throws(EventFilterError) -> [Expression] {
        var expressions: [Expression] = []
        func add(
            _ member: String, _ patterns: [String],
            _ subjects: @escaping @Sendable (Tetragon_GetEventsResponse) -> [String]
        ) throws(EventFilterError) {
            guard !patterns.isEmpty else { return }
            let compiled = try patterns.map { text throws(EventFilterError) in
                try compile(text, member: member)
            }
            expressions.append(Expression(patterns: compiled, subjects: subjects))
        }
        func actor(
            _ text: @escaping @Sendable (Tetragon_Process) -> String
        ) -> @Sendable (Tetragon_GetEventsResponse) -> [String] {
            { event in event.actor.map { [text($0)] } ?? [] }
        }
        func pod(
            _ text: @escaping @Sendable (Tetragon_Pod) -> String
        ) -> @Sendable (Tetragon_GetEventsResponse) -> [String] {
            { event in event.actor.flatMap { $0.hasPod ? [text($0.pod)] : nil } ?? [] }
        }
        try add("binary_regex", filter.binaryRegex, actor { $0.binary })
        try add("arguments_regex", filter.argumentsRegex, actor { $0.arguments })
        try add("container_id", filter.containerID, actor { $0.docker })
        try add("namespace_regex", filter.namespaceRegex, pod { $0.namespace })
        try add("pod_regex", filter.podRegex, pod { $0.name })
        try add("container_name_regex", filter.containerNameRegex, pod { $0.container.name })
        try add("parent_binary_regex", filter.parentBinaryRegex) { $0.actorParent.map { [$0.binary] } ?? [] }
        try add("parent_arguments_regex", filter.parentArgumentsRegex) {
            $0.actorParent.map { [$0.arguments] } ?? []
        }
        try add("ancestor_binary_regex", filter.ancestorBinaryRegex) { $0.actorAncestors.map(\.binary) }
        return expressions
    }
}

/// Why a filter cannot be used.
public enum EventFilterError: Error, CustomStringConvertible {
    /// A regular expression is wrong.
    case badExpression(member: String, expression: String, error: PatternError)
    /// Only the daemon can evaluate this member.
    case unsupported(member: String)

    /// The error in one line.
    public var description: String {
        switch self {
        case .badExpression(let member, let expression, let error):
            "\(member): cannot use the regular expression \"\(expression)\": \(error)"
        case .unsupported(let member):
            "\(member): this filter cannot be applied to events from standard input"
        }
    }
}
