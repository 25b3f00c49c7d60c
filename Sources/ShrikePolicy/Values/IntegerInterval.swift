// SPDX-License-Identifier: Apache-2.0
// The values of integer filters. The checker and the compiler read them with the same function.

/// Whole numbers from `lowest` to `highest`, both included.
public struct IntegerInterval: Sendable, Hashable {
    /// The least number.
    public var lowest: Int128
    /// The greatest number; less than `lowest` when the text has them the wrong way round.
    public var highest: Int128

    /// A number, or `min:max`; nil if the text is neither.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = IntegerSyntax.parse(parts[0]) else { return nil }
        lowest = first
        highest = first
        guard parts.count == 2 else { return }
        guard let second = IntegerSyntax.parse(parts[1]) else { return nil }
        highest = second
    }
}
