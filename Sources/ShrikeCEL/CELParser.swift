// SPDX-License-Identifier: Apache-2.0
// Text of the Common Expression Language to a tree. What this version does not evaluate is refused here.

/// Why an expression cannot be used.
public struct CELError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let reason: String
    /// Where, in characters from the start.
    public let offset: Int

    /// Reason and place in one line.
    public var description: String { "\(reason) at character \(offset + 1)" }
}

/// An expression, parsed.
internal indirect enum CELNode: Sendable {
    case literal(CELLiteral)
    case variable(String)
    case member(CELNode, String)
    case index(CELNode, CELNode)
    case list([CELNode])
    case not(CELNode)
    case negative(CELNode)
    case binary(CELOperator, CELNode, CELNode)
    case choice(CELNode, CELNode, CELNode)
    case has(CELNode)
    case call(CELFunction, [CELNode])
    /// `list.exists(name, condition)`, or `all`.
    case quantified(CELNode, name: String, condition: CELNode, isUniversal: Bool)
}

internal enum CELLiteral: Sendable {
    case null, boolean(Bool), integer(Int64), number(Double), string(String)
}

internal enum CELOperator: String, Sendable {
    case or = "||"
    case and = "&&"
    case equal = "=="
    case notEqual = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case less = "<"
    case greater = ">"
    case isIn = "in"
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
}

internal enum CELFunction: String, Sendable { case size, startsWith, endsWith, contains, matches }

/// Parses one expression; use it once.
internal struct CELParser {
    private static let maximumDepth = 64
    /// From the weakest to the strongest.
    private static let levels: [[CELOperator]] = [
        [.or], [.and], [.equal, .notEqual, .lessOrEqual, .greaterOrEqual, .less, .greater, .isIn],
        [.add, .subtract], [.multiply, .divide, .remainder],
    ]

    private let text: [Character]
    private var index = 0
    private var depth = 0
    private var names: Set<String>
    /// Variables that occur.
    internal private(set) var mentioned: Set<String> = []

    internal init(_ text: String, variables: [String]) {
        self.text = Array(text)
        names = Set(variables)
    }

    internal mutating func parse() throws(CELError) -> CELNode {
        let node = try choice()
        skipSpace()
        guard index == text.count else { throw error("unexpected \(text[index])") }
        return node
    }

