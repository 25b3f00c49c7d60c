// SPDX-License-Identifier: Apache-2.0
// What silences findings: comments, the configuration file, the baseline.

import Foundation
import ShrikeLint
import ShrikePolicy
import Testing

@Suite struct SuppressionTests {
    private func rules(_ text: String) -> [String] { lint(text).findings.map(\.rule) }

    @Test("A comment silences its own line")
    func sameLine() {
        #expect(
            rules(
                hook("- call: security_file_open  # shrike:ignore SHR801 by the collector\n  syscall: false"))
                == [])
    }

    @Test("A comment of its own silences the next line with content")
    func lineBefore() {
        #expect(
            rules(
                hook(
                    "# shrike:ignore SHR801 by the collector\n# more\n\n- call: security_file_open\n  syscall: false"
                )) == [])
        #expect(
            rules(
                hook(
                    "# shrike:ignore SHR801 by the collector\n- call: security_file_open\n  syscall: false\n- call: commit_creds\n  syscall: false"
                ))
                == ["SHR801"])
    }

    @Test("A comment for the file silences all of it")
    func file() {
        #expect(
            rules(
                hook(
                    "# shrike:ignore-file SHR801 by the collector\n- call: security_file_open\n  syscall: false\n- call: commit_creds\n  syscall: false"
                ))
                == [])
    }

    @Test("Several rules, and comments that are wrong")
    func others() {
        #expect(rules(hook("- call: sys_setuid  # shrike:ignore SHR801,SHR804 SHR680 known")) == [])
        #expect(
            rules(hook("- call: security_file_open  # shrike:ignore SHR801\n  syscall: false")) == ["SHR821"])
        #expect(
            rules(hook("- call: security_file_open  # shrike:ignore all of it\n  syscall: false")) == [
                "SHR801", "SHR820",
            ])
        #expect(
            rules(hook("- call: security_file_open\n  syscall: false  # shrike:ignore SHR702 x")) == [
                "SHR801", "SHR822",
            ])
        #expect(
            rules(
                hook(
                    "- call: security_file_open\n  syscall: false\n  message: \"no shrike:ignore SHR801 here\""
                )) == ["SHR801"])
    }

    private func configured(_ configuration: String, _ text: String) throws -> [String] {
        let settings = try LintConfiguration(Array(configuration.utf8), file: ".shrike-lint.yaml")
        let input = LintInput(file: "p.yaml", bytes: Array(text.utf8), configuration: settings)
        return Linter(checksSupport: false).lint([input]).findings.map {
            "\($0.rule) \($0.severity.rawValue)"
        }
    }

    @Test("The configuration turns rules off and changes severities")
    func configuration() throws {
        let text = hook("- call: sys_setuid")
        #expect(try configured("rules: {SHR680: off, SHR801: error, hygiene: off}", text) == ["SHR801 error"])
        #expect(
            try configured(
                "rules: {SHR801: off}\nbudget: {selectors: 0, memory: 1KiB}",
                hook("- call: sys_setuid\n  syscall: true\n  selectors: [{matchActions: [{action: NoPost}]}]")
            )
            .filter { $0.hasPrefix("SHR75") } == ["SHR758 warning", "SHR759 warning"])
    }

    @Test(
        "A budget of instructions is about the dearest call of a policy",
        arguments: [(400, false), (100, true)])
    func instructions(limit: Int, isOver: Bool) throws {
        let text = hook(
            """
            - call: security_file_open
              syscall: false
              selectors: [{matchPIDs: [{operator: In, isNamespacePID: false, values: [1]}]}]
            """)
        let found = try configured("budget: {instructions: \(limit)}", text)
        #expect(found.contains("SHR766 warning") == isOver)
        // The one with a path costs more than three times as much.
        let path = hook(
            """
            - call: security_file_open
              syscall: false
              args: [{index: 0, type: file}]
              selectors: [{matchArgs: [{index: 0, operator: Prefix, values: [/etc/folder/]}]}]
            """)
        #expect(try configured("budget: {instructions: \(limit * 3)}", path).contains("SHR766 warning"))
    }

    @Test(
        "A wrong configuration is an error with a place",
        arguments: [
            ("rules: {SHR999: off}", ".shrike-lint.yaml:1:9: error: there is no rule or group `SHR999`"),
            (
                "rules: {SHR801: quiet}",
                ".shrike-lint.yaml:1:17: error: `quiet` is not `off`, `error`, `warning` or `info`"
            ),
            (
                "kernel: [6.1]",
                ".shrike-lint.yaml:1:1: error: there is no setting `kernel`; did you mean `kernels`?"
            ),
            (
                "kernels: [\"4.4\"]",
                ".shrike-lint.yaml:1:11: error: nothing is known about the kernel `4.4`; known are `5.10`, `6.1`, `6.12`, `7.3`"
            ),
        ])
    func wrongConfiguration(text: String, expected: String) {
        #expect(throws: Diagnostic.self) {
            try LintConfiguration(Array(text.utf8), file: ".shrike-lint.yaml")
        }
        do throws(Diagnostic) {
            _ = try LintConfiguration(Array(text.utf8), file: ".shrike-lint.yaml")
        } catch {
            #expect(error.description == expected)
        }
    }

    @Test("The baseline knows findings when lines move, and no new ones")
    func baseline() throws {
        let before = lint(hook("- call: sys_setuid\n  syscall: true"))
        let known = try #require(Baseline(Baseline(before).text))
        #expect(known.filter(before).findings.isEmpty)
        let moved = lint(hook("# a comment\n\n- call: sys_setuid\n  syscall: true"))
        #expect(known.filter(moved).findings.isEmpty)
        #expect(known.filter(moved).inBaseline == before.findings.count)
        let new = lint(hook("- call: sys_setuid\n  syscall: true\n- call: commit_creds\n  syscall: false"))
        #expect(known.filter(new).findings.map(\.rule) == ["SHR801"])
        #expect(Baseline("nonsense\n") == nil)
    }
}
