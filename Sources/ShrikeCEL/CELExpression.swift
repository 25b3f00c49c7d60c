// SPDX-License-Identifier: Apache-2.0
// Evaluates an expression over an event in JSON.

public import ShrikeJSON
internal import ShrikePattern

/// A condition on one event in the Common Expression Language: literals, fields, lists, the operators, `has`,
/// `size`, `startsWith`, `endsWith`, `contains`, `matches` (RE2), `exists` and `all`.
///
/// A field that the event does not have is the zero of what it is compared with, as in the protobuf message that the
/// JSON stands for; enums are compared by name.
public struct CELExpression: Sendable {
    private let root: CELNode
    private let mentioned: Set<String>

    /// Parses an expression that is true or false.
    /// - Parameter variables: the names that may occur.
    public init(_ text: String, variables: [String]) throws(CELError) {
        var parser = CELParser(text, variables: variables)
        root = try parser.parse()
        mentioned = parser.mentioned
        try Self.check(root)
    }

    /// Whether the expression looks at a variable.
    public func mentions(_ variable: String) -> Bool { mentioned.contains(variable) }

    /// Evaluates the expression with one variable set.
    /// - Returns: false also when it cannot be evaluated: another variable, operands that do not go together.
    public func evaluate(variable: String, _ value: JSONView) -> Bool {
        var scope = [variable: CELValue.json(value)]
        return (try? Self.boolean(root, &scope)) ?? false
    }

    /// Refuses what cannot be a condition, and regular expressions that are none.
    private static func check(_ node: CELNode) throws(CELError) {
        switch node {
        case .literal(.boolean), .member, .index, .variable, .has, .not, .quantified: break
        case .binary(let sign, _, _)
        where ![.add, .subtract, .multiply, .divide, .remainder].contains(sign):
            break
        case .choice(_, let first, let second):
            try check(first)
            try check(second)
        case .call(let function, _) where function != .size: break
        default: throw CELError(reason: "the expression is not true or false", offset: 0)
        }
        try checkPatterns(node)
    }

    private static func checkPatterns(_ node: CELNode) throws(CELError) {
        switch node {
        case .literal, .variable: break
        case .member(let inner, _), .not(let inner), .negative(let inner), .has(let inner):
            try checkPatterns(inner)
        case .index(let first, let second), .binary(_, let first, let second),
            .quantified(let first, _, let second, _):
            try checkPatterns(first)
            try checkPatterns(second)
        case .list(let nodes): for node in nodes { try checkPatterns(node) }
        case .choice(let first, let second, let third):
            for node in [first, second, third] { try checkPatterns(node) }
        case .call(let function, let arguments):
            for node in arguments { try checkPatterns(node) }
            guard function == .matches else { return }
            guard case .literal(.string(let text)) = arguments[1] else {
                throw CELError(reason: "matches() wants a literal", offset: 0)
            }
            do throws(PatternError) { _ = try Pattern(text) } catch {
                throw CELError(reason: "\"\(text)\": \(error.reason)", offset: error.offset)
            }
        }
    }

    private struct Failure: Error {}

    private static func boolean(_ node: CELNode, _ scope: inout [String: CELValue]) throws -> Bool {
        switch try evaluate(node, &scope) {
        case .boolean(let value): return value
        case .missing: return false
        case .json(let view):
            guard let value = view.boolean else { throw Failure() }
            return value
        default: throw Failure()
        }
    }

    private static func evaluate(_ node: CELNode, _ scope: inout [String: CELValue]) throws -> CELValue {
        switch node {
        case .literal(let literal):
            switch literal {
            case .null: return .null
            case .boolean(let value): return .boolean(value)
            case .integer(let value): return .integer(value)
            case .number(let value): return .number(value)
            case .string(let value): return .string(value)
            }
        case .variable(let name):
            guard let value = scope[name] else { throw Failure() }
            return value
        case .member(let inner, let name):
            switch try evaluate(inner, &scope) {
            case .json(let view): return view.member(name).map(CELValue.json) ?? .missing
            case .missing: return .missing
            default: throw Failure()
            }
        case .index(let inner, let position):
            let values = try evaluate(inner, &scope)
            let key = try evaluate(position, &scope)
            if case .json(let view) = values, view.kind == .object, let name = key.text {
                guard let value = view.member(name) else { throw Failure() }
                return .json(value)
            }
            guard let list = values.list, let index = key.integer, list.indices.contains(Int(index)) else {
                throw Failure()
            }
            return list[Int(index)]
        case .list(let nodes): return .list(try nodes.map { try evaluate($0, &scope) })
        case .not(let inner): return .boolean(!(try boolean(inner, &scope)))
        case .negative(let inner):
            let value = try evaluate(inner, &scope)
            if let integer = value.integer, integer != .min { return .integer(-integer) }
            guard let number = value.number else { throw Failure() }
            return .number(-number)
        case .choice(let condition, let first, let second):
            return try boolean(condition, &scope) ? try evaluate(first, &scope) : try evaluate(second, &scope)
        case .has(let inner):
            if case .missing = try evaluate(inner, &scope) { return .boolean(false) }
            return .boolean(true)
        case .quantified(let inner, let name, let condition, let isUniversal):
            guard let values = try evaluate(inner, &scope).list else { throw Failure() }
            defer { scope[name] = nil }
            for value in values {
                scope[name] = value
                if try boolean(condition, &scope) != isUniversal { return .boolean(!isUniversal) }
            }
            return .boolean(isUniversal)
        case .call(let function, let arguments):
            return try call(function, try arguments.map { try evaluate($0, &scope) })
        case .binary(let sign, let first, let second): return try binary(sign, first, second, &scope)
        }
    }

