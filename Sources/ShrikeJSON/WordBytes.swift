// SPDX-License-Identifier: Apache-2.0
// Eight bytes of text in one word, the first one in the lowest byte: which of them are what is looked for.

extension UInt64 {
    private static var eachByte: UInt64 { 0x0101_0101_0101_0101 }
    /// The high bit of each byte.
    internal static var highBits: UInt64 { 0x8080_8080_8080_8080 }

    /// The high bit of each byte that is below a limit of at most 128. A borrow can set bits above such a byte but none
    /// below, so the lowest one set is right; the others need not be.
    @inline(__always)
    internal func marks(below limit: UInt8) -> UInt64 {
        (self &- Self.eachByte &* UInt64(limit)) & ~self & Self.highBits
    }

    /// The same of each byte that is `byte`.
    @inline(__always)
    internal func marks(of byte: UInt8) -> UInt64 {
        (self ^ Self.eachByte &* UInt64(byte)).marks(below: 1)
    }
}
