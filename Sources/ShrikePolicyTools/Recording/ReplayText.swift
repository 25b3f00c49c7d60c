// SPDX-License-Identifier: Apache-2.0
// What a replay says, for people and for machines.

internal import ShrikeLint

extension ReplayedCall {
    /// Two lines at most for people, and those of the explanation.
    public func pretty(file: String) -> String {
        let who = binary.isEmpty ? "" : "\(binary) "
        var text = "\(file):\(line): \(verdict): \(who)\(hook) \(arguments)\n"
        let by = selectors.isEmpty ? "no selector matches" : "by \(selectors.joined(separator: ", "))"
        let was = recorded.policy.isEmpty ? "" : " by policy \(recorded.policy)"
        text += "    \(by); recorded as \(recorded.verdict)\(was)\n"
        for line in explanation { text += "      \(line)\n" }
        return text
    }

    /// One JSON object on one line.
    public var json: String {
        JSONValue.object([
            ("line", .number(line)), ("hook", .string(hook)), ("binary", .string(binary)),
            ("args", .string(arguments)), ("verdict", .string(verdict)),
            ("selectors", .array(selectors.map { .string($0) })),
            (
                "recorded",
                .object([("verdict", .string(recorded.verdict)), ("policy", .string(recorded.policy))])
            ), ("explanation", .array(explanation.map { .string($0) })),
        ]).line + "\n"
    }
}

extension ReplaySummary {
    /// For people.
    public var pretty: String {
        var text = "\(replayed) \(replayed == 1 ? "call" : "calls")"
        let parts = ordered(verdicts).map { "\($1) \($0)" }
        text += parts.isEmpty ? "\n" : ": \(parts.joined(separator: ", "))\n"
        for (name, count) in ordered(selectors) { text += "  \(count) by \(name)\n" }
        text += Self.pretty(gaps: gaps)
        return text
    }

    /// What could not be made again, for people; empty when nothing was.
    public static func pretty(gaps: [String: Int]) -> String {
        guard !gaps.isEmpty else { return "" }
        var text = "\(gaps.values.reduce(0, +)) not replayed:\n"
        for (reason, count) in ordered(gaps) { text += "  \(count) \(reason)\n" }
        return text
    }

    /// One JSON object on one line.
    public var json: String {
        func object(_ counts: [String: Int]) -> JSONValue {
            .object(Self.ordered(counts).map { ($0, .number($1)) })
        }
        return JSONValue.object([
            (
                "summary",
                .object([
                    ("replayed", .number(replayed)), ("verdicts", object(verdicts)),
                    ("selectors", object(selectors)), ("notReplayed", object(gaps)),
                ])
            )
        ]).line + "\n"
    }

    private func ordered(_ counts: [String: Int]) -> [(String, Int)] { Self.ordered(counts) }

    /// The most frequent first.
    private static func ordered(_ counts: [String: Int]) -> [(String, Int)] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }
}
