// SPDX-License-Identifier: Apache-2.0
// Bytes that are made to hurt: each costs one clear error, and little time.

import ShrikePolicy
import Testing

/// Bytes and the only thing that is said about them.
struct HostileInput: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let expected: [String]

    var testDescription: String { name }

    init(_ name: String, _ bytes: [UInt8], _ expected: String...) {
        self.name = name
        self.bytes = bytes
        self.expected = expected
    }

    init(_ name: String, _ text: String, _ expected: String...) {
        self.name = name
        bytes = Array(text.utf8)
        self.expected = expected
    }
}

private let depthHelp = "a policy needs about twelve levels; is a bracket not closed?"
private let nodesMessage =
    "error: the file has more than 200000 values, each alias counted as what it stands for; "
    + "split it into several files, and do not nest aliases"
private let sizeMessage =
    "1:1: error: the file is larger than 2 MiB, the limit for policies; split it into several files"

/// A billion laughs: nine levels, each nine times the one below.
private let aliasBomb = """
    a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]
    b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
    c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
    d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
    e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]
    f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]
    g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f]
    """

@Suite struct HostileInputTests {
    static let inputs = [
        HostileInput(
            "10 MB of nested lists", [UInt8](repeating: UInt8(ascii: "["), count: 10_000_000), sizeMessage),
        HostileInput(
            "10 MB of closed nested lists",
            [UInt8](repeating: UInt8(ascii: "["), count: 5_000_000)
                + [UInt8](repeating: UInt8(ascii: "]"), count: 5_000_000), sizeMessage),
        HostileInput(
            "2 MiB of nested lists", [UInt8](repeating: UInt8(ascii: "["), count: 2 << 20),
            "1:65: error: lists and mappings are nested more than 64 deep; \(depthHelp)"),
        HostileInput(
            "nested block lists", String(repeating: "- ", count: 100_000) + "a",
            "1:129: error: lists and mappings are nested more than 64 deep; \(depthHelp)"),
        HostileInput(
            "nested mappings", String(repeating: "{a: ", count: 100_000),
            "1:257: error: lists and mappings are nested more than 64 deep; \(depthHelp)"),
        HostileInput(
            "a list of many", "a: [" + String(repeating: "b,", count: 1_000_000) + "]",
            "1:399999: \(nodesMessage)"),
        HostileInput(
            "many empty documents", String(repeating: "---\n", count: 500_000),
            "200002:1: \(nodesMessage)"),
        HostileInput("alias bomb", aliasBomb, "6:12: \(nodesMessage)"),
        HostileInput(
            "alias bomb of one long text",
            "a: &a \"\(String(repeating: "x", count: 1 << 20))\"\nb: ["
                + String(repeating: "*a,", count: 100_000) + "]",
            "2:38: \(nodesMessage)"),
        HostileInput(
            "deep alias",
            "a: &a " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + "\nb: "
                + String(repeating: "[", count: 40) + "*a",
            "2:44: error: lists and mappings are nested more than 64 deep; \(depthHelp)"),
        HostileInput(
            "NUL bytes", [0, 0, 0, 0], "1:1: error: a NUL byte is not allowed in YAML; remove it"),
        HostileInput(
            "NUL in a value", "a:\n  b: x\u{0}y\n",
            "2:7: error: a NUL byte is not allowed in YAML; remove it"),
        HostileInput(
            "escape sequence", "a: \u{1B}[2J\n",
            "1:4: error: the control character \\x1b is not allowed in YAML; remove it"),
        HostileInput(
            "C1 control", "a: \u{9B}2J\n", "1:4: error: the character U+9B is not allowed in YAML; remove it"),
        HostileInput(
            "byte order mark inside", "a: \u{FEFF}b\n",
            "1:4: error: the character U+FEFF is not allowed in YAML; remove it"),
        HostileInput(
            "Latin-1", [0x61, 0x3A, 0x20, 0xE9, 0x0A],
            "1:4: error: the byte \\xe9 is not valid UTF-8; save the file as UTF-8"),
        HostileInput(
            "continuation byte alone", [0x61, 0x3A, 0x20, 0x80],
            "1:4: error: the byte \\x80 is not valid UTF-8; save the file as UTF-8"),
        HostileInput(
            "overlong slash", [0x61, 0x3A, 0x20, 0xC0, 0xAF],
            "1:4: error: the byte \\xc0 is not valid UTF-8; save the file as UTF-8"),
        HostileInput(
            "overlong in three bytes", [0x61, 0x3A, 0x20, 0xE0, 0x80, 0xAF],
            "1:4: error: the byte \\xe0 is not valid UTF-8; save the file as UTF-8"),
        HostileInput(
            "surrogate", [0x61, 0x3A, 0x20, 0xED, 0xA0, 0x80],
            "1:4: error: the byte \\xed is not valid UTF-8; save the file as UTF-8"),
        HostileInput(
            "past Unicode", [0x61, 0x3A, 0x20, 0xF4, 0x90, 0x80, 0x80],
            "1:4: error: the byte \\xf4 is not valid UTF-8; save the file as UTF-8"),
        HostileInput(
            "cut in a character", [0x61, 0x3A, 0x20, 0xE2, 0x82],
            "1:4: error: the byte \\xe2 is not valid UTF-8; save the file as UTF-8"),
        HostileInput("UTF-16", [0xFF, 0xFE, 0x61, 0x00], "1:1: error: the file is UTF-16; save it as UTF-8"),
        HostileInput(
            "a message that is a terminal command",
            "apiVersion: cilium.io/v1alpha1\nkind: \"\\e]0;x\\a\\n\\u202e\"\nmetadata: {name: a}\nspec: {}\n",
            "2:7: error: `\\u{1b}]0;x\\u{7}\\u{a}\\u{202e}` is not a kind of policy; "
                + "the kinds are `TracingPolicy` and `TracingPolicyNamespaced`"),
        HostileInput(
            "a long unknown kind",
            "apiVersion: cilium.io/v1alpha1\nkind: \(String(repeating: "k", count: 100_000))\n",
            "2:7: error: `\(String(repeating: "k", count: 64))…` is not a kind of policy; "
                + "the kinds are `TracingPolicy` and `TracingPolicyNamespaced`"),
    ]