    private static func call(_ function: CELFunction, _ arguments: [CELValue]) throws -> CELValue {
        if function == .size {
            if let list = arguments[0].list { return .integer(Int64(list.count)) }
            guard let text = arguments[0].text else { throw Failure() }
            return .integer(Int64(text.unicodeScalars.count))
        }
        guard let text = arguments[0].text, let other = arguments[1].text else { throw Failure() }
        switch function {
        case .startsWith: return .boolean(text.utf8.starts(with: other.utf8))
        case .endsWith: return .boolean(text.utf8.reversed().starts(with: other.utf8.reversed()))
        case .contains: return .boolean(other.isEmpty || text.contains(other))
        case .matches, .size: return .boolean(try Pattern(other).matches(text))
        }
    }

    private static func binary(
        _ sign: CELOperator, _ first: CELNode, _ second: CELNode, _ scope: inout [String: CELValue]
    ) throws -> CELValue {
        if sign == .and || sign == .or {
            // An operand that fails does not count when the other decides.
            let left = try? boolean(first, &scope)
            if left == (sign == .or) { return .boolean(sign == .or) }
            let right = try boolean(second, &scope)
            if right == (sign == .or) { return .boolean(right) }
            guard left != nil else { throw Failure() }
            return .boolean(right)
        }
        let left = try evaluate(first, &scope)
        let right = try evaluate(second, &scope)
        switch sign {
        case .equal: return .boolean(try left.isEqual(to: right))
        case .notEqual: return .boolean(!(try left.isEqual(to: right)))
        case .isIn:
            if case .json(let view) = right, view.kind == .object, let name = left.text {
                return .boolean(view.member(name) != nil)
            }
            guard let list = right.list else { throw Failure() }
            return .boolean(list.contains { (try? $0.isEqual(to: left)) ?? false })
        case .less: return .boolean(try left.order(right) < 0)
        case .lessOrEqual: return .boolean(try left.order(right) <= 0)
        case .greater: return .boolean(try left.order(right) > 0)
        case .greaterOrEqual: return .boolean(try left.order(right) >= 0)
        default: return try arithmetic(sign, left, right)
        }
    }

    private static func arithmetic(
        _ sign: CELOperator, _ left: CELValue, _ right: CELValue
    ) throws -> CELValue {
        if sign == .add, case .string(let first) = left, let second = right.text {
            return .string(first + second)
        }
        guard let first = left.integer, let second = right.integer else { throw Failure() }
        let (value, overflow) =
            switch sign {
            case .add: first.addingReportingOverflow(second)
            case .subtract: first.subtractingReportingOverflow(second)
            case .multiply: first.multipliedReportingOverflow(by: second)
            case .divide: first.dividedReportingOverflow(by: second)
            default: first.remainderReportingOverflow(dividingBy: second)
            }
        guard !overflow else { throw Failure() }
        return .integer(value)
    }
}

/// A value while an expression is evaluated.
internal enum CELValue {
    case null, missing
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case list([CELValue])
    case json(JSONView)

    internal struct Mismatch: Error {}

    internal var text: String? {
        switch self {
        case .string(let text): text
        case .json(let view): view.string
        case .missing: ""
        default: nil
        }
    }

    internal var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .json(let view): view.integer
        case .missing: 0
        default: nil
        }
    }

    internal var number: Double? {
        switch self {
        case .number(let value): value
        case .json(let view): Double(String(decoding: view.bytes, as: UTF8.self))
        default: integer.map(Double.init)
        }
    }

    internal var list: [CELValue]? {
        switch self {
        case .list(let values): values
        case .json(let view): view.kind == .list ? view.elements.map(CELValue.json) : nil
        case .missing: []
        default: nil
        }
    }

    internal func isEqual(to other: CELValue) throws -> Bool {
        switch (self, other) {
        case (.missing, .missing), (.null, .null), (.missing, .null), (.null, .missing): return true
        case (.json(let view), .null), (.null, .json(let view)): return view.kind == .null
        case (.null, _), (_, .null): return false
        case (.boolean(let left), .boolean(let right)): return left == right
        case (.boolean(let left), .missing), (.missing, .boolean(let left)): return !left
        case (.boolean(let left), .json(let view)), (.json(let view), .boolean(let left)):
            return view.boolean == left
        default: return try order(other) == 0
        }
    }

    /// Negative, zero or positive.
    internal func order(_ other: CELValue) throws -> Int {
        switch (self, other) {
        case (.string, _), (_, .string):
            guard let left = text, let right = other.text else { throw Mismatch() }
            return left == right ? 0 : left < right ? -1 : 1
        case (.json(let first), .json(let second)) where first.kind == .string && second.kind == .string:
            return try CELValue.string(first.string ?? "").order(other)
        default:
            if let left = integer, let right = other.integer {
                return left == right ? 0 : left < right ? -1 : 1
            }
            guard let left = number, let right = other.number else { throw Mismatch() }
            return left == right ? 0 : left < right ? -1 : 1
        }
    }
}
