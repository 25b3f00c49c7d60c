// SPDX-License-Identifier: Apache-2.0
// The forms of output for machines. That for people is PrettyFormat.

internal import ShrikePolicy

/// A form of output.
public enum LintFormat: String, Sendable, CaseIterable {
    case pretty
    case json
    case sarif
    case github
    case junit
    case gitlab

    /// The report as text.
    /// - Parameters:
    ///   - isColoured: pretty only.
    ///   - version: of the program, for SARIF.
    public func text(_ report: LintReport, isColoured: Bool = false, version: String = "") -> String {
        switch self {
        case .pretty: PrettyFormat(report, isColoured: isColoured).text
        case .json: Self.json(report)
        case .sarif: SARIFFormat.text(report, version: version)
        case .github: Self.github(report)
        case .junit: Self.junit(report)
        case .gitlab: Self.gitlab(report)
        }
    }

    private static func json(_ report: LintReport) -> String {
        let findings = report.findings.map { finding -> JSONValue in
            let range = finding.range
            return .object([
                ("rule", .string(finding.rule)), ("severity", .string(finding.severity.rawValue)),
                ("file", .string(range.file)), ("line", .number(range.start.line)),
                ("column", .number(range.start.column)), ("endLine", .number(range.end.line)),
                ("endColumn", .number(range.end.column)), ("message", .string(finding.message)),
                ("help", finding.help.map { .string($0) } ?? .null),
                ("kernels", .array(finding.kernels.map { .string($0) })),
                ("fix", finding.fix.map { fix($0) } ?? .null),
            ])
        }
        return JSONValue.array(findings).text() + "\n"
    }

    private static func fix(_ edit: TextEdit) -> JSONValue {
        .object([
            ("line", .number(edit.range.start.line)), ("column", .number(edit.range.start.column)),
            ("endLine", .number(edit.range.end.line)), ("endColumn", .number(edit.range.end.column)),
            ("replacement", .string(edit.replacement)),
        ])
    }

    /// Workflow commands of GitHub Actions.
    private static func github(_ report: LintReport) -> String {
        func escaped(_ text: String, isProperty: Bool) -> String {
            var result = ""
            for scalar in text.unicodeScalars {
                switch scalar {
                case "%": result += "%25"
                case "\r": result += "%0D"
                case "\n": result += "%0A"
                case ":" where isProperty: result += "%3A"
                case "," where isProperty: result += "%2C"
                default: result.unicodeScalars.append(scalar)
                }
            }
            return result
        }
        return report.findings.map { finding in
            let command = finding.severity == .info ? "notice" : finding.severity.rawValue
            let range = finding.range
            // A range over several lines must not have columns.
            let columns = range.start.line == range.end.line && range.end.column > range.start.column
            let place =
                "file=\(escaped(range.file, isProperty: true)),line=\(range.start.line),"
                + (columns
                    ? "col=\(range.start.column),endLine=\(range.end.line),endColumn=\(range.end.column - 1)"
                    : "endLine=\(max(range.start.line, range.end.line))")
            return
                "::\(command) \(place),title=\(finding.rule)::\(escaped(finding.sentence, isProperty: false))\n"
        }.joined()
    }

    /// One test suite for each file, one failed case for each finding that is not only information.
    private static func junit(_ report: LintReport) -> String {
        let byFile = Dictionary(grouping: report.findings.filter { $0.severity != .info }) { $0.range.file }
        let files = report.texts.keys.sorted()
        let failures = byFile.values.reduce(0) { $0 + $1.count }
        let total = files.reduce(0) { $0 + max(1, byFile[$1]?.count ?? 0) }
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        text += "<testsuites name=\"shrike lint\" tests=\"\(total)\" failures=\"\(failures)\">\n"
        for file in files {
            let findings = byFile[file] ?? []
            let name = xmlText(oneLine(file))
            text +=
                "  <testsuite name=\"\(name)\" tests=\"\(max(1, findings.count))\" failures=\"\(findings.count)\">\n"
            if findings.isEmpty { text += "    <testcase classname=\"\(name)\" name=\"lint\"/>\n" }
            for finding in findings {
                let place = "\(finding.range.start.line):\(finding.range.start.column)"
                text += "    <testcase classname=\"\(name)\" name=\"\(finding.rule) \(place)\">\n"
                text +=
                    "      <failure type=\"\(finding.severity.rawValue)\" message=\"\(xmlText(oneLine(finding.message)))\">"
                text +=
                    "\(name):\(place): \(xmlText(oneLine(finding.sentence, limit: 1000)))</failure>\n    </testcase>\n"
            }
            text += "  </testsuite>\n"
        }
        return text + "</testsuites>\n"
    }

    /// GitLab's Code Quality report.
    private static func gitlab(_ report: LintReport) -> String {
        var counts: [String: Int] = [:]
        let findings = report.findings.map { finding -> JSONValue in
            let severity = [Severity.error: "critical", .warning: "minor", .info: "info"][finding.severity]
            let key = [finding.rule, finding.range.file, finding.message].joined(separator: "\0")
            counts[key, default: 0] += 1
            let fingerprint = Fingerprint.text(key + "\0\(counts[key] ?? 0)")
            return .object([
                ("description", .string(finding.sentence)), ("check_name", .string(finding.rule)),
                ("fingerprint", .string(fingerprint)), ("severity", .string(severity ?? "info")),
                (
                    "location",
                    .object([
                        ("path", .string(finding.range.file)),
                        (
                            "positions",
                            .object([
                                ("begin", position(finding.range.start)),
                                ("end", position(finding.range.end)),
                            ])
                        ),
                    ])
                ),
            ])
        }
        return JSONValue.array(findings).text() + "\n"
    }

    private static func position(_ place: SourcePosition) -> JSONValue {
        .object([("line", .number(place.line)), ("column", .number(place.column))])
    }
}

/// Names of findings that stay when lines move.
enum Fingerprint {
    /// 128 bits of FNV-1a as hexadecimal digits: no secret, only a name.
    static func text(_ key: String) -> String {
        [0xcbf2_9ce4_8422_2325 as UInt64, 0x8422_2325_cbf2_9ce4].map { seed in
            let hash = key.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
            let digits = String(hash, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

extension LintFinding {
    /// Message, kernels and help in one line.
    var sentence: String {
        let place = kernels.isEmpty ? "" : " [kernel \(kernels.joined(separator: ", "))]"
        return oneLine(message) + place + (help.map { "; \(oneLine($0))" } ?? "")
    }
}
