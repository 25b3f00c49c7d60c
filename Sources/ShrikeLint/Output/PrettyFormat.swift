// SPDX-License-Identifier: Apache-2.0
// Findings for people: the line with a mark under what is meant.

internal import ShrikePolicy

struct PrettyFormat {
    private let report: LintReport
    private let isColoured: Bool
    private static let width = 120

    init(_ report: LintReport, isColoured: Bool) {
        self.report = report
        self.isColoured = isColoured
    }

    var text: String {
        report.findings.map(block).joined() + summary
    }

    private func block(_ finding: LintFinding) -> String {
        let place = "\(oneLine(finding.range.file)):\(finding.range.start.line):\(finding.range.start.column)"
        let kernels = finding.kernels.isEmpty ? "" : " [kernel \(finding.kernels.joined(separator: ", "))]"
        let severity = paint(finding.severity.rawValue, colour(finding.severity))
        var text =
            "\(paint(place, "1")): \(severity): \(oneLine(finding.message)) \(paint("(\(finding.rule))", "2"))\(kernels)\n"
        text += excerpt(finding)
        if let help = finding.help {
            text +=
                "    \(paint("help", "36")): \(oneLine(help))\(finding.fix == nil ? "" : " (--fix does it)")\n"
        }
        return text
    }

    private func excerpt(_ finding: LintFinding) -> String {
        let (start, end) = (finding.range.start, finding.range.end)
        guard let bytes = report.texts[finding.range.file]?.line(start.line), !bytes.isEmpty else {
            return ""
        }
        let scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
        let from = min(start.column - 1, scalars.count)
        let to = end.line > start.line ? scalars.count : min(max(end.column - 1, from), scalars.count)
        // A long line is cut to the part around the finding.
        let first = from > Self.width / 2 ? from - Self.width / 4 : 0
        let last = min(scalars.count, first + Self.width)
        let number = String(start.line)
        let margin = String(repeating: " ", count: max(4 - number.count, 0))
        let shown = scalars[first..<last].map(Self.printable)
        let line = (first > 0 ? "…" : "") + shown.joined() + (last < scalars.count ? "…" : "")
        let before =
            (first > 0 ? 1 : 0)
            + shown[..<max(0, min(from - first, shown.count))].reduce(0) { $0 + $1.unicodeScalars.count }
        let marked = shown[max(0, min(from - first, shown.count))..<max(0, min(to - first, shown.count))]
        let length = max(1, marked.reduce(0) { $0 + $1.unicodeScalars.count })
        let mark = "^" + String(repeating: "~", count: length - 1)
        let gutter = String(repeating: " ", count: max(number.count, 4))
        return
            "\(margin)\(number) | \(line)\n\(gutter) | \(String(repeating: " ", count: before))\(paint(mark, colour(finding.severity)))\n"
    }

    /// The character, or what it is written as: a mark must stand below it, and it must not move the cursor.
    private static func printable(_ scalar: Unicode.Scalar) -> String {
        if scalar == "\t" { return " " }
        return oneLine(String(scalar))
    }

    private var summary: String {
        let counts = Severity.allCases.map { level in (level, report.findings.count { $0.severity == level })
        }
        let names: [Severity: (String, String)] = [
            .error: ("error", "errors"), .warning: ("warning", "warnings"), .info: ("remark", "remarks"),
        ]
        let found = counts.filter { $0.1 > 0 }.map { level, count in
            let name = names[level] ?? ("", "")
            return "\(count) \(count == 1 ? name.0 : name.1)"
        }
        var parts = [found.isEmpty ? "no findings" : found.joined(separator: ", ")]
        parts.append(
            "\(report.policies) \(report.policies == 1 ? "policy" : "policies") in \(report.files) \(report.files == 1 ? "file" : "files")"
        )
        if report.passedOver > 0 { parts.append("\(report.passedOver) other documents passed over") }
        if report.silenced > 0 { parts.append("\(report.silenced) ignored") }
        if report.inBaseline > 0 { parts.append("\(report.inBaseline) in the baseline") }
        return parts.joined(separator: "; ") + "\n"
    }

    private func colour(_ severity: Severity) -> String {
        switch severity {
        case .error: "1;31"
        case .warning: "1;33"
        case .info: "1;34"
        }
    }

    private func paint(_ text: String, _ colour: String) -> String {
        isColoured ? "\u{1B}[\(colour)m\(text)\u{1B}[0m" : text
    }
}
