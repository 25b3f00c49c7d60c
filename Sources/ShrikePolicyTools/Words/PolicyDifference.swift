// SPDX-License-Identifier: Apache-2.0
// What changes between two sets of policies, by what they do.

public import ShrikePolicy

/// The difference of two sets of policies.
public struct PolicyDifference: Sendable, Equatable {
    /// By policy, what changes; policies that do the same are left out.
    public private(set) var changes: [(policy: String, lines: [String])] = []

    /// Nothing that any process could notice.
    public var isEmpty: Bool { changes.isEmpty }

    /// Equal when the same is said.
    public static func == (left: Self, right: Self) -> Bool { left.text == right.text }

    /// Compares policies by name and namespace.
    public init(old: [TracingPolicy], new: [TracingPolicy]) {
        func name(_ policy: TracingPolicy) -> String {
            (policy.kind == .namespaced ? (policy.namespace?.value ?? "default") + "/" : "")
                + policy.name.value
        }
        let names = Set((old + new).map(name)).sorted()
        for policy in names {
            let before = old.first { name($0) == policy }
            let after = new.first { name($0) == policy }
            let lines = Self.lines(before, after)
            if !lines.isEmpty { changes.append((policy, lines)) }
        }
    }

    private static func lines(_ old: TracingPolicy?, _ new: TracingPolicy?) -> [String] {
        let before = old.map(facts) ?? []
        let after = new.map(facts) ?? []
        var lines: [String] = []
        if old == nil { lines.append("the policy is new") }
        if new == nil { lines.append("the policy is gone") }
        if let old, let new, (old.spec.mode == .monitor) != (new.spec.mode == .monitor) {
            lines.append(
                new.spec.mode == .monitor
                    ? "nothing is enforced any more: monitor mode" : "it enforces now: no monitor mode")
        }
        let (known, given) = (Set(before), Set(after))
        lines += after.filter { !known.contains($0) }.map { "now also \($0)" }
        lines += before.filter { !given.contains($0) }.map { "no longer \($0)" }
        if lines.isEmpty, before != after {
            lines.append("the order of its selectors changes which of them decides first")
        }
        return lines
    }

    /// What the policy does, one line for each value of a selector's longest list: that is what grows and shrinks.
    private static func facts(_ policy: TracingPolicy) -> [String] {
        policy.spec.hooks.flatMap { hook in
            PolicyWords.statements(of: hook, policy.spec).flatMap { statement -> [String] in
                guard
                    let widest = statement.conditions.indices.filter({ !statement.conditions[$0].isNegated })
                        .max(by: {
                            statement.conditions[$0].single.count < statement.conditions[$1].single.count
                        }),
                    statement.conditions[widest].single.count > 1
                else { return ["\(ordered(statement).sentence), at \(statement.hook)"] }
                return statement.conditions[widest].single.sorted { $0.value.value < $1.value.value }.map {
                    value, _ in
                    var one = ordered(statement)
                    one.conditions[widest].text = one.conditions[widest].text(of: value.value)
                    return "\(one.sentence), at \(one.hook)"
                }
            }
        }
    }

    /// The same with the values of each condition in one order: theirs means nothing.
    private static func ordered(_ statement: Statement) -> Statement {
        var result = statement
        for index in result.conditions.indices where !result.conditions[index].single.isEmpty {
            let values = result.conditions[index].single.map(\.value.value).sorted()
            let list = values.map { "`\($0)`" }.joined(
                separator: result.conditions[index].isNegated ? " nor " : " or ")
            result.conditions[index].text = "\(result.conditions[index].start) \(list)"
        }
        return result
    }

    /// For a terminal.
    public var text: String {
        if isEmpty { return "no change of meaning\n" }
        return changes.map { policy, lines in "\(policy):\n" + lines.map { "  \($0)\n" }.joined() }.joined()
    }

    /// For a pull request.
    public var markdown: String {
        if isEmpty { return "No change of meaning.\n" }
        return changes.map { policy, lines in "### \(policy)\n\n" + lines.map { "- \($0)\n" }.joined() }
            .joined(separator: "\n")
    }
}
