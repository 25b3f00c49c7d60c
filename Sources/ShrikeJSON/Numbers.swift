// SPDX-License-Identifier: Apache-2.0
// Integers as JSON wants them: 32 bits as numbers, 64 bits as strings (canonical proto3 JSON).

extension ByteBuffer {
    /// Appends a number in decimal.
    @inlinable
    public mutating func append(decimal value: UInt64) {
        var rest = value
        var digits = 1
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        // SAFETY: room() made space for all digits, and the loop below writes exactly that many.
        let start = room(digits)
        rest = value
        var position = digits
        while position > 0 {
            position -= 1
            start.storeBytes(
                of: UInt8(truncatingIfNeeded: 0x30 &+ rest % 10), toByteOffset: position, as: UInt8.self)
            rest /= 10
        }
        used += digits
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
