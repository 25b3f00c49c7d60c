// SPDX-License-Identifier: Apache-2.0
// Every rule with its own examples: the bad one is found, the good one is not, and all that is said
// about both is what Data/rules.txt says.

import Foundation
import ShrikeLint
import ShrikePolicy
import Testing

@Suite struct RuleTests {
    static let withExamples = RuleCatalog.rules.filter { $0.bad != nil }

    /// `shriked` features that are missing are the point of one rule only.
    private static func report(_ text: String, _ rule: LintRule) -> LintReport {
        lint(text, linter: Linter(checksSupport: rule.id == "SHR901"))
    }

    @Test("The bad example has the finding and the good one has not", arguments: withExamples.map(\.id))
    func examples(id: String) throws {
        let rule = try #require(RuleCatalog.rule(id))
        let bad = try #require(rule.bad)
        let good = try #require(rule.good)
        let badFindings = Self.report(bad.file, rule)
        #expect(badFindings.findings.contains { $0.rule == id }, "\(lines(badFindings))")
        let goodFindings = Self.report(good.file, rule)
        #expect(!goodFindings.findings.contains { $0.rule == id }, "\(lines(goodFindings))")
        #expect(
            !goodFindings.findings.contains { $0.severity == .error && id != "SHR901" },
            "\(lines(goodFindings))")
    }

    @Test("An error is what shriked refuses: what a policy is meant to do is for its author to judge")
    func errors() {
        let judging = RuleCatalog.rules.filter { $0.id >= "SHR6" && $0.id != "SHR901" }
        #expect(judging.count > 60)
        #expect(judging.filter { $0.severity == .error }.map(\.id) == [])
    }

    @Test("All that is said about the examples is as recorded")
    func exactOutput() throws {
        var text = ""
        for rule in Self.withExamples.sorted(by: { $0.id < $1.id }) {
            for (name, example) in [("bad", rule.bad), ("good", rule.good)] {
                guard let example else { continue }
                text += "## \(rule.id) \(name)\n"
                text += lines(Self.report(example.file, rule)).map { $0 + "\n" }.joined() + "\n"
            }
        }
        let file = repository.appending(path: "Tests/ShrikeLintTests/Data/rules.txt")
        if ProcessInfo.processInfo.environment["SHRIKE_RECORD"] != nil {
            try Data(text.utf8).write(to: file)
        }
        let recorded = try String(contentsOf: file, encoding: .utf8)
        let (now, then) = (text.split(separator: "\n"), recorded.split(separator: "\n"))
        for (new, old) in zip(now, then) where new != old {
            Issue.record("now: \(new)\nrecorded: \(old)\n(SHRIKE_RECORD=1 records what is said now)")
            break
        }
        #expect(now.count == then.count)
    }

    @Test("The reference page is what the program prints")
    func reference() throws {
        let file = repository.appending(path: "docs/reference/lint-rules.md")
        if ProcessInfo.processInfo.environment["SHRIKE_RECORD"] != nil {
            try Data(RuleReference.markdown.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == RuleReference.markdown)
    }

    @Test("The table is complete: ids are unique, texts are there, the checker's codes are in it")
    func table() {
        let ids = RuleCatalog.rules.map(\.id)
        #expect(Set(ids).count == ids.count)
        #expect(ids.count >= 100)
        for code in DiagnosticCode.allCases {
            #expect(RuleCatalog.rule(code.rawValue) != nil, "\(code.rawValue)")
        }
        for rule in RuleCatalog.rules {
            #expect(!rule.why.isEmpty && !rule.instead.isEmpty, "\(rule.id)")
            #expect(rule.why.hasSuffix(".") && rule.instead.hasSuffix("."), "\(rule.id)")
            #expect((rule.bad == nil) == (rule.good == nil), "\(rule.id)")
            #expect(!RuleReference.explanation(of: rule).isEmpty)
        }
    }
}
