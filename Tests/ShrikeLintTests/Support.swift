// SPDX-License-Identifier: Apache-2.0
// Shorthand: lint a text, print findings as one line each, find the files of the repository.

import Foundation
import ShrikeLint
import ShrikePolicy

/// The findings of one text under the name `p.yaml`.
func lint(_ text: String, linter: Linter = Linter(checksSupport: false)) -> LintReport {
    linter.lint([LintInput(file: "p.yaml", bytes: Array(text.utf8))])
}

/// `line:column: severity: RULE message; help`.
func lines(_ report: LintReport) -> [String] {
    report.findings.map { finding in
        let kernels = finding.kernels.isEmpty ? "" : " [\(finding.kernels.joined(separator: ", "))]"
        return "\(finding.range.start.line):\(finding.range.start.column): \(finding.severity.rawValue): "
            + "\(finding.rule) \(finding.message)\(kernels)\(finding.help.map { "; " + $0 } ?? "")"
    }
}

/// The repository.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// A policy with one kprobe and the lines of its hook.
func hook(_ lines: String) -> String {
    """
    apiVersion: cilium.io/v1alpha1
    kind: TracingPolicy
    metadata:
      name: test
    spec:
      kprobes:
    \(lines.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }.joined(separator: "\n"))

    """
}
