// SPDX-License-Identifier: Apache-2.0
// Addresses: all blocks of all filters on an address as nodes of longest-prefix tables, one for each family.

internal import ShrikePolicy

/// One filter on an address: satisfied inside any of the blocks, or, negated, outside all of them.
///
/// An address that is neither IPv4 nor IPv6 satisfies neither form.
struct AddressFilter {
    var selector: Int
    var isNegated: Bool
    var blocks: [AddressBlock]
}

/// The three tables of one address: IPv4, IPv6, everything else. Each holds the block of all its addresses, so
/// every look-up finds a node.
struct AddressDimension {
    static let tableCount = 3
    /// Bytes of an address in a look-up key.
    static let keyBytes = 16

    var entries: [TextEntry] = []

    init(filters: [AddressFilter], everyone: SelectorSet, firstTable: UInt32) {
        entries = [4, 16].enumerated().flatMap { number, bytes in
            Self.entries(filters, bytes, everyone, table: firstTable + UInt32(number))
        }
        var neither = everyone
        for filter in filters { neither.remove(filter.selector) }
        entries.append(TextEntry(table: firstTable + 2, key: [], nextTable: 0, alive: neither))
    }

    private static func entries(
        _ filters: [AddressFilter], _ byteCount: Int, _ everyone: SelectorSet, table: UInt32
    ) -> [TextEntry] {
        var named: [Block: [Int]] = [Block(bytes: [], bits: 0): []]
        for (number, filter) in filters.enumerated() {
            for block in filter.blocks where block.bytes.count == byteCount {
                named[Block(block), default: []].append(number)
            }
        }
        let filtersOfSelector = Dictionary(grouping: filters.indices) { filters[$0].selector }
        var otherwise = everyone
        for filter in filters where !filter.isNegated { otherwise.remove(filter.selector) }

        // Ascending order visits a block before those inside it: a stack holds the chain.
        var chain: [(block: Block, matched: Set<Int>)] = []
        return named.keys.sorted().map { block in
            while let last = chain.last, !last.block.contains(block) { chain.removeLast() }
            let matched = (chain.last?.matched ?? []).union(named[block] ?? [])
            chain.append((block, matched))
            var alive = otherwise
            for selector in Set(matched.map { filters[$0].selector }) {
                let isAlive = filtersOfSelector[selector, default: []].allSatisfy {
                    matched.contains($0) != filters[$0].isNegated
                }
                if isAlive { alive.insert(selector) } else { alive.remove(selector) }
            }
            return TextEntry(
                table: table, key: block.bytes, keyBits: block.bits, nextTable: 0, alive: alive)
        }
    }

    /// A block without the bits and bytes that do not count.
    private struct Block: Hashable, Comparable {
        var bytes: [UInt8]
        var bits: Int

        init(bytes: [UInt8], bits: Int) {
            self.bytes = bytes
            self.bits = bits
        }

        init(_ block: AddressBlock) {
            bits = block.prefixLength
            bytes = Array(block.bytes.prefix((bits + 7) / 8))
            if bits % 8 != 0, let last = bytes.indices.last { bytes[last] &= ~(0xff >> UInt8(bits % 8)) }
        }

        func contains(_ other: Block) -> Bool {
            guard bits <= other.bits else { return false }
            let whole = bits / 8
            guard other.bytes.starts(with: bytes[..<whole]) else { return false }
            return bits % 8 == 0 || bytes[whole] == other.bytes[whole] & ~(0xff >> UInt8(bits % 8))
        }

        static func < (left: Block, right: Block) -> Bool {
            if left.bytes == right.bytes { return left.bits < right.bits }
            // A block's missing bytes count as zeros, as those of the shorter one do.
            let count = max(left.bytes.count, right.bytes.count)
            for index in 0..<count {
                let one = index < left.bytes.count ? left.bytes[index] : 0
                let other = index < right.bytes.count ? right.bytes[index] : 0
                if one != other { return one < other }
            }
            return left.bits < right.bits
        }
    }
}
