// SPDX-License-Identifier: Apache-2.0
// The part of the RE2 syntax that names sets of scalars: escapes and brackets.

extension PatternParser {
    mutating func parseEscapedAtom() throws(PatternError) -> PatternNode {
        guard let scalar = peek else { throw error("\\ at the end") }
        switch scalar {
        case "A": return assertion(.textStart)
        case "z": return assertion(.textEnd)
        case "b": return assertion(.wordBoundary)
        case "B": return assertion(.notWordBoundary)
        case "Q":
            index += 1
            return parseVerbatim()
        default: return .scalar(foldedIfSingle(try parseEscapedSet()))
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
        if let set = perlClass(scalar) { return set }
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

    /// Case is folded before a set is inverted, here and below: `(?i)\W` must not match `k` because the
    /// Kelvin sign, which is no word character, is a form of it.
    private func perlClass(_ scalar: Unicode.Scalar) -> ScalarSet? {
        switch scalar {
        case "d": .digit
        case "D": ScalarSet.digit.inverted
        case "w": folded(.word)
        case "W": folded(.word).inverted
        case "s": .space
        case "S": ScalarSet.space.inverted
        default: nil
        }
    }

    /// Folds a single scalar; larger sets have been folded where they were made.
    private func foldedIfSingle(_ set: ScalarSet) -> ScalarSet {
        set.onlyScalar == nil ? set : folded(set)
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
        return inverts ? folded(set).inverted : folded(set)
    }

    mutating func parseClass() throws(PatternError) -> ScalarSet {
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
        return isInverted ? set.inverted : set
    }

    private mutating func parseClassRange() throws(PatternError) -> ScalarSet {
        let low = try parseClassMember()
        guard peek == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else {
            return foldedIfSingle(low)
        }
        index += 1
        let high = try parseClassMember()
        guard let first = low.onlyScalar, let last = high.onlyScalar, first <= last else {
            throw error("bad range in [ ]")
        }
        return folded(ScalarSet([first...last]))
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
        return isInverted ? folded(set).inverted : folded(set)
    }
}

extension ScalarSet {
    /// The scalar of a set of one.
    fileprivate var onlyScalar: UInt32? {
        guard ranges.count == 1, ranges[0].count == 1 else { return nil }
        return ranges[0].lowerBound
    }
}
