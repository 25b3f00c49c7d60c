// SPDX-License-Identifier: Apache-2.0
// Mask: for each bit of a number the selectors that name it. A selector lives when one of its bits is set.

/// One filter on the bits of a number: satisfied when any bit of the mask is set.
struct MaskFilter {
    var selector: Int
    /// The bits of all of its values.
    var mask: UInt64
}

/// The rows of one look-up of bits.
///
/// A look-up takes one filter of a selector: a second one must hold beside the first, so it is another look-up.
struct MaskDimension {
    /// By bit the selectors that name it, then those that are alive whatever the number.
    var rows: [SelectorSet]
    /// The bits that any selector names: a number without all of them needs the last row alone.
    var named: UInt64 = 0

    static let bitCount = 64

    /// As many look-ups as the selector with the most filters needs.
    static func dimensions(_ filters: [MaskFilter], everyone: SelectorSet) -> [MaskDimension] {
        var dimensions: [MaskDimension] = []
        var used: [Int: Int] = [:]
        for filter in filters {
            let layer = used[filter.selector, default: 0]
            used[filter.selector] = layer + 1
            if layer == dimensions.count {
                let none = SelectorSet(wordCount: everyone.words.count)
                dimensions.append(MaskDimension(rows: Array(repeating: none, count: bitCount) + [everyone]))
            }
            dimensions[layer].rows[bitCount].remove(filter.selector)
            dimensions[layer].named |= filter.mask
            for bit in 0..<bitCount where filter.mask & 1 << UInt64(bit) != 0 {
                dimensions[layer].rows[bit].insert(filter.selector)
            }
        }
        return dimensions
    }
}
