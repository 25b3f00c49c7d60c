// SPDX-License-Identifier: Apache-2.0
// Integers as JSON wants them: 32 bits as numbers, 64 bits as strings (canonical proto3 JSON).

extension ByteBuffer {
    /// Appends a number in decimal.
    public mutating func append(decimal value: UInt64) {
        guard value >= Self.eightDigitLimit else { return append(short: value) }
        // At most twice: a number has twenty digits.
        append(decimal: value / Self.eightDigitLimit)
        append(eightDigits: value % Self.eightDigitLimit)
    }

    /// Appends a number in decimal.
    @inlinable
    public mutating func append(decimal value: UInt32) { append(decimal: UInt64(value)) }

    /// Appends a number in decimal, with a minus sign when it is negative.
    @inlinable
    public mutating func append(decimal value: Int64) {
        if value < 0 { append(byte: UInt8(ascii: "-")) }
        append(decimal: value.magnitude)
    }

    /// Appends a 64-bit number as a JSON string.
    @inlinable
    public mutating func append(quoted value: UInt64) {
        append(byte: UInt8(ascii: "\""))
        append(decimal: value)
        append(byte: UInt8(ascii: "\""))
    }

    /// Appends a 64-bit number as a JSON string.
    @inlinable
    public mutating func append(quoted value: Int64) {
        append(byte: UInt8(ascii: "\""))
        append(decimal: value)
        append(byte: UInt8(ascii: "\""))
    }
}

extension ByteBuffer {
    private static let eightDigitLimit: UInt64 = 100_000_000

    /// Appends a number below 10^8.
    private mutating func append(short value: UInt64) {
        let digits = Self.eightDigits(value)
        // The zeros in front are the lowest bytes; of a zero, the last digit stays.
        let left = Swift.min(digits.trailingZeroBitCount / 8, 7)
        append(text: (digits | 0x3030_3030_3030_3030) >> (left * 8), count: 8 - left)
    }

    /// Appends the eight digits of a number below 10^8.
    internal mutating func append(eightDigits value: UInt64) {
        append(text: Self.eightDigits(value) | 0x3030_3030_3030_3030, count: 8)
    }

    /// Appends the lowest bytes of a word, the lowest one first.
    private mutating func append(text word: UInt64, count: Int) {
        // SAFETY: room() made space for all eight bytes; those beyond `count` are overwritten by what comes next.
        room(8).storeBytes(of: word.littleEndian, as: UInt64.self)
        used += count
    }

    /// The digits of a number below 10^8, one a byte, the first one in the lowest. All at once in one word: a division
    /// for each is what makes numbers dear, and every line has several of nine and more digits.
    private static func eightDigits(_ value: UInt64) -> UInt64 {
        // Halves of four digits, then quarters of two, then digits. The factors are reciprocals of 100 and 10, exact
        // for what such a part can hold (10486 / 2^20 up to 9999, 103 / 2^10 up to 99), and no product leaves its part.
        let halves = value / 10_000 | (value % 10_000) << 32
        let hundreds = (halves &* 10_486) >> 20 & 0x0000_007f_0000_007f
        let quarters = hundreds | (halves &- hundreds &* 100) << 16
        let tens = (quarters &* 103) >> 10 & 0x000f_000f_000f_000f
        return tens | (quarters &- tens &* 10) << 8
    }
}
