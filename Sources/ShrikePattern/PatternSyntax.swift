// SPDX-License-Identifier: Apache-2.0
// The syntax tree of a regular expression, and the set of scalars that its leaves are.

/// A regular expression, parsed.
indirect enum PatternNode: Equatable, Sendable {
    /// Matches without consuming anything.
    case empty
    /// Consumes one scalar of the set.
    case scalar(ScalarSet)
    /// Consumes nothing, and asks about the position.
    case assertion(PatternAssertion)
    /// One after the other.
    case concatenation([PatternNode])
    /// Any one of them.
    case alternation([PatternNode])
    /// At least `minimum` and at most `maximum` times (`nil`: as often as it goes), more or less of it preferred.
    case repetition(PatternNode, minimum: Int, maximum: Int?, isLazy: Bool)
    /// A group whose place in the text can be asked for; counted from 1.
    case capture(Int, PatternNode)
}

/// What a position between two scalars can be asked.
enum PatternAssertion: Equatable, Sendable {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, notWordBoundary

    /// Whether it holds between these two scalars; `nil` is the end of the text.
    func holds(after previous: UInt32?, before next: UInt32?) -> Bool {
        switch self {
        case .textStart: previous == nil
        case .textEnd: next == nil
        case .lineStart: previous == nil || previous == 0x0A
        case .lineEnd: next == nil || next == 0x0A
        case .wordBoundary: Self.isWord(previous) != Self.isWord(next)
        case .notWordBoundary: Self.isWord(previous) == Self.isWord(next)
        }
    }

    private static func isWord(_ scalar: UInt32?) -> Bool {
        scalar.map(ScalarSet.word.contains) ?? false
    }
}

/// A set of Unicode scalars, as sorted ranges that do not touch.
struct ScalarSet: Equatable, Sendable {
    private(set) var ranges: [ClosedRange<UInt32>]

    static let all = ScalarSet([0...0x10FFFF])
    static let digit = ScalarSet([0x30...0x39])
    static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = ScalarSet([0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
    static let newline = ScalarSet([0x0A...0x0A])

    init(_ ranges: [ClosedRange<UInt32>]) {
        self.ranges = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = self.ranges.last, range.lowerBound <= last.upperBound &+ 1 {
                let upper = max(last.upperBound, range.upperBound)
                self.ranges[self.ranges.count - 1] = last.lowerBound...upper
            } else {
                self.ranges.append(range)
            }
        }
    }

    var inverted: ScalarSet {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
        return ScalarSet(gaps)
    }

    func union(_ other: ScalarSet) -> ScalarSet {
        ScalarSet(ranges + other.ranges)
    }

    func contains(_ scalar: UInt32) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= scalar
    }

    /// The set with the other case of its letters added (simple mappings only).
    var caseFolded: ScalarSet {
        var added = ranges
        // No letter with a case lies beyond the Adlam block.
        for range in ranges where range.lowerBound <= 0x1E943 {
            for value in range.lowerBound...min(range.upperBound, 0x1E943) {
                guard let properties = Unicode.Scalar(value)?.properties else { continue }
                for mapping in [properties.lowercaseMapping, properties.uppercaseMapping] {
                    let scalars = mapping.unicodeScalars
                    guard scalars.count == 1, let scalar = scalars.first, scalar.value != value else {
                        continue
                    }
                    added.append(scalar.value...scalar.value)
                }
            }
        }
        return ScalarSet(added)
    }
}
