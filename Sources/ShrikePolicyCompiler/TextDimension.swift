// SPDX-License-Identifier: Apache-2.0
// Texts: all Equal, Prefix (and, reversed, Postfix) filters of an argument as nodes of one longest-prefix
// table. Each node holds the answer for every text whose longest match it is.

/// One entry of a hook's text table.
public struct TextEntry: Sendable, Hashable {
    /// Which table of the trie: the first four bytes of the key.
    public var table: UInt32
    /// The text bytes of the key; an Equal value ends in NUL.
    public var key: [UInt8]
    /// How many bits of the key count; nil: all of them.
    public var keyBits: Int?
    /// The table in which what lies behind this key is looked up; 0: none.
    public var nextTable: UInt32
    /// The selectors alive when this is the longest match.
    public var alive: SelectorSet
}

/// One filter on a text, as the dimension sees it: satisfied when a value matches, or, negated, when none does.
struct TextFilter {
    var selector: Int
    var isNegated: Bool
    /// Keys as they stand in the table: with the final NUL for Equal, reversed for Postfix.
    var keys: [[UInt8]]
}

/// The table of one argument in one direction.
struct TextDimension {
    var entries: [TextEntry] = []
    /// The selectors alive when nothing in the table matches.
    var otherwise: SelectorSet
    var longestKeyBytes = 0

    /// Works out the nodes.
    /// - Parameters:
    ///   - everyone: all selectors of the hook.
    ///   - keyBytes: text bytes of one look-up; longer keys are cut into links of this length.
    ///   - firstTable: number of the first table; `usedTables` more follow.
    init(filters: [TextFilter], everyone: SelectorSet, keyBytes: Int, firstTable: UInt32) {
        var filtersOfSelector: [Int: [Int]] = [:]
        for (number, filter) in filters.enumerated() {
            filtersOfSelector[filter.selector, default: []].append(number)
        }
        otherwise = everyone
        for filter in filters where !filter.isNegated { otherwise.remove(filter.selector) }

        // Which filters each key satisfies by itself; cuts of long keys are nodes without any.
        var satisfied: [[UInt8]: [Int]] = [:]
        for (number, filter) in filters.enumerated() {
            for key in filter.keys {
                satisfied[key, default: []].append(number)
                longestKeyBytes = max(longestKeyBytes, key.count)
                for cut in stride(from: keyBytes, to: key.count, by: keyBytes) {
                    satisfied[Array(key[..<cut]), default: []] += []
                }
            }
        }
        let keys = satisfied.keys.sorted { $0.lexicographicallyPrecedes($1) }

        var tables: [[UInt8]: UInt32] = [[]: firstTable]
        usedTables = 1
        for key in keys where key.count > keyBytes {
            let head = Array(key[..<Self.headLength(key.count, keyBytes)])
            if tables[head] == nil {
                tables[head] = firstTable + UInt32(usedTables)
                usedTables += 1
            }
        }

        // Ascending order visits a prefix before what it is a prefix of: a stack holds the chain.
        var chain: [(key: [UInt8], matched: Set<Int>)] = []
        for key in keys {
            while let last = chain.last, !key.starts(with: last.key) { chain.removeLast() }
            let matched = (chain.last?.matched ?? []).union(satisfied[key] ?? [])
            chain.append((key, matched))
            let head = Self.headLength(key.count, keyBytes)
            entries.append(
                TextEntry(
                    table: tables[Array(key[..<head])] ?? firstTable, key: Array(key[head...]),
                    nextTable: key.count % keyBytes == 0 ? tables[key] ?? 0 : 0,
                    alive: alive(matched, filters, filtersOfSelector)))
        }
    }

    /// How many tables the dimension takes.
    private(set) var usedTables: Int

    /// Where the link that a key ends in starts.
    private static func headLength(_ count: Int, _ keyBytes: Int) -> Int {
        count == 0 ? 0 : (count - 1) / keyBytes * keyBytes
    }

    private func alive(
        _ matched: Set<Int>, _ filters: [TextFilter], _ filtersOfSelector: [Int: [Int]]
    ) -> SelectorSet {
        var alive = otherwise
        for selector in Set(matched.map { filters[$0].selector }) {
            let isAlive = filtersOfSelector[selector, default: []].allSatisfy {
                matched.contains($0) != filters[$0].isNegated
            }
            if isAlive { alive.insert(selector) } else { alive.remove(selector) }
        }
        return alive
    }
}
