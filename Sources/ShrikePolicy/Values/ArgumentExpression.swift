// SPDX-License-Identifier: Apache-2.0
// CelExpr: the part of the Common Expression Language that the kernel side can work out, as steps for a stack machine.

/// An expression over a hook's integer arguments, checked.
public struct ArgumentExpression: Sendable, Hashable {
    /// What a part of the expression is.
    public enum ValueType: String, Sendable, Hashable {
        case int32
        case uint32
        case int
        case uint
        case bool
    }

    /// One step; operands are taken from a stack, the result is put there.
    public enum Step: Sendable, Hashable {
        /// A number, as 64 bits.
        case number(UInt64)
        /// The argument at a position in the hook's `args`.
        case argument(Int)
        /// One of two operands' operations.
        case binary(Operation)
        /// Each bit inverted.
        case invert
        /// The opposite truth.
        case negate
        /// The lower 32 bits, as a signed or unsigned number.
        case narrow(isSigned: Bool)
    }

    /// An operation on two operands.
    public enum Operation: Sendable, Hashable {
        case add, subtract, and, or, xor
        case equal, notEqual
        case less(isSigned: Bool)
        case lessOrEqual(isSigned: Bool)
    }

    /// Why a text is no such expression.
    public struct Problem: Error, Sendable, Hashable {
        /// Where in the text, in bytes.
        public var offset: Int
        /// What is wrong.
        public var message: String
    }

    /// The steps in order; the last one leaves a truth.
    public private(set) var steps: [Step] = []
    /// The positions that it reads.
    public var positions: Set<Int> {
        Set(steps.compactMap { if case .argument(let position) = $0 { position } else { nil } })
    }

    /// Most steps of one expression.
    public static let maximumSteps = 64
    /// Most values that wait at one time.
    public static let maximumDepth = 16

    /// - Parameter types: of the hook's arguments, by position; nil for those that are no 32 or 64-bit integer.
    public init(_ text: String, types: [ValueType?]) throws(Problem) {
        var parser = ExpressionParser(text, types)
        steps = try parser.parse()
    }
}

extension ArgumentType {
    /// What the type is in an expression.
    public var expressionType: ArgumentExpression.ValueType? {
        switch self {
        case .int, .int32, .sint32: .int32
        case .uint32: .uint32
        case .int64, .sint64, .long: .int
        case .uint64, .ulong: .uint
        default: nil
        }
    }
}

private struct ExpressionParser {
    typealias ValueType = ArgumentExpression.ValueType
    typealias Problem = ArgumentExpression.Problem

    private let text: [UInt8]
    private let types: [ValueType?]
    private var at = 0
    private var depth = 0
    private var nesting = 0
    private var steps: [ArgumentExpression.Step] = []

    init(_ text: String, _ types: [ValueType?]) {
        self.text = Array(text.utf8)
        self.types = types
    }

    mutating func parse() throws(Problem) -> [ArgumentExpression.Step] {
        let type = try either()
        skipSpace()
        guard at == text.count else { throw problem("an operator is expected") }
        guard type == .bool else {
            throw Problem(offset: 0, message: "the expression is no condition but `\(type.rawValue)`")
        }
        guard !steps.isEmpty else { throw problem("the expression is empty") }
        return steps
    }

    private func problem(_ message: String) -> Problem { Problem(offset: at, message: message) }

    private mutating func emit(_ step: ArgumentExpression.Step) throws(Problem) {
        steps.append(step)
        switch step {
        case .number, .argument: depth += 1
        case .binary: depth -= 1
        case .invert, .negate, .narrow: break
        }
        guard steps.count <= ArgumentExpression.maximumSteps, depth <= ArgumentExpression.maximumDepth else {
            throw problem("the expression is too long")
        }
    }

    // MARK: Levels, loosest first

    private mutating func either() throws(Problem) -> ValueType {
        var type = try both()
        while takes("||") {
            try needBool(type)
            let right = try both()
            try needBool(right)
            try emit(.binary(.or))
            type = .bool
        }
        return type
    }

    private mutating func both() throws(Problem) -> ValueType {
        var type = try comparison()
        while takes("&&") {
            try needBool(type)
            let right = try comparison()
            try needBool(right)
            try emit(.binary(.and))
            type = .bool
        }
        return type
    }

    private mutating func comparison() throws(Problem) -> ValueType {
        let type = try sum()
        for sign in ["==", "!=", "<=", ">=", "<", ">"] where takes(sign) {
            // A greater one is one that is not less or equal.
            let right = try sum()
            try needSame(type, right)
            let isSigned = type == .int32 || type == .int
            if sign != "==", sign != "!=", type == .bool { throw problem("truths have no order") }
            switch sign {
            case "==": try emit(.binary(.equal))
            case "!=": try emit(.binary(.notEqual))
            case "<": try emit(.binary(.less(isSigned: isSigned)))
            case "<=": try emit(.binary(.lessOrEqual(isSigned: isSigned)))
            case ">":
                try emit(.binary(.lessOrEqual(isSigned: isSigned)))
                try emit(.negate)
            default:
                try emit(.binary(.less(isSigned: isSigned)))
                try emit(.negate)
            }
            return .bool
        }
        return type
    }

