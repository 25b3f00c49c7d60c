// SPDX-License-Identifier: Apache-2.0
// The one table of rules. It is text, so that it reads like the reference that is made of it; each
// group has a file.

internal import ShrikePolicy

/// All rules.
public enum RuleCatalog {
    /// The rules by group, then by id.
    public static let rules: [LintRule] = {
        let texts: [(RuleGroup, String)] = [
            (.schema, schemaText), (.kernel, kernelText), (.logic, logicText), (.security, securityText),
            (.blastRadius, blastRadiusText), (.cost, costText), (.hygiene, hygieneText),
        ]
        return texts.flatMap { group, text in parse(text, group) }
    }()

    private static let byID = Dictionary(rules.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })

    /// The rule of that id.
    public static func rule(_ id: String) -> LintRule? { byID[id] }

    /// Reads the rules of a group. A rule starts with `## ID SEVERITY TITLE`; then come the parts
    /// `why:`, `write:`, `bad:` and `good:`, the last two with lines of YAML.
    private static func parse(_ text: String, _ group: RuleGroup) -> [LintRule] {
        var rules: [LintRule] = []
        var head: [Substring] = []
        var parts: [String: [Substring]] = [:]
        var part = ""
        func finish() {
            guard head.count == 3, let severity = Severity(rawValue: String(head[1])) else { return }
            func joined(_ name: String, _ separator: String) -> String {
                (parts[name] ?? []).joined(separator: separator)
            }
            func example(_ name: String) -> LintRule.Example? {
                let lines = parts[name] ?? []
                return lines.isEmpty ? nil : LintRule.Example(text: lines.joined(separator: "\n"))
            }
            rules.append(
                LintRule(
                    id: String(head[0]), group: group, severity: severity, title: String(head[2]),
                    why: joined("why", " "), instead: joined("write", " "), bad: example("bad"),
                    good: example("good")))
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("## ") {
                finish()
                head = line.dropFirst(3).split(separator: " ", maxSplits: 2)
                (parts, part) = ([:], "")
            } else if let name = ["why", "write", "bad", "good"].first(where: { line.hasPrefix($0 + ":") }) {
                part = name
                let rest = line.dropFirst(name.count + 1).drop { $0 == " " }
                parts[part] = rest.isEmpty ? [] : [rest]
            } else if !part.isEmpty, !line.isEmpty || part == "bad" || part == "good" {
                parts[part, default: []].append(line)
            }
        }
        finish()
        return rules
    }
}
