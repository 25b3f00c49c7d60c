// SPDX-License-Identifier: Apache-2.0
// Fixes: each bad text becomes the good one, byte for byte, and a second run changes nothing.

import ShrikeLint
import ShrikePolicy
import Testing

@Suite struct FixTests {
    /// Lints and mends as the command does.
    static func mended(_ text: String) -> String {
        var bytes = Array(text.utf8)
        for _ in 0..<4 {
            let report = Linter(checksSupport: false).lint([LintInput(file: "p.yaml", bytes: bytes)])
            let (next, count) = FixApplier.apply(report.findings, to: SourceText(bytes))
            if count == 0 { break }
            bytes = next
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static let cases: [(name: String, before: String, after: String)] = [
        (
            "an operator's spelling", "{operator: equal, index: 0, values: [\"0\"]}",
            "{operator: Equal, index: 0, values: [\"0\"]}"
        ),
        (
            "a field's spelling", "{operator: Equal, index: 0, value: [\"0\"]}",
            "{operator: Equal, index: 0, values: [\"0\"]}"
        ),
        (
            "a number", "{operator: Equal, index: 0, values: [0]}",
            "{operator: Equal, index: 0, values: [\"0\"]}"
        ),
        (
            "a quoted number", "{operator: Equal, index: \"0\", values: [\"0\"]}",
            "{operator: Equal, index: 0, values: [\"0\"]}"
        ),
        (
            "a range", "{operator: InRange, index: 0, values: ['9:1']}",
            "{operator: InRange, index: 0, values: ['1:9']}"
        ),
    ]

    @Test("Spelling and quotes", arguments: cases.indices)
    func filters(index: Int) {
        let item = Self.cases[index]
        func text(_ filter: String) -> String {
            hook(
                "# ä comment\t\n- call: sys_setuid   # kept\n  syscall: true\n  args: [{index: 0, type: uint32}]\n  selectors: [{matchArgs: [\(filter)]}]"
            )
        }
        #expect(Self.mended(text(item.before)) == text(item.after), "\(item.name)")
    }

    @Test("syscall is added in the style of the file")
    func syscall() {
        #expect(
            Self.mended(hook("- call: security_file_open  # why\n  message: \"ab\""))
                == hook("- call: security_file_open  # why\n  syscall: false\n  message: \"ab\""))
        let windows = hook("- call: sys_setuid").replacing("\n", with: "\r\n")
        #expect(
            Self.mended(windows) == hook("- call: sys_setuid\n  syscall: true").replacing("\n", with: "\r\n"))
        let flow = hook("- {call: sys_setuid}")
        #expect(Self.mended(flow) == flow)
    }

    @Test("Paths keep their quotes")
    func paths() {
        func text(_ value: String) -> String {
            hook(
                "- call: security_file_open\n  syscall: false\n  args: [{index: 0, type: file}]\n  selectors: [{matchArgs: [{index: 0, operator: Prefix, values: [\(value)]}]}]"
            )
        }
        #expect(Self.mended(text("/etc/ssh")) == text("/etc/ssh/"))
        #expect(Self.mended(text("'/var/run/secrets'")) == text("'/run/secrets/'"))
        #expect(Self.mended(text("\"/bin/\"")) == text("\"/usr/bin/\""))
    }

    @Test("Every example is stable after it was mended", arguments: RuleTests.withExamples.map(\.id))
    func idempotence(id: String) throws {
        let bad = try #require(RuleCatalog.rule(id)?.bad)
        let once = Self.mended(bad.file)
        #expect(Self.mended(once) == once)
    }
}
