// SPDX-License-Identifier: Apache-2.0
// Findings that were there when linting began: one a line, so that they merge and shrink well.

internal import ShrikePolicy

/// Known findings, and how often each.
///
/// A finding is known by its rule, file, message and the text of its line, not by the number of the
/// line, so that lines above it may come and go.
public struct Baseline: Sendable, Equatable {
    private static let header =
        "# Findings that `shrike lint` knows and does not report. Remove lines, never add them."
    private var counts: [String: Int] = [:]

    /// What is known of these findings.
    public init(_ report: LintReport) {
        for finding in report.findings { counts[Self.key(finding, report), default: 0] += 1 }
    }

    /// Reads a baseline file; nil if a line is not one of ours.
    public init?(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") && !line.isEmpty {
            guard line.hasPrefix("SHR"), line.contains("\t") else { return nil }
            counts[String(line), default: 0] += 1
        }
    }

    /// The file.
    public var text: String {
        let lines = counts.sorted { $0.key < $1.key }.flatMap { Array(repeating: $0.key, count: $0.value) }
        return ([Self.header] + lines).joined(separator: "\n") + "\n"
    }

    /// Takes the known findings out.
    public func filter(_ report: LintReport) -> LintReport {
        var left = counts
        var result = report
        result.findings = report.findings.filter { finding in
            let key = Self.key(finding, report)
            guard let count = left[key], count > 0 else { return true }
            left[key] = count - 1
            return false
        }
        result.inBaseline = report.findings.count - result.findings.count
        return result
    }

    private static func key(_ finding: LintFinding, _ report: LintReport) -> String {
        let line = report.texts[finding.range.file]?.line(finding.range.start.line) ?? []
        let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        // A message may name another line by its number.
        let message = finding.message.filter { !$0.isNumber }
        return [finding.rule, finding.range.file, message, words.joined(separator: " ")]
            .map { oneLine($0, limit: 1000) }.joined(separator: "\t")
    }
}