    @Test("It costs one error", arguments: inputs)
    func costsOneError(input: HostileInput) {
        let start = ContinuousClock.now
        let result = PolicyLoader.load(input.bytes, file: "p.yaml")
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(
            result.diagnostics.map { String($0.description.dropFirst("p.yaml:".count)) } == input.expected)
        #expect(result.policies.isEmpty)
    }

    @Test("Any cut of a policy is an error or a policy, and never a crash")
    func cuts() {
        let text = Array(selector("matchArgs:\n- index: 0\n  operator: Prefix\n  values: [\"/é\"]").utf8)
        for end in text.indices {
            let result = PolicyLoader.load(Array(text[..<end]), file: "p.yaml")
            #expect(result.hasErrors || result.policies.count == 1, "cut at \(end)")
        }
    }

    @Test("Any byte may be replaced by any of the dangerous ones")
    func flips() {
        let text = Array(selector("matchArgs:\n- index: 0\n  operator: Prefix\n  values: [\"/é\"]").utf8)
        for place in text.indices {
            for byte in [0, 9, 10, 13, 0x21, 0x22, 0x26, 0x2A, 0x3A, 0x5B, 0x7B, 0x7C, 0x80, 0xC3, 0xFF]
                as [UInt8]
            {
                var changed = text
                changed[place] = byte
                let result = PolicyLoader.load(changed, file: "p.yaml")
                for policy in result.policies {
                    _ = PolicyChecker.check(policy, kernel: FakeKernel.standard)
                    _ = FeatureSupport.check(policy)
                }
            }
        }
    }

    @Test("Thousands of errors are cut to a hundred")
    func manyErrors() {
        let text = policy("lists:\n- name: a\n  values:\n" + String(repeating: "  - 1\n", count: 50_000))
        #expect(findings(text).count == 100)
        let unknown = policy((0..<60_000).map { "kprobe\($0): 1" }.joined(separator: "\n"))
        let start = ContinuousClock.now
        #expect(findings(unknown).count == 100)
        #expect(ContinuousClock.now - start < .seconds(5))
        let keys = policy(String(repeating: "a: 1\n", count: 50_000))
        #expect((100...110).contains(findings(keys).count))
    }

    @Test("A long line, thousands of values and a long comment are fine")
    func largeButFine() {
        let values = (0..<1000).map { "- /a/\($0)/\(String(repeating: "x", count: 500))" }.joined(
            separator: "\n")
        let filter =
            "# \(String(repeating: "c", count: 1 << 16))\nmatchArgs:\n- index: 0\n  operator: Prefix\n  values:\n"
        let text = selector(filter + values.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
        #expect(findings(text) == [])
        let line = selector(
            "matchArgs: [{index: 0, operator: Prefix, values: [\"/a\"\(String(repeating: ", \"/b\"", count: 999))]}]"
        )
        #expect(findings(line) == [])
        let many = selector(
            "matchArgs: [{index: 0, operator: Prefix, values: [\"/a\"\(String(repeating: ", \"/b\"", count: 1000))]}]"
        )
        #expect(findings(many).count == 1)
    }

    @Test("A file that cannot be read is a finding")
    func unreadable() {
        #expect(
            PolicyLoader.load(path: "/no/such.yaml").diagnostics.map(\.description)
                == ["/no/such.yaml:1:1: error: the file cannot be read: No such file or directory"])
        #expect(
            PolicyLoader.load(path: "/").diagnostics.map(\.description)
                == ["/:1:1: error: the file cannot be read: Is a directory"])
        #expect(PolicyLoader.load(path: "/dev/zero").diagnostics.map(\.code) == [.fileTooLarge])
    }
}
