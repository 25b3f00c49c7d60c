// SPDX-License-Identifier: Apache-2.0
// Base64 (RFC 4648, standard alphabet, padded) straight into the line.

extension ByteBuffer {
    /// Appends the base64 of the bytes, which must not be the buffer's own.
    public mutating func append(base64 bytes: UnsafeRawBufferPointer) {
        let size = (bytes.count + 2) / 3 * 4
        // SAFETY: room() made space for `size` bytes; each round below writes four of them.
        let target = room(size)
        var written = 0
        var position = 0
        while position < bytes.count {
            let left = bytes.count - position
            let first = UInt32(bytes[position])
            let second = left > 1 ? UInt32(bytes[position + 1]) : 0
            let third = left > 2 ? UInt32(bytes[position + 2]) : 0
            let group = first << 16 | second << 8 | third
            target.storeBytes(of: Self.base64Digit(group >> 18), toByteOffset: written, as: UInt8.self)
            target.storeBytes(of: Self.base64Digit(group >> 12), toByteOffset: written + 1, as: UInt8.self)
            target.storeBytes(
                of: left > 1 ? Self.base64Digit(group >> 6) : UInt8(ascii: "="),
                toByteOffset: written + 2, as: UInt8.self)
            target.storeBytes(
                of: left > 2 ? Self.base64Digit(group) : UInt8(ascii: "="),
                toByteOffset: written + 3, as: UInt8.self)
            written += 4
            position += 3
        }
        used += size
    }

    @inline(__always)
    private static func base64Digit(_ value: UInt32) -> UInt8 {
        let digit = UInt8(truncatingIfNeeded: value & 0x3f)
        // Arithmetic instead of a table: a global table costs a lazy initialiser's check for each digit.
        switch digit {
        case 0..<26: return 0x41 &+ digit
        case 26..<52: return 0x47 &+ digit
        case 52..<62: return digit &- 4
        case 62: return UInt8(ascii: "+")
        default: return UInt8(ascii: "/")
        }
    }
}
