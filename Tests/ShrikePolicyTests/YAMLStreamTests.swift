// SPDX-License-Identifier: Apache-2.0
// Trees, places, aliases, and how plain texts get their types.

import ShrikePolicy
import Testing

/// The tree as text: `{key: value}`, `[item]`, quoted texts in quotes.
private func shape(_ node: YAMLNode) -> String {
    switch node.content {
    case .scalar(let scalar): scalar.style == .quoted ? "\"\(scalar.text)\"" : scalar.text
    case .sequence(let items): "[" + items.map(shape).joined(separator: ", ") + "]"
    case .mapping(let pairs):
        "{" + pairs.map { "\($0.key.value): \(shape($0.value))" }.joined(separator: ", ") + "}"
    }
}

private func place(_ range: SourceRange) -> String {
    "\(range.start.line):\(range.start.column)-\(range.end.line):\(range.end.column)"
}

private func stream(_ text: String) -> YAMLStream { YAMLStream(Array(text.utf8), file: "f") }

@Suite struct YAMLStreamTests {
    @Test(
        "The tree is that of the text",
        arguments: [
            ("", ""), ("a: b", "{a: b}"), ("- a\n- 'b'\n", "[a, \"b\"]"),
            ("a: |\n  x\n  y\n", "{a: \"x\ny\n\"}"),
            ("a: >-\n  x\n  y\n", "{a: \"x y\"}"), ("--- a\n--- b\n...\n", "a|b"),
            ("a:\nb: ~\n", "{a: , b: ~}"),
            ("{\"a\": [1, true, null]}", "{a: [1, true, null]}"), ("a: \"\\u00e9\\n\"", "{a: \"é\n\"}"),
            ("a: &x [1]\nb: *x\n", "{a: [1], b: [1]}"), ("a: &x 1\nb: &x 2\nc: *x\n", "{a: 1, b: 2, c: 2}"),
            ("a: &m {x: 1, y: 2}\nb: {<<: *m, x: 3}\n", "{a: {x: 1, y: 2}, b: {x: 3, y: 2}}"),
            ("a: {<<: [{x: 1}, {x: 2, y: 3}]}\n", "{a: {x: 1, y: 3}}"), ("a: {\"<<\": 1}", "{a: {<<: 1}}"),
            ("a: &k b\n*k : c\n", "{a: b, b: c}"),
        ])
    func tree(text: String, expected: String) {
        let stream = stream(text)
        #expect(stream.diagnostics.map(\.description) == [])
        #expect(stream.documents.map(shape).joined(separator: "|") == expected)
    }

    @Test(
        "Places count characters from 1, whatever ends the lines",
        arguments: [
            "é: b\nlist:\n  - x\n  - 'yy'\n", "é: b\r\nlist:\r\n  - x\r\n  - 'yy'\r\n",
            "\u{FEFF}é: b\nlist:\n  - x\n  - 'yy'\n", "é: b\rlist:\r  - x\r  - 'yy'\r",
            "é: b\nlist:\n  - x\n  - 'yy'",
        ])
    func places(text: String) throws {
        let root = try #require(stream(text).documents.first)
        guard case .mapping(let pairs) = root.content else { throw Unexpected() }
        #expect(place(root.range) == "1:1-4:9")
        #expect(place(pairs[0].key.range) == "1:1-1:2")
        #expect(place(pairs[0].value.range) == "1:4-1:5")
        #expect(place(pairs[1].key.range) == "2:1-2:5")
        #expect(place(pairs[1].value.range) == "3:3-4:9")
        guard case .sequence(let items) = pairs[1].value.content else { throw Unexpected() }
        #expect(items.map { place($0.range) } == ["3:5-3:6", "4:5-4:9"])
    }

    struct Unexpected: Error {}

    @Test("Documents before a syntax error are kept")
    func keepsWholeDocuments() {
        let stream = stream("a: b\n---\n[\n")
        #expect(stream.documents.map(shape) == ["{a: b}"])
        #expect(stream.diagnostics.count == 1)
    }

    @Test(
        "A plain text has the type that Kubernetes gives it",
        arguments: [
            ("a", .string), ("", .null), ("~", .null), ("null", .null), ("nULL", .string),
            ("true", .boolean(true)), ("Yes", .boolean(true)), ("on", .boolean(true)), ("n", .string),
            ("OFF", .boolean(false)), ("tRue", .string), ("0", .integer(0)), ("-5", .integer(-5)),
            ("+5", .integer(5)), ("0x1F", .integer(31)), ("017", .integer(15)), ("0o17", .integer(15)),
            ("0b11", .integer(3)), ("1_000", .integer(1000)),
            ("18446744073709551615", .integer(18_446_744_073_709_551_615)),
            ("18446744073709551616", .float), ("-9223372036854775809", .float), ("08", .float),
            ("1.5", .float),
            ("1e3", .float), (".inf", .float), ("-.INF", .float), (".nan", .float), ("1.2.3", .string),
            ("-", .string),
            ("--5", .string), ("1_", .string), ("1__0", .string), ("0x", .string), ("10.0.0.1", .string),
            ("1:9", .string), ("2001-01-01", .string), ("e", .string), (".", .string), ("0b2", .string),
            ("5s", .string),
        ] as [(String, ResolvedScalar)])
    func plainTypes(text: String, expected: ResolvedScalar) throws {
        // `- ` in front, so that the text cannot be anything but a scalar; libyaml reads `-` as a list.
        let text = text == "-" ? "!!int \"-\"" : text
        let root = try #require(stream("- \(text)").documents.first)
        guard case .sequence(let items) = root.content, case .scalar(let scalar) = items[0].content else {
            throw Unexpected()
        }
        #expect(scalar.resolved == expected)
    }

    @Test("Quotes and the tag !!str make a string")
    func quoted() throws {
        for text in ["'1'", "\"true\"", "!!str 1", "! 1", "|\n  1"] {
            let root = try #require(stream("a: \(text)").documents.first)
            guard case .mapping(let pairs) = root.content, case .scalar(let scalar) = pairs[0].value.content
            else { throw Unexpected() }
            #expect(scalar.resolved == .string, "\(text)")
        }
    }
}
