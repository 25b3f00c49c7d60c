// SPDX-License-Identifier: Apache-2.0
// The rules as text: one for --explain, all for docs/reference/lint-rules.md.

internal import ShrikePolicy

/// Prints rules.
public enum RuleReference {
    /// What `--explain` prints.
    public static func explanation(of rule: LintRule) -> String {
        var text = "\(rule.id): \(rule.title) (\(rule.severity.rawValue), \(rule.group.rawValue))\n\n"
        text += wrapped(rule.why) + "\n" + wrapped("Instead: " + rule.instead)
        for (name, example) in [("Bad", rule.bad), ("Good", rule.good)] {
            guard let example else { continue }
            text += "\n\(name):\n\n" + indented(example.shown) + "\n"
        }
        return text
    }

    /// What `--list-rules` prints.
    public static var list: String {
        RuleCatalog.rules.sorted { $0.id < $1.id }.map { rule in
            let severity = rule.severity.rawValue
            return "\(rule.id)  \(severity)\(String(repeating: " ", count: 8 - severity.count)) "
                + "\(rule.group.rawValue)\(String(repeating: " ", count: 13 - rule.group.rawValue.count)) \(rule.title)\n"
        }.joined()
    }

    /// What `--list-rules --format json` prints: all of it, the examples as whole files.
    public static var json: String {
        let rules = RuleCatalog.rules.sorted { $0.id < $1.id }.map { rule in
            JSONValue.object(
                [
                    ("rule", .string(rule.id)), ("severity", .string(rule.severity.rawValue)),
                    ("group", .string(rule.group.rawValue)), ("title", .string(rule.title)),
                    ("why", .string(rule.why)), ("instead", .string(rule.instead)),
                ]
                    + [("bad", rule.bad), ("good", rule.good)].compactMap { name, example in
                        example.map { (name, .string($0.file)) }
                    })
        }
        return JSONValue.array(rules).text() + "\n"
    }

    /// The reference page.
    public static var markdown: String {
        var text = """
            # Rules of `shrike lint`

            Made by `shrike lint --generate-docs`; do not edit. `shrike lint --explain SHR123` prints one rule.
            A severity is the one that a finding has unless `.shrike-lint.yaml` says otherwise; findings of the
            checker (SHR0xx to SHR5xx) that are errors are also what `shriked` refuses a policy for.


            """
        for group in RuleGroup.allCases {
            let rules = RuleCatalog.rules.filter { $0.group == group }.sorted { $0.id < $1.id }
            text += "## \(group.rawValue.prefix(1).uppercased() + group.rawValue.dropFirst())\n\n"
            text += "| rule | severity | finds |\n|---|---|---|\n"
            for rule in rules {
                text +=
                    "| [\(rule.id)](#\(rule.id.lowercased())) | \(rule.severity.rawValue) | \(rule.title) |\n"
            }
            text += "\n"
            for rule in rules { text += section(rule) }
        }
        return text
    }

    private static func section(_ rule: LintRule) -> String {
        var text =
            "### \(rule.id)\n\n**\(rule.title)** (\(rule.severity.rawValue)). \(rule.why)\n\nInstead: \(rule.instead)\n\n"
        for (name, example) in [("Bad", rule.bad), ("Good", rule.good)] {
            guard let example else { continue }
            text += "\(name):\n\n```yaml\n\(example.shown)\n```\n\n"
        }
        return text
    }

    private static func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "    " + $0 }
            .joined(separator: "\n")
    }

    private static func wrapped(_ text: String) -> String {
        var (lines, line): ([String], String) = ([], "")
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + word.count + 1 > 100 {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return (lines + [line]).joined(separator: "\n") + "\n"
    }
}
