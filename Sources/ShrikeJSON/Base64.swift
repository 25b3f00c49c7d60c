// SPDX-License-Identifier: Apache-2.0
// Base64 (RFC 4648, standard alphabet, padded) straight into the line.

extension ByteBuffer {
    /// Appends the base64 of the bytes, which must not be the buffer's own.
    public mutating func append(base64 bytes: UnsafeRawBufferPointer) {
        let size = (bytes.count + 2) / 3 * 4
        // SAFETY: room() made space for `size` bytes; each group of three writes four of them.
        let target = room(size)
        var written = 0
        var position = 0
        while position + 3 <= bytes.count {
            let group =
                UInt32(bytes[position]) << 16 | UInt32(bytes[position + 1]) << 8 | UInt32(bytes[position + 2])
            for digit in 0..<4 {
                target.storeBytes(
                    of: Self.base64Digit(group >> (18 - 6 * digit)), toByteOffset: written + digit,
                    as: UInt8.self)
            }
            written += 4
            position += 3
        }
        if position < bytes.count {
            let hasTwo = position + 1 < bytes.count
            let group = UInt32(bytes[position]) << 16 | (hasTwo ? UInt32(bytes[position + 1]) << 8 : 0)
            let padding = UInt8(ascii: "=")
            target.storeBytes(of: Self.base64Digit(group >> 18), toByteOffset: written, as: UInt8.self)
            target.storeBytes(of: Self.base64Digit(group >> 12), toByteOffset: written + 1, as: UInt8.self)
            target.storeBytes(
                of: hasTwo ? Self.base64Digit(group >> 6) : padding, toByteOffset: written + 2, as: UInt8.self
            )
            target.storeBytes(of: padding, toByteOffset: written + 3, as: UInt8.self)
        }
        used += size
    }

    @inline(__always)
    private static func base64Digit(_ value: UInt32) -> UInt8 {
        // A literal's bytes need no initialiser, unlike a global array, which is asked for at each digit.
        let digits: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        // SAFETY: the index is below the literal's 64 bytes, which live as long as the program.
        return digits.utf8Start[Int(value & 0x3f)]
    }
}
