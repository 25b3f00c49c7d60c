// SPDX-License-Identifier: Apache-2.0
// A set of selector bits of one hook, as the kernel holds it.

/// Selectors of one hook, one bit each, in words of 64.
public struct SelectorSet: Sendable, Hashable {
    /// The words, lowest selectors first.
    public private(set) var words: [UInt64]

    /// No selector, of a hook with so many words.
    public init(wordCount: Int) { words = Array(repeating: 0, count: wordCount) }

    /// The first `count` selectors.
    init(first count: Int, wordCount: Int) {
        self.init(wordCount: wordCount)
        for bit in 0..<count { insert(bit) }
    }

    mutating func insert(_ bit: Int) { words[bit / 64] |= 1 << UInt64(bit % 64) }
    mutating func remove(_ bit: Int) { words[bit / 64] &= ~(1 << UInt64(bit % 64)) }

    /// Whether a selector is in the set.
    public func contains(_ bit: Int) -> Bool { words[bit / 64] & 1 << UInt64(bit % 64) != 0 }

    /// Whether no selector is.
    public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// Whether no selector is in both.
    func isDisjoint(with other: SelectorSet) -> Bool { zip(words, other.words).allSatisfy { $0 & $1 == 0 } }
}
