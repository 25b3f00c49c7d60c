// SPDX-License-Identifier: Apache-2.0
// Parses the RE2 syntax. What RE2 refuses (look-around, back-references) is refused here too, so that a
// filter means the same in the daemon, in `shrike` and in the programs of others.

/// Why a regular expression cannot be used.
public struct PatternError: Error, Equatable, CustomStringConvertible {
    /// What is wrong with it.
    public let reason: String
    /// Where, in characters from the start.
    public let offset: Int

    /// Reason and place in one line.
    public var description: String { "\(reason) at character \(offset + 1)" }
}

/// Parses one expression; use it once.
struct PatternParser {
    private struct Flags {
        var ignoresCase = false
        var isMultiline = false
        var dotMatchesNewline = false
    }

    private static let maximumDepth = 200
    private static let maximumRepetition = 1000

    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var flags = Flags()
    private var depth = 0

    init(_ pattern: String) {
        scalars = Array(pattern.unicodeScalars)
    }

    mutating func parse() throws(PatternError) -> PatternNode {
        let node = try parseAlternation()
        guard peek == nil else { throw error("unexpected )") }
        return node
    }

    private mutating func parseAlternation() throws(PatternError) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw error("groups are nested too deeply") }
        var branches = [try parseConcatenation()]
        while take("|") { branches.append(try parseConcatenation()) }
        return branches.count == 1 ? branches[0] : .alternation(branches)
    }

    private mutating func parseConcatenation() throws(PatternError) -> PatternNode {
        var nodes: [PatternNode] = []
        while let next = peek, next != "|", next != ")" {
            guard let atom = try parseAtom() else { continue }
            nodes.append(try parseRepetition(of: atom))
        }
        switch nodes.count {
        case 0: return .empty
        case 1: return nodes[0]
        default: return .concatenation(nodes)
        }
    }

    /// Parses one atom; `nil` for what only changes flags.
    private mutating func parseAtom() throws(PatternError) -> PatternNode? {
        guard let scalar = next() else { return nil }
        switch scalar {
        case "(": return try parseGroup()
        case "[": return .scalar(folded(try parseClass()))
        case ".": return .scalar(flags.dotMatchesNewline ? .all : ScalarSet.newline.inverted)
        case "^": return .assertion(flags.isMultiline ? .lineStart : .textStart)
        case "$": return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
        case "*", "+", "?":
            index -= 1
            throw error("nothing to repeat")
        case "\\": return try parseEscapedAtom()
        default: return literal(scalar)
        }
    }

    private mutating func parseRepetition(of atom: PatternNode) throws(PatternError) -> PatternNode {
        guard let (minimum, maximum) = try parseCount() else { return atom }
        // Lazy or not, the answer to "does it match" is the same.
        _ = take("?")
        if let next = peek, "*+?".unicodeScalars.contains(next) { throw error("repetition of a repetition") }
        return .repetition(atom, minimum: minimum, maximum: maximum)
    }

    private mutating func parseCount() throws(PatternError) -> (Int, Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        let start = index
        guard take("{"), let minimum = parseNumber() else {
            index = start
            return nil
        }
        var maximum: Int? = minimum
        if take(",") { maximum = parseNumber() }
        guard take("}") else {
            // Not a count: RE2 takes the brace for itself.
            index = start
            return nil
        }
        guard minimum <= Self.maximumRepetition, maximum ?? 0 <= Self.maximumRepetition,
            maximum.map({ $0 >= minimum }) ?? true
        else { throw error("bad repetition count") }
        return (minimum, maximum)
    }

    private mutating func parseNumber() -> Int? {
        var digits = ""
        while let digit = peek, ("0"..."9").contains(digit), digits.count < 6 {
            digits.unicodeScalars.append(digit)
            index += 1
        }
        return Int(digits)
    }

    private mutating func parseGroup() throws(PatternError) -> PatternNode? {
        let outer = flags
        if take("?") {
            if take("P") || peek == "<" {
                try parseGroupName()
            } else if try parseFlags() {
                return nil
            }
        }
        let node = try parseAlternation()
        guard take(")") else { throw error("missing )") }
        flags = outer
        return node
    }

    private mutating func parseGroupName() throws(PatternError) {
        guard take("<"), peek != "=", peek != "!" else { throw error("look-around is not supported (RE2)") }
        let start = index
        while let scalar = peek, ScalarSet.word.contains(scalar.value) { index += 1 }
        guard index > start, take(">") else { throw error("bad group name") }
    }

    /// Parses the flags after `(?`, and the `:` or `)` that ends them.
    /// - Returns: whether there is no group, so that the flags apply to the rest of this one.
    private mutating func parseFlags() throws(PatternError) -> Bool {
        var value = true
        while let scalar = next() {
            switch scalar {
            case "i": flags.ignoresCase = value
            case "m": flags.isMultiline = value
            case "s": flags.dotMatchesNewline = value
            case "U": break
            case "-": value = false
            case ":": return false
            case ")": return true
            case "=", "!": throw error("look-around is not supported (RE2)")
            default: throw error("unknown flag \(scalar)")
            }
        }
        throw error("missing )")
    }

    private mutating func parseEscapedAtom() throws(PatternError) -> PatternNode {
        guard let scalar = peek else { throw error("\\ at the end") }
        switch scalar {
        case "A": return assertion(.textStart)
        case "z": return assertion(.textEnd)
        case "b": return assertion(.wordBoundary)
        case "B": return assertion(.notWordBoundary)
        case "Q":
            index += 1
            return parseVerbatim()
        default: return .scalar(folded(try parseEscapedSet()))
        }
    }

    private mutating func assertion(_ assertion: PatternAssertion) -> PatternNode {
        index += 1
        return .assertion(assertion)
    }

    /// Everything up to `\E` or the end stands for itself.
    private mutating func parseVerbatim() -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = next() {
            if scalar == "\\" && take("E") { break }
            nodes.append(literal(scalar))
        }
        return .concatenation(nodes)
    }

    /// Parses what follows a backslash, inside a class or outside.
    private mutating func parseEscapedSet() throws(PatternError) -> ScalarSet {
        guard let scalar = next() else { throw error("\\ at the end") }
        if let set = Self.perlClass(scalar) { return set }
        switch scalar {
        case "p", "P": return try parseCategory(isInverted: scalar == "P")
        case "x": return single(try parseHexadecimal())
        case "0"..."7": return single(try parseOctal(after: scalar))
        case "8", "9": throw error("back-references are not supported (RE2)")
        case "a": return single(0x07)
        case "f": return single(0x0C)
        case "n": return single(0x0A)
        case "r": return single(0x0D)
        case "t": return single(0x09)
        case "v": return single(0x0B)
        default:
            guard !ScalarSet.word.contains(scalar.value), scalar.isASCII else {
                throw error("unknown escape \\\(scalar)")
            }
            return single(scalar.value)
        }
    }

    private static func perlClass(_ scalar: Unicode.Scalar) -> ScalarSet? {
        switch scalar {
        case "d": .digit
        case "D": ScalarSet.digit.inverted
        case "w": .word
        case "W": ScalarSet.word.inverted
        case "s": .space
        case "S": ScalarSet.space.inverted
        default: nil
        }
    }

    private mutating func parseHexadecimal() throws(PatternError) -> UInt32 {
        var digits = ""
        if take("{") {
            while let scalar = next(), scalar != "}" { digits.unicodeScalars.append(scalar) }
        } else {
            for _ in 0..<2 { if let scalar = next() { digits.unicodeScalars.append(scalar) } }
        }
        guard let value = UInt32(digits, radix: 16), value <= 0x10FFFF else { throw error("bad \\x escape") }
        return value
    }

    /// `\0` and three octal digits; anything else that starts with a digit would be a back-reference.
    private mutating func parseOctal(after first: Unicode.Scalar) throws(PatternError) -> UInt32 {
        var digits = String(first)
        while digits.count < 3, let scalar = peek, ("0"..."7").contains(scalar) {
            digits.unicodeScalars.append(scalar)
            index += 1
        }
        guard first == "0" || digits.count == 3, let value = UInt32(digits, radix: 8) else {
            throw error("back-references are not supported (RE2)")
        }
        return value
    }

    private mutating func parseCategory(isInverted: Bool) throws(PatternError) -> ScalarSet {
        guard let first = next() else { throw error("missing category after \\p") }
        var name = String(first)
        if first == "{" {
            name = ""
            while let scalar = next(), scalar != "}" { name.unicodeScalars.append(scalar) }
        }
        var inverts = isInverted
        if name.hasPrefix("^") {
            name.removeFirst()
            inverts.toggle()
        }
        guard let set = UnicodeCategory.scalars(named: name) else {
            throw error("\\p{\(name)} is not supported: only general categories are")
        }
        return inverts ? set.inverted : set
    }

    private mutating func parseClass() throws(PatternError) -> ScalarSet {
        let isInverted = take("^")
        var set = ScalarSet([])
        var isFirst = true
        while let scalar = peek, isFirst || scalar != "]" {
            isFirst = false
            if scalar == "[", let posix = try parsePOSIXClass() {
                set = set.union(posix)
                continue
            }
            set = set.union(try parseClassRange())
        }
        guard take("]") else { throw error("missing ]") }
        if flags.ignoresCase { set = set.caseFolded }
        return isInverted ? set.inverted : set
    }

    private mutating func parseClassRange() throws(PatternError) -> ScalarSet {
        let low = try parseClassMember()
        guard peek == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else { return low }
        index += 1
        let high = try parseClassMember()
        guard let first = low.onlyScalar, let last = high.onlyScalar, first <= last else {
            throw error("bad range in [ ]")
        }
        return ScalarSet([first...last])
    }

    private mutating func parseClassMember() throws(PatternError) -> ScalarSet {
        guard let scalar = next() else { throw error("missing ]") }
        return scalar == "\\" ? try parseEscapedSet() : single(scalar.value)
    }

    /// `[:alpha:]` and its kind; `nil` when the bracket stands for itself.
    private mutating func parsePOSIXClass() throws(PatternError) -> ScalarSet? {
        let start = index
        guard take("["), take(":") else {
            index = start
            return nil
        }
        let isInverted = take("^")
        var name = ""
        while let scalar = peek, ScalarSet.word.contains(scalar.value) {
            name.unicodeScalars.append(scalar)
            index += 1
        }
        guard take(":"), take("]") else {
            index = start
            return nil
        }
        guard let set = POSIXClass.scalars(named: name) else { throw error("unknown class [:\(name):]") }
        return isInverted ? set.inverted : set
    }

    private func literal(_ scalar: Unicode.Scalar) -> PatternNode {
        .scalar(folded(single(scalar.value)))
    }

    private func single(_ value: UInt32) -> ScalarSet {
        ScalarSet([value...value])
    }

    private func folded(_ set: ScalarSet) -> ScalarSet {
        flags.ignoresCase ? set.caseFolded : set
    }

    private var peek: Unicode.Scalar? {
        index < scalars.count ? scalars[index] : nil
    }

    private mutating func next() -> Unicode.Scalar? {
        guard let scalar = peek else { return nil }
        index += 1
        return scalar
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        index += 1
        return true
    }

    private func error(_ reason: String) -> PatternError {
        PatternError(reason: reason, offset: index)
    }
}

extension ScalarSet {
    /// The scalar of a set of one.
    fileprivate var onlyScalar: UInt32? {
        guard ranges.count == 1, ranges[0].count == 1 else { return nil }
        return ranges[0].lowerBound
    }
}
