// SPDX-License-Identifier: Apache-2.0
// Streams of several documents, odd YAML, and mutations of policies with a fixed budget.

import Foundation
import ShrikeLint
import ShrikePolicy
import ShrikeTestSupport
import Testing

@Suite struct StreamTests {
    static let policy = hook("- call: security_file_open\n  syscall: false\n  tags: [file.open]")

    @Test("Other kinds are passed over and counted")
    func helm() {
        let stream = """
            ---
            # Source: chart/templates/config.yaml
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: x}
            data: {a: 1}
            ---
            \(Self.policy)---
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: {name: y}
            ---

            """
        let report = lint(stream)
        #expect(lines(report) == [])
        #expect(report.policies == 1 && report.passedOver == 2)
    }

    @Test("A misspelt policy is not passed over")
    func misspelt() {
        let text = Self.policy.replacing("kind: TracingPolicy", with: "kind: TracingPolcy")
        #expect(
            lines(lint(text)) == [
                "2:7: error: SHR107 `TracingPolcy` is not a kind of policy; did you mean `TracingPolicy`?"
            ])
    }

    @Test("An error in one document leaves the others checked")
    func mixed() {
        let text =
            Self.policy.replacing("tags", with: "tagz") + "---\n"
            + hook("- call: commit_creds\n  syscall: false")
            .replacing("name: test", with: "name: other")
        #expect(lint(text).findings.map(\.rule) == ["SHR101", "SHR801"])
    }

    static let odd: [(String, [UInt8])] = [
        ("empty", []), ("a NUL", [0]), ("UTF-16", [0xFF, 0xFE, 0x61, 0]),
        ("not UTF-8", [0x61, 0x3A, 0x20, 0xC3, 0x28]),
        ("BOM", [0xEF, 0xBB, 0xBF] + Array(policy.utf8)),
        ("CR LF", Array(policy.replacing("\n", with: "\r\n").utf8)),
        ("CR", Array(policy.replacing("\n", with: "\r").utf8)), ("tabs", Array("a:\n\t- b".utf8)),
        ("long line", Array("a: \"\(String(repeating: "x", count: 65536))\"".utf8)),
        (
            "long value",
            Array(policy.replacing("security_file_open", with: String(repeating: "é", count: 65536)).utf8)
        ),
        ("deep", Array(String(repeating: "[", count: 5000).utf8)), ("alias bomb", Array(bomb.utf8)),
        ("anchors", Array(hook("- &a {call: commit_creds, syscall: false}\n- *a").utf8)),
        (
            "merge",
            Array(hook("- &a {call: commit_creds, syscall: false}\n- <<: *a\n  call: tcp_connect").utf8)
        ),
        ("multi-line scalar", Array(hook("- call: >-\n    security_file\n    open\n  syscall: false").utf8)),
        ("line separators", Array(hook("- call: \"a\u{2028}b\u{85}c\"\n  syscall: false").utf8)),
        (
            "JSON",
            Array(
                "{\"apiVersion\":\"cilium.io/v1alpha1\",\"kind\":\"TracingPolicy\",\"metadata\":{\"name\":\"a\"},\"spec\":{}}"
                    .utf8)
        ),
    ]

    private static let bomb =
        "a0: &a0 [x,x]\n" + (1..<30).map { "a\($0): &a\($0) [*a\($0 - 1),*a\($0 - 1)]\n" }.joined()

    @Test("Odd text never crashes, and every finding points into the text", arguments: odd.indices)
    func oddText(index: Int) {
        check(Self.odd[index].1)
    }

    private func check(_ bytes: [UInt8]) {
        let report = Linter().lint([LintInput(file: "p.yaml", bytes: bytes)])
        let text = SourceText(bytes)
        for finding in report.findings {
            #expect(finding.range.start.line >= 1 && finding.range.start.line <= text.lineCount + 1)
            #expect(finding.range.start.column >= 1 && finding.range.start <= finding.range.end)
        }
        for format in LintFormat.allCases { #expect(!format.text(report).isEmpty || report.findings.isEmpty) }
        let (mended, _) = FixApplier.apply(report.findings, to: text)
        _ = Linter().lint([LintInput(file: "p.yaml", bytes: mended)])
    }

    @Test("Mutated policies never crash the linter", arguments: 0..<8)
    func mutations(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let examples = RuleTests.withExamples.compactMap(\.bad).map { Array($0.file.utf8) }
        let pieces = [
            ": ", "- ", "[", "]", "{", "}", "\n", "  ", "\"", "'", "&a ", "*a", "!", "|", "-1", "null", "é",
            "\t", "#", "<<: ",
        ]
        for _ in 0..<60 {
            var bytes = try #require(examples.randomElement(using: &random))
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1:
                    bytes.removeSubrange(
                        place..<min(bytes.count, place + Int.random(in: 1...9, using: &random)))
                case 2:
                    bytes.insert(
                        contentsOf: Array((pieces.randomElement(using: &random) ?? "").utf8), at: place)
                default:
                    let other = Int.random(in: 0..<bytes.count, using: &random)
                    bytes.insert(
                        contentsOf: bytes[min(place, other)..<min(max(place, other), min(place, other) + 40)],
                        at: place)
                }
                if bytes.isEmpty { bytes = [0x61] }
            }
            check(bytes)
        }
    }
}
