// SPDX-License-Identifier: Apache-2.0
// Bytes that anybody may have chosen (argv, paths) as the inside of a JSON string: this is what keeps one
// event on one line, whatever a process calls itself.

extension ByteBuffer {
    /// Appends bytes as the inside of a JSON string, without the quotes.
    ///
    /// Quotes, backslashes and control characters are escaped as the protobuf JSON encoders do, nothing
    /// else is. Each run of bytes that are not UTF-8 becomes one U+FFFD.
    public mutating func append(escaping text: UnsafeRawBufferPointer) {
        var position = 0
        var followsInvalid = false
        while position < text.count {
            let plain = Self.plainPrefix(text, from: position)
            if plain > position {
                append(UnsafeRawBufferPointer(rebasing: text[position..<plain]))
                position = plain
                followsInvalid = false
                continue
            }
            let byte = text[position]
            if byte < 0x80 {
                append(escape: byte)
                position += 1
                followsInvalid = false
                continue
            }
            let length = Self.sequenceLength(text, at: position)
            if length > 0 {
                append(UnsafeRawBufferPointer(rebasing: text[position..<position + length]))
                position += length
            } else {
                if !followsInvalid { append("\u{FFFD}") }
                position += 1
            }
            followsInvalid = length == 0
        }
    }

    /// Appends a string as the inside of a JSON string. Not for the hot path.
    public mutating func append(escaping text: String) {
        var text = text
        text.withUTF8 { append(escaping: UnsafeRawBufferPointer($0)) }
    }

    /// Appends a whole JSON string, quotes included. Not for the hot path.
    public mutating func append(jsonString text: String) {
        append(byte: UInt8(ascii: "\""))
        append(escaping: text)
        append(byte: UInt8(ascii: "\""))
    }

    /// Where the run of bytes that need no attention (printable ASCII but `"` and `\`) ends.
    private static func plainPrefix(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        // Eight bytes at a time in a plain integer: the compiler takes `any` of a SIMD mask apart, lane by lane.
        var position = start
        while position + 8 <= text.count {
            // SAFETY: the loop condition keeps all 8 bytes inside the buffer.
            let word = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let found =
                word.marks(below: 0x20) | word.marks(of: UInt8(ascii: "\""))
                | word.marks(of: UInt8(ascii: "\\"))
                | word & UInt64.highBits
            if found != 0 { return position + found.trailingZeroBitCount / 8 }
            position += 8
        }
        while position < text.count {
            let byte = text[position]
            if byte &- 0x20 >= 0x60 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            position += 1
        }
        return position
    }

    private mutating func append(escape byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x08: append("\\b")
        case 0x09: append("\\t")
        case 0x0a: append("\\n")
        case 0x0c: append("\\f")
        case 0x0d: append("\\r")
        default:
            append("\\u00")
            append(byte: byte >> 4 &+ 0x30)  // a control character is below 0x20: the digit is 0 or 1
            append(hexDigit: byte & 0xf)
        }
    }

    private mutating func append(hexDigit value: UInt8) {
        append(byte: value < 10 ? 0x30 &+ value : 0x57 &+ value)
    }

    /// Length of the well-formed UTF-8 sequence of two or more bytes at a position; 0 when there is none.
    /// Unicode standard, table 3-7.
    private static func sequenceLength(_ text: UnsafeRawBufferPointer, at position: Int) -> Int {
        let lead = text[position]
        let length: Int
        var secondRange: ClosedRange<UInt8> = 0x80...0xbf
        switch lead {
        case 0xc2...0xdf: length = 2
        case 0xe0: (length, secondRange) = (3, 0xa0...0xbf)
        case 0xed: (length, secondRange) = (3, 0x80...0x9f)
        case 0xe1...0xef: length = 3
        case 0xf0: (length, secondRange) = (4, 0x90...0xbf)
        case 0xf4: (length, secondRange) = (4, 0x80...0x8f)
        case 0xf1...0xf3: length = 4
        default: return 0
        }
        guard position + length <= text.count, secondRange.contains(text[position + 1]) else { return 0 }
        for index in 2..<Swift.max(2, length) where text[position + index] & 0xc0 != 0x80 { return 0 }
        return length
    }
}