    private mutating func choice() throws(CELError) -> CELNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw error("the expression is nested too deeply") }
        let condition = try binary(level: 0)
        guard take("?") else { return condition }
        let first = try choice()
        try expect(":")
        return .choice(condition, first, try choice())
    }

    private mutating func binary(level: Int) throws(CELError) -> CELNode {
        guard level < Self.levels.count else { return try unary() }
        var left = try binary(level: level + 1)
        while let found = Self.levels[level].first(where: { isNext($0) }) {
            index += found.rawValue.count
            left = .binary(found, left, try binary(level: level + 1))
        }
        return left
    }

    private mutating func isNext(_ sign: CELOperator) -> Bool {
        skipSpace()
        guard text[index...].starts(with: sign.rawValue) else { return false }
        guard sign == .isIn else { return true }
        let end = index + 2
        return end >= text.count || !Self.isWord(text[end])
    }

    private mutating func unary() throws(CELError) -> CELNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw error("the expression is nested too deeply") }
        if take("!") { return .not(try unary()) }
        if take("-") { return .negative(try unary()) }
        return try postfix()
    }

    private mutating func postfix() throws(CELError) -> CELNode {
        var node = try primary()
        while true {
            if take(".") {
                let name = try word()
                guard take("(") else {
                    node = .member(node, name)
                    continue
                }
                node = try method(name, of: node)
            } else if take("[") {
                node = .index(node, try choice())
                try expect("]")
            } else {
                return node
            }
        }
    }

    private mutating func method(_ name: String, of node: CELNode) throws(CELError) -> CELNode {
        if name == "exists" || name == "all" {
            let variable = try word()
            guard !names.contains(variable) else { throw error("\(variable) has a meaning already") }
            try expect(",")
            names.insert(variable)
            let condition = try choice()
            names.remove(variable)
            mentioned.remove(variable)
            try expect(")")
            return .quantified(node, name: variable, condition: condition, isUniversal: name == "all")
        }
        guard let function = CELFunction(rawValue: name) else { throw error("unknown function \(name)") }
        let arguments = try list(until: ")")
        guard arguments.count == (function == .size ? 0 : 1) else {
            throw error("wrong number of arguments for \(name)")
        }
        return .call(function, [node] + arguments)
    }

    private mutating func primary() throws(CELError) -> CELNode {
        skipSpace()
        guard index < text.count else { throw error("the expression ends too early") }
        let start = text[index]
        if take("(") {
            let node = try choice()
            try expect(")")
            return node
        }
        if take("[") { return .list(try list(until: "]")) }
        if start == "\"" || start == "'" { return .literal(.string(try string(isRaw: false))) }
        if start.isASCII, start.isNumber { return .literal(try number()) }
        let at = index
        let name = try word()
        if name == "r", index < text.count, text[index] == "\"" || text[index] == "'" {
            return .literal(.string(try string(isRaw: true)))
        }
        switch name {
        case "true", "false": return .literal(.boolean(name == "true"))
        case "null": return .literal(.null)
        case "has" where take("("):
            let node = try choice()
            guard case .member = node else { throw error("has() wants a field") }
            try expect(")")
            return .has(node)
        case "size" where take("("):
            let arguments = try list(until: ")")
            guard arguments.count == 1 else { throw error("wrong number of arguments for size") }
            return .call(.size, arguments)
        default: break
        }
        guard names.contains(name) else {
            throw CELError(
                reason: isNextCall ? "unknown function \(name)" : "unknown name \(name)", offset: at)
        }
        mentioned.insert(name)
        return .variable(name)
    }

    private var isNextCall: Bool { index < text.count && text[index] == "(" }

    private mutating func list(until end: Character) throws(CELError) -> [CELNode] {
        var nodes: [CELNode] = []
        if take(end) { return nodes }
        repeat { nodes.append(try choice()) } while take(",")
        try expect(end)
        return nodes
    }

    private mutating func word() throws(CELError) -> String {
        skipSpace()
        let start = index
        while index < text.count, Self.isWord(text[index]) { index += 1 }
        guard index > start, !text[start].isNumber else { throw error("a name is missing") }
        return String(text[start..<index])
    }

    private mutating func number() throws(CELError) -> CELLiteral {
        let start = index
        while index < text.count, Self.isWord(text[index]) || text[index] == "." { index += 1 }
        var digits = String(text[start..<index])
        if digits.hasPrefix("0x"), let value = Int64(digits.dropFirst(2), radix: 16) {
            return .integer(value)
        }
        if digits.hasSuffix("u") { digits.removeLast() }
        if let value = Int64(digits) { return .integer(value) }
        guard let value = Double(digits) else { throw error("bad number \(digits)") }
        return .number(value)
    }

    private mutating func string(isRaw: Bool) throws(CELError) -> String {
        let quote = text[index]
        index += 1
        var value = ""
        while index < text.count, text[index] != quote {
            if text[index] == "\\", !isRaw {
                index += 1
                guard index < text.count else { break }
                switch text[index] {
                case "n": value.append("\n")
                case "t": value.append("\t")
                case "r": value.append("\r")
                case "\\", "\"", "'", "?", "`": value.append(text[index])
                default: throw error("unknown escape \\\(text[index])")
                }
            } else {
                value.append(text[index])
            }
            index += 1
        }
        guard index < text.count else { throw error("missing \(quote)") }
        index += 1
        return value
    }

    private mutating func take(_ character: Character) -> Bool {
        skipSpace()
        guard index < text.count, text[index] == character else { return false }
        // `!=` is no negation.
        if character == "!", index + 1 < text.count, text[index + 1] == "=" { return false }
        index += 1
        return true
    }

    private mutating func expect(_ character: Character) throws(CELError) {
        guard take(character) else { throw error("missing \(character)") }
    }

    private mutating func skipSpace() {
        while index < text.count, text[index].isWhitespace { index += 1 }
    }

    private func error(_ reason: String) -> CELError { CELError(reason: reason, offset: index) }

    private static func isWord(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_")
    }
}
