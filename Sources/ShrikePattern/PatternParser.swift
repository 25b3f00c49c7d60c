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
    struct Flags {
        var ignoresCase = false
        var isMultiline = false
        var dotMatchesNewline = false
        var prefersLess = false
    }

    private static let maximumDepth = 200
    private static let maximumRepetition = 1000

    let scalars: [Unicode.Scalar]
    var index = 0
    private(set) var flags = Flags()
    private var depth = 0
    private(set) var groups = 0

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
        case "[": return .scalar(try parseClass())
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
        // Lazy or not, the answer to "does it match" is the same; what a group holds is not.
        let isLazy = take("?") != flags.prefersLess
        if let next = peek, "*+?".unicodeScalars.contains(next) { throw error("repetition of a repetition") }
        return .repetition(atom, minimum: minimum, maximum: maximum, isLazy: isLazy)
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
        var isCapture = true
        if take("?") {
            if take("P") || peek == "<" {
                try parseGroupName()
            } else if try parseFlags() {
                return nil
            } else {
                isCapture = false
            }
        }
        if isCapture { groups += 1 }
        let number = groups
        let node = try parseAlternation()
        guard take(")") else { throw error("missing )") }
        flags = outer
        return isCapture ? .capture(number, node) : node
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
            case "U": flags.prefersLess = value
            case "-": value = false
            case ":": return false
            case ")": return true
            case "=", "!": throw error("look-around is not supported (RE2)")
            default: throw error("unknown flag \(scalar)")
            }
        }
        throw error("missing )")
    }

    func literal(_ scalar: Unicode.Scalar) -> PatternNode {
        .scalar(folded(single(scalar.value)))
    }

    func single(_ value: UInt32) -> ScalarSet {
        ScalarSet([value...value])
    }

    func folded(_ set: ScalarSet) -> ScalarSet {
        flags.ignoresCase ? set.caseFolded : set
    }

    var peek: Unicode.Scalar? {
        index < scalars.count ? scalars[index] : nil
    }

    mutating func next() -> Unicode.Scalar? {
        guard let scalar = peek else { return nil }
        index += 1
        return scalar
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        index += 1
        return true
    }

    func error(_ reason: String) -> PatternError {
        PatternError(reason: reason, offset: index)
    }
}
