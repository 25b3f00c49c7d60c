// SPDX-License-Identifier: Apache-2.0
// SARIF 2.1.0, which code scanners of several hosts read.

internal import ShrikePolicy

enum SARIFFormat {
    static func text(_ report: LintReport, version: String) -> String {
        let used = Set(report.findings.map(\.rule))
        let rules = RuleCatalog.rules.filter { used.contains($0.id) }
        let indexes = Dictionary(
            rules.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        let driver: [(String, JSONValue)] = [
            ("name", .string("shrike lint")), ("semanticVersion", .string(version)),
            ("rules", .array(rules.map(rule))),
        ]
        let run: JSONValue = .object([
            (
                "tool",
                .object([("driver", .object(driver.filter { $0.0 != "semanticVersion" || !version.isEmpty }))]
                )
            ),
            ("columnKind", .string("unicodeCodePoints")),
            ("results", .array(report.findings.map { result($0, indexes[$0.rule]) })),
        ])
        return JSONValue.object([
            ("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")),
            ("version", .string("2.1.0")),
            ("runs", .array([run])),
        ]).text() + "\n"
    }

    private static func level(_ severity: Severity) -> JSONValue {
        .string(severity == .info ? "note" : severity.rawValue)
    }

    private static func rule(_ rule: LintRule) -> JSONValue {
        .object([
            ("id", .string(rule.id)), ("shortDescription", message(rule.title)),
            ("fullDescription", message(rule.why)), ("help", message(rule.instead)),
            ("defaultConfiguration", .object([("level", level(rule.severity))])),
            ("properties", .object([("tags", .array([.string(rule.group.rawValue)]))])),
        ])
    }

    private static func message(_ text: String) -> JSONValue { .object([("text", .string(text))]) }

    private static func result(_ finding: LintFinding, _ index: Int?) -> JSONValue {
        var members: [(String, JSONValue)] = [("ruleId", .string(finding.rule))]
        if let index { members.append(("ruleIndex", .number(index))) }
        let artifact: JSONValue = .object([("uri", .string(uri(finding.range.file)))])
        members += [
            ("level", level(finding.severity)), ("message", message(finding.sentence)),
            (
                "locations",
                .array([
                    .object([
                        (
                            "physicalLocation",
                            .object([("artifactLocation", artifact), ("region", region(finding.range))])
                        )
                    ])
                ])
            ),
        ]
        if let fix = finding.fix {
            let replacement: JSONValue = .object([
                ("deletedRegion", region(fix.range)), ("insertedContent", message(fix.replacement)),
            ])
            let change: JSONValue = .object([
                ("artifactLocation", artifact), ("replacements", .array([replacement])),
            ])
            members.append(("fixes", .array([.object([("artifactChanges", .array([change]))])])))
        }
        return .object(members)
    }

    private static func region(_ range: SourceRange) -> JSONValue {
        .object([
            ("startLine", .number(range.start.line)), ("startColumn", .number(range.start.column)),
            ("endLine", .number(range.end.line)), ("endColumn", .number(range.end.column)),
        ])
    }

    /// A relative reference (RFC 3986); what is not allowed in one is escaped.
    private static func uri(_ path: String) -> String {
        path.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
