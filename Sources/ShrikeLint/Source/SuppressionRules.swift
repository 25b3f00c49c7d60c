// SPDX-License-Identifier: Apache-2.0
// SHR820 to SHR822: the comments that silence rules.

internal import ShrikePolicy

enum SuppressionRules {
    static func check(_ suppressions: Suppressions) -> [LintFinding] {
        suppressions.comments.flatMap { comment -> [LintFinding] in
            var findings: [LintFinding] = []
            func report(_ rule: String, _ message: String, _ help: String) {
                findings.append(
                    LintFinding(
                        rule: rule, severity: RuleCatalog.rule(rule)?.severity ?? .warning,
                        range: comment.range,
                        message: message, help: help))
            }
            if comment.rules.isEmpty {
                report("SHR820", "the comment names no rule", "write `# shrike:ignore SHR123 reason`")
            }
            for rule in comment.rules where RuleCatalog.rule(rule) == nil {
                report("SHR820", "there is no rule \(code(rule))", "`shrike lint --list-rules` lists them")
            }
            if !comment.rules.isEmpty, comment.reason.isEmpty {
                report("SHR821", "the comment gives no reason", "say why the finding does not matter here")
            }
            let areKnown = comment.rules.allSatisfy { RuleCatalog.rule($0) != nil }
            if !comment.rules.isEmpty, areKnown, !comment.isUsed {
                report("SHR822", "there is nothing to ignore here", "remove the comment")
            }
            return findings
        }
    }
}
