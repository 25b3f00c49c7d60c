// SPDX-License-Identifier: Apache-2.0
// The fields of one mapping of a test file: each is asked for by name, what nobody asked for is a mistake.

public import ShrikePolicy

/// What is wrong with a test file, or with what a test asks for, and where.
public struct TestProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The part of the file that is meant.
    public var range: SourceRange
    /// One line, without final full stop.
    public var message: String

    init(_ range: SourceRange, _ message: String) {
        self.range = range
        self.message = message
    }

    /// `file:line:column: error: message`
    public var description: String {
        "\(range.file):\(range.start.line):\(range.start.column): error: \(message)"
    }
}

/// The fields of a mapping.
struct LocatedFields {
    let node: YAMLNode
    private let what: String
    private var pairs: [YAMLPair]
    private var asked: [String] = []

    /// - Parameter what: the mapping with its article, for messages.
    init(_ node: YAMLNode, _ what: String) throws(TestProblem) {
        guard case .mapping(let pairs) = node.content else {
            throw TestProblem(node.range, "expected \(what) (a mapping of fields), got \(node.kindName)")
        }
        self.node = node
        self.what = what
        self.pairs = pairs
    }

    /// The value of a field, unless it is missing or null.
    mutating func node(_ name: String) -> YAMLNode? {
        asked.append(name)
        guard let value = pairs.first(where: { $0.key.value == name })?.value, !value.isNull else {
            return nil
        }
        return value
    }

    /// Null that was written, as against a field that is not there.
    func isGiven(_ name: String) -> Bool { pairs.contains { $0.key.value == name } }

    mutating func text(_ name: String) throws(TestProblem) -> Located<String>? {
        guard let node = node(name) else { return nil }
        return Located(try node.scalarText(), at: node.range)
    }

    mutating func number(_ name: String) throws(TestProblem) -> Located<Int128>? {
        guard let node = node(name) else { return nil }
        return Located(try node.number(), at: node.range)
    }

    mutating func unsigned(_ name: String) throws(TestProblem) -> UInt32? {
        guard let number = try number(name) else { return nil }
        guard let value = UInt32(exactly: number.value) else {
            throw TestProblem(number.range, "`\(name)` must be a number from 0 to 4294967295")
        }
        return value
    }

    mutating func bool(_ name: String) throws(TestProblem) -> Bool? {
        guard let node = node(name) else { return nil }
        guard case .scalar(let scalar) = node.content, case .boolean(let value) = scalar.resolved else {
            throw TestProblem(node.range, "`\(name)` must be true or false")
        }
        return value
    }

    /// The entries of a mapping from names.
    mutating func entries(_ name: String) throws(TestProblem) -> [YAMLPair] {
        guard let node = node(name) else { return [] }
        guard case .mapping(let pairs) = node.content else {
            throw TestProblem(node.range, "`\(name)` must be a mapping, not \(node.kindName)")
        }
        return pairs
    }

    /// The items of a list; a single value counts as a list of one when it `mayBeSingle`.
    mutating func items(_ name: String, mayBeSingle: Bool = false) throws(TestProblem) -> [YAMLNode] {
        guard let node = node(name) else { return [] }
        if case .sequence(let items) = node.content { return items }
        guard mayBeSingle else {
            throw TestProblem(node.range, "`\(name)` must be a list, not \(node.kindName)")
        }
        return [node]
    }

    /// Refuses fields that nothing asked for.
    func finish() throws(TestProblem) {
        guard let extra = pairs.first(where: { !asked.contains($0.key.value) }) else { return }
        let meant = Suggestion.nearest(to: extra.key.value, among: asked)
        let help =
            meant.map { "did you mean `\($0)`?" }
            ?? "its fields are \(asked.map { "`\($0)`" }.joined(separator: ", "))"
        throw TestProblem(extra.key.range, "\(what) has no field `\(extra.key.value)`; \(help)")
    }
}

extension YAMLNode {
    /// The text of a scalar, however it is written.
    func scalarText() throws(TestProblem) -> String {
        guard case .scalar(let scalar) = content else {
            throw TestProblem(range, "expected a text, got \(kindName)")
        }
        return scalar.text
    }

    /// A whole number.
    func number() throws(TestProblem) -> Int128 {
        guard case .scalar(let scalar) = content, let number = IntegerSyntax.parse(scalar.text) else {
            throw TestProblem(range, "expected a whole number, got \(kindName)")
        }
        return number
    }
}
