// SPDX-License-Identifier: Apache-2.0
// The forms of output. JSON is read by Foundation, so that what we write is not judged by ourselves.

import Foundation
import ShrikeLint
import ShrikePolicy
import Testing

@Suite struct FormatTests {
    static let report = lint(hook("- call: security_file_open\n  message: \"é & <x>\""))

    private func json(_ format: LintFormat, _ report: LintReport = report) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(format.text(report, version: "1.2.3").utf8))
    }

    @Test("JSON has all fields")
    func jsonFields() throws {
        let findings = try #require(try json(.json) as? [[String: Any]])
        let first = try #require(findings.first { $0["rule"] as? String == "SHR202" })
        #expect(
            Set(first.keys) == [
                "rule", "severity", "file", "line", "column", "endLine", "endColumn", "message", "help",
                "kernels",
                "fix",
            ])
        #expect(first["line"] as? Int == 7)
        #expect(first["column"] as? Int == 11)
        #expect((first["fix"] as? [String: Any])?["replacement"] as? String == "\n    syscall: false")
        #expect(try json(.json, LintReport()) as? [Int] == [])
    }

    @Test("SARIF has the structure of 2.1.0")
    func sarif() throws {
        let log = try #require(try json(.sarif) as? [String: Any])
        #expect(log["version"] as? String == "2.1.0")
        let run = try #require((log["runs"] as? [[String: Any]])?.first)
        let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
        #expect(driver["name"] as? String == "shrike lint")
        let rules = try #require(driver["rules"] as? [[String: Any]])
        let results = try #require(run["results"] as? [[String: Any]])
        #expect(results.count == Self.report.findings.count)
        for result in results {
            let index = try #require(result["ruleIndex"] as? Int)
            #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
            #expect(["error", "warning", "note"].contains(result["level"] as? String))
            #expect((result["message"] as? [String: Any])?["text"] is String)
            let location = try #require((result["locations"] as? [[String: Any]])?.first)
            let place = try #require(location["physicalLocation"] as? [String: Any])
            let region = try #require(place["region"] as? [String: Int])
            #expect(try #require(region["startLine"]) >= 1)
            #expect(try #require(region["startColumn"]) >= 1)
            #expect((place["artifactLocation"] as? [String: Any])?["uri"] as? String == "p.yaml")
        }
    }

    @Test("GitLab findings have fingerprints of their own")
    func gitlab() throws {
        let findings = try #require(try json(.gitlab) as? [[String: Any]])
        let prints = findings.compactMap { $0["fingerprint"] as? String }
        #expect(Set(prints).count == Self.report.findings.count)
        #expect(findings.allSatisfy { ["info", "minor", "critical"].contains($0["severity"] as? String) })
    }

    @Test("JUnit is XML, with a case for each file without findings")
    func junit() throws {
        let text = LintFormat.junit.text(Self.report)
        #expect(
            text.hasPrefix(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"shrike lint\" tests=\"1\" failures=\"1\">"
            ))
        #expect(text.hasSuffix("</testsuites>\n"))
        var forged = Self.report
        forged.findings = [
            LintFinding(
                rule: "SHR101", severity: .error, range: SourceRange(file: "a<b", at: .start),
                message: "<x>&\"\u{1}",
                help: nil)
        ]
        forged.texts = ["a<b": SourceText([])]
        #expect(LintFormat.junit.text(forged).contains("message=\"&lt;x&gt;&amp;&quot;\\u{1}\""))
        #expect(!LintFormat.junit.text(forged).contains("a<b"))
        let clean = lint(hook("- call: security_file_open\n  syscall: false\n  tags: [file.open]"))
        #expect(LintFormat.junit.text(clean).contains("<testcase classname=\"p.yaml\" name=\"lint\"/>"))
    }

    @Test("GitHub annotations escape what would end them")
    func github() {
        let range = SourceRange(
            file: "a,b:c.yaml", start: SourcePosition(line: 2, column: 3),
            end: SourcePosition(line: 2, column: 5))
        var report = LintReport()
        report.findings = [
            LintFinding(rule: "SHR101", severity: .warning, range: range, message: "50% a\nb", help: nil)
        ]
        #expect(
            LintFormat.github.text(report)
                == "::warning file=a%2Cb%3Ac.yaml,line=2,col=3,endLine=2,endColumn=4,title=SHR101::50%25 a\\u{a}b\n"
        )
    }

    @Test("Pretty shows the line and a mark below what is meant")
    func pretty() {
        #expect(
            LintFormat.pretty.text(Self.report).hasPrefix(
                """
                p.yaml:7:11: error: `security_file_open` is a kernel function, not a system call (`syscall` is true unless the policy says otherwise) (SHR202) [kernel 5.10, 6.1, 6.12, 7.3]
                   7 |   - call: security_file_open
                     |           ^~~~~~~~~~~~~~~~~~
                    help: add `syscall: false` (--fix does it)

                """))
        #expect(LintFormat.pretty.text(Self.report, isColoured: true).contains("\u{1B}[1;31merror\u{1B}[0m"))
        #expect(!LintFormat.pretty.text(Self.report).contains("\u{1B}"))
    }

    @Test("Text of the file cannot move the cursor or forge lines")
    func hostileText() {
        let report = lint(
            hook(
                "- call: \"a\\u001b[31mb\\nc\"\n  syscall: false\n  ignore: {callNotFound: true}\n  x: \u{202E}evil"
            ))
        let text = LintFormat.pretty.text(report)
        #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
    }
}
