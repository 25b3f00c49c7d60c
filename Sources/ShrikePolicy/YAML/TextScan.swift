// SPDX-License-Identifier: Apache-2.0
// Looks at the bytes before the YAML parser does: the errors for bytes that are not text are then
// ours, with an exact place, and the parser never sees them.

/// Checks that bytes are text that YAML allows.
struct TextScan {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let file: String
    private var offset = 0
    private var position = SourcePosition.start

    private init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) {
        self.bytes = bytes
        self.file = file
    }

    /// How many bytes of a byte order mark precede the text.
    ///
    /// - Throws: a diagnostic at the first byte that is not UTF-8, or no text.
    static func byteOrderMark(
        of bytes: UnsafeBufferPointer<UInt8>, file: String
    ) throws(Diagnostic) -> Int {
        var scan = TextScan(bytes, file: file)
        try scan.refuseUTF16()
        let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        scan.offset = mark
        while scan.offset < bytes.count { try scan.next() }
        return mark
    }

    private func refuseUTF16() throws(Diagnostic) {
        guard bytes.count >= 2 else { return }
        let start = (bytes[0], bytes[1])
        guard start == (0xFE, 0xFF) || start == (0xFF, 0xFE) else { return }
        throw error(.notUTF8, "the file is UTF-16", help: "save it as UTF-8")
    }

    private mutating func next() throws(Diagnostic) {
        let byte = bytes[offset]
        switch byte {
        case 0x0A:
            newLine(1)
        case 0x0D:
            newLine(offset + 1 < bytes.count && bytes[offset + 1] == 0x0A ? 2 : 1)
        case 0x09, 0x20...0x7E:
            advance(1)
        case 0x80...:
            try nextMultibyte(byte)
        default:
            let name = byte == 0 ? "a NUL byte" : "the control character \\x\(hexadecimal(byte))"
            throw error(.controlCharacter, "\(name) is not allowed in YAML", help: "remove it")
        }
    }

    private mutating func nextMultibyte(_ first: UInt8) throws(Diagnostic) {
        guard let (length, minimum) = Self.shape(of: first), offset + length <= bytes.count else {
            throw notUTF8(first)
        }
        var scalar = UInt32(first) & (0x7F >> UInt32(length))
        for index in 1..<length {
            guard bytes[offset + index] & 0xC0 == 0x80 else { throw notUTF8(first) }
            scalar = scalar << 6 | UInt32(bytes[offset + index] & 0x3F)
        }
        guard scalar >= minimum, let valid = Unicode.Scalar(scalar) else { throw notUTF8(first) }
        switch valid.value {
        case 0x85, 0x2028, 0x2029:
            newLine(length)
        case 0x7F...0x9F, 0xFEFF, 0xFFFE, 0xFFFF:
            let name = "U+" + String(valid.value, radix: 16, uppercase: true)
            throw error(.controlCharacter, "the character \(name) is not allowed in YAML", help: "remove it")
        default:
            advance(length)
        }
    }

    /// How many bytes a character takes that starts with `first`, and the least scalar that needs them.
    private static func shape(of first: UInt8) -> (length: Int, minimum: UInt32)? {
        switch first {
        case 0xC2...0xDF: (2, 0x80)
        case 0xE0...0xEF: (3, 0x800)
        case 0xF0...0xF4: (4, 0x10000)
        default: nil
        }
    }

    private mutating func advance(_ count: Int) {
        offset += count
        position.column += 1
    }

    private mutating func newLine(_ count: Int) {
        offset += count
        position = SourcePosition(line: position.line + 1, column: 1)
    }

    private func notUTF8(_ byte: UInt8) -> Diagnostic {
        error(.notUTF8, "the byte \\x\(hexadecimal(byte)) is not valid UTF-8", help: "save the file as UTF-8")
    }

    private func error(_ code: DiagnosticCode, _ message: String, help: String) -> Diagnostic {
        Diagnostic(.error, code, at: SourceRange(file: file, at: position), message, help: help)
    }

    private func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
