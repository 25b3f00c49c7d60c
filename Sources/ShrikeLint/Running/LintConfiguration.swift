// SPDX-License-Identifier: Apache-2.0
// `.shrike-lint.yaml`:
//
//     rules: {SHR801: off, SHR673: warning}
//     kernels: ["6.1", "6.12"]
//     budget: {selectors: 20, memory: 4MiB, instructions: 2000}
//     fail-level: error

public import ShrikePolicy

/// What a configuration file says.
public struct LintConfiguration: Sendable, Equatable {
    /// What becomes of a rule's findings.
    public enum Level: Sendable, Hashable {
        /// They are not reported.
        case off
        /// They have this severity.
        case level(Severity)
    }

    /// By rule.
    public var levels: [String: Level] = [:]
    /// Labels of the kernels to lint for; nil means all known ones.
    public var kernels: [String]?
    /// Limits.
    public var budget = LintBudget()
    /// The least severity that makes the command fail.
    public var failLevel: Severity?

    /// The file's name.
    public static let fileName = ".shrike-lint.yaml"

    /// Nothing is configured.
    public init() {}

    /// Reads a configuration.
    /// - Throws: the first thing that is wrong with it.
    public init(_ bytes: [UInt8], file: String) throws(Diagnostic) {
        let stream = YAMLStream(bytes, file: file)
        if let first = stream.diagnostics.first { throw first }
        for document in stream.documents where !document.isNull {
            for pair in try Self.pairs(document, "the configuration") { try read(pair) }
        }
    }

    private mutating func read(_ pair: YAMLPair) throws(Diagnostic) {
        switch pair.key.value {
        case "rules":
            for rule in try Self.pairs(pair.value, "`rules`") { try readRule(rule) }
        case "kernels":
            guard case .sequence(let items) = pair.value.content else {
                throw Self.error(pair.value.range, "`kernels` must be a list")
            }
            var labels: [String] = []
            for item in items {
                let label = try Self.text(item)
                guard KnownKernel.all.contains(where: { $0.label == label }) else {
                    let known = codeList(KnownKernel.all.map(\.label))
                    throw Self.error(
                        item.range, "nothing is known about the kernel \(code(label)); known are \(known)")
                }
                labels.append(label)
            }
            kernels = labels
        case "budget":
            for limit in try Self.pairs(pair.value, "`budget`") { try readLimit(limit) }
        case "fail-level":
            guard let level = Severity(rawValue: try Self.text(pair.value)) else {
                throw Self.error(pair.value.range, "`fail-level` is `error`, `warning` or `info`")
            }
            failLevel = level
        default:
            let names = ["rules", "kernels", "budget", "fail-level"]
            let meant = Suggestion.nearest(to: pair.key.value, among: names).map { "; did you mean `\($0)`?" }
            throw Self.error(
                pair.key.range,
                "there is no setting \(code(pair.key.value))\(meant ?? "; there are \(codeList(names))")")
        }
    }

    private mutating func readRule(_ pair: YAMLPair) throws(Diagnostic) {
        let name = pair.key.value
        let isGroup = RuleGroup.allCases.contains { $0.rawValue == name }
        guard isGroup || RuleCatalog.rule(name) != nil else {
            throw Self.error(pair.key.range, "there is no rule or group \(code(name))")
        }
        let word = try Self.text(pair.value)
        let level: Level
        switch word {
        case "off", "false": level = .off
        case "error", "warning", "info": level = .level(Severity(rawValue: word) ?? .warning)
        default:
            throw Self.error(pair.value.range, "\(code(word)) is not `off`, `error`, `warning` or `info`")
        }
        guard isGroup else {
            levels[name] = level
            return
        }
        for rule in RuleCatalog.rules where rule.group.rawValue == name && levels[rule.id] == nil {
            levels[rule.id] = level
        }
    }

    private mutating func readLimit(_ pair: YAMLPair) throws(Diagnostic) {
        let word = try Self.text(pair.value)
        switch pair.key.value {
        case "selectors", "instructions":
            guard let number = Int(word), number >= 0 else {
                throw Self.error(pair.value.range, "\(code(pair.key.value)) must be a number")
            }
            if pair.key.value == "selectors" {
                budget.selectors = number
            } else {
                budget.instructions = number
            }
        case "memory":
            guard let bytes = ByteCount.bytes(word) else {
                throw Self.error(pair.value.range, "`memory` must be a size, for example `4MiB`")
            }
            budget.memory = bytes
        default:
            throw Self.error(
                pair.key.range,
                "there is no budget \(code(pair.key.value)); there are `selectors`, `memory`, `instructions`")
        }
    }

    private static func pairs(_ node: YAMLNode, _ what: String) throws(Diagnostic) -> [YAMLPair] {
        guard case .mapping(let pairs) = node.content else {
            throw error(node.range, "\(what) must be a mapping, not \(node.kindName)")
        }
        return pairs
    }

    /// The text of a scalar, whatever YAML takes it for: `off` is false, and `6.1` is a number.
    private static func text(_ node: YAMLNode) throws(Diagnostic) -> String {
        guard case .scalar(let scalar) = node.content else {
            throw error(node.range, "expected a word, got \(node.kindName)")
        }
        return scalar.text
    }

    private static func error(_ range: SourceRange, _ message: String) -> Diagnostic {
        Diagnostic(.error, .wrongType, at: range, message)
    }
}

extension LintBudget {
    /// The bytes of `64KiB`, `2M`, `4096`; nil if it is none of these.
    public static func bytes(_ text: String) -> Int? { ByteCount.bytes(text) }
}