    private mutating func sum() throws(Problem) -> ValueType {
        let type = try unary()
        while true {
            let isSum = takes("+")
            guard isSum || takes("-") else { return type }
            let right = try unary()
            try needSame(type, right)
            guard type != .bool else { throw problem("truths cannot be added") }
            try emit(.binary(isSum ? .add : .subtract))
            try narrow(type)
        }
    }

    private mutating func unary() throws(Problem) -> ValueType {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= 32 else { throw problem("the expression is nested too deeply") }
        if takes("!") {
            let right = try unary()
            try needBool(right)
            try emit(.negate)
            return .bool
        }
        if takes("(") {
            let type = try either()
            try need(")")
            return type
        }
        skipSpace()
        guard at < text.count else { throw problem("a value is expected") }
        let isNegative = text[at] == UInt8(ascii: "-")
        if isNegative || isDigit(text[at]) { return try literal() }
        return try named()
    }

    private mutating func literal() throws(Problem) -> ValueType {
        let start = at
        if text[at] == UInt8(ascii: "-") { at += 1 }
        while at < text.count, isWord(text[at]) { at += 1 }
        var digits = String(decoding: text[start..<at], as: UTF8.self)
        let isUnsigned = digits.hasSuffix("u") || digits.hasSuffix("U")
        if isUnsigned { digits.removeLast() }
        let body = digits.hasPrefix("-") ? digits.dropFirst() : digits[...]
        let magnitude =
            body.hasPrefix("0x") ? UInt64(body.dropFirst(2), radix: 16) : UInt64(body)
        guard let magnitude, body.first != "+" else {
            throw Problem(offset: start, message: "`\(digits)` is no number")
        }
        if isUnsigned {
            guard !digits.hasPrefix("-") else {
                throw Problem(offset: start, message: "an unsigned number cannot be negative")
            }
            try emit(.number(magnitude))
            return .uint
        }
        let isNegative = digits.hasPrefix("-")
        guard magnitude <= (isNegative ? 1 << 63 : UInt64(Int64.max)) else {
            throw Problem(offset: start, message: "`\(digits)` does not fit 64 bits")
        }
        try emit(.number(isNegative ? 0 &- magnitude : magnitude))
        return .int
    }

    private mutating func named() throws(Problem) -> ValueType {
        let start = at
        while at < text.count, isWord(text[at]) { at += 1 }
        let word = String(decoding: text[start..<at], as: UTF8.self)
        switch word {
        case "true", "false":
            try emit(.number(word == "true" ? 1 : 0))
            return .bool
        case "int32", "uint32":
            try need("(")
            let type = try either()
            try need(")")
            guard type != .bool else { throw Problem(offset: start, message: "a truth is no number") }
            try emit(.narrow(isSigned: word == "int32"))
            return word == "int32" ? .int32 : .uint32
        case "and", "or", "xor":
            try need("(")
            let left = try either()
            try need(",")
            let right = try either()
            try need(")")
            try needSame(left, right)
            try emit(.binary(word == "and" ? .and : word == "or" ? .or : .xor))
            return left
        case "not":
            try need("(")
            let type = try either()
            try need(")")
            guard type != .bool else {
                try emit(.negate)
                return .bool
            }
            try emit(.invert)
            try narrow(type)
            return type
        default:
            guard word.hasPrefix("arg"), let position = Int(word.dropFirst(3)), position >= 0 else {
                throw Problem(
                    offset: start,
                    message: word.isEmpty
                        ? "a value is expected" : "`\(word)` is not known to expressions in the kernel")
            }
            guard types.indices.contains(position) else {
                throw Problem(
                    offset: start, message: "the hook has \(types.count) `args`, there is no `\(word)`")
            }
            guard let type = types[position] else {
                throw Problem(offset: start, message: "`\(word)` is no 32 or 64-bit integer")
            }
            try emit(.argument(position))
            return type
        }
    }

    // MARK: Parts

    private mutating func narrow(_ type: ValueType) throws(Problem) {
        if type == .int32 || type == .uint32 { try emit(.narrow(isSigned: type == .int32)) }
    }

    private func needBool(_ type: ValueType) throws(Problem) {
        guard type == .bool else { throw problem("a condition is expected, not `\(type.rawValue)`") }
    }

    private func needSame(_ left: ValueType, _ right: ValueType) throws(Problem) {
        guard left != right else { return }
        throw problem(
            "`\(left.rawValue)` and `\(right.rawValue)` cannot be compared or combined; convert one, as in `int32(1)`"
        )
    }

    private mutating func need(_ sign: String) throws(Problem) {
        guard takes(sign) else { throw problem("`\(sign)` is expected") }
    }

    private mutating func takes(_ sign: String) -> Bool {
        skipSpace()
        guard text[at...].starts(with: sign.utf8) else { return false }
        // `!` is not the beginning of `!=`.
        if sign == "!", at + 1 < text.count, text[at + 1] == UInt8(ascii: "=") { return false }
        at += sign.utf8.count
        return true
    }

    private mutating func skipSpace() {
        while at < text.count, [0x20, 0x09, 0x0a].contains(text[at]) { at += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "_")
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
