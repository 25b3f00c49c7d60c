// SPDX-License-Identifier: Apache-2.0
// Files of procfs: they tell no size, and are read to their end.

internal import Glibc

enum TextFile {
    /// What a file holds, up to a number of bytes; nil when it cannot be read.
    static func read(_ path: String, atMost limit: Int) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while bytes.count < limit {
            let count = unsafe Glibc.read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes.append(contentsOf: part[..<count])
        }
        return bytes
    }
}

/// Splits a line of procfs into its fields without making texts of them.
struct FieldReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ line: ArraySlice<UInt8>) {
        bytes = line
        position = line.startIndex
    }

    /// The next field; empty at the end.
    mutating func next() -> ArraySlice<UInt8> {
        skipBlanks()
        let start = position
        while position < bytes.endIndex, !Self.isBlank(bytes[position]) { position += 1 }
        return bytes[start..<position]
    }

    /// What is left, without the blanks before it.
    mutating func rest() -> ArraySlice<UInt8> {
        skipBlanks()
        return bytes[position...]
    }

    private mutating func skipBlanks() {
        while position < bytes.endIndex, Self.isBlank(bytes[position]) { position += 1 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    /// A number of base 16, without sign or prefix; nil for anything else.
    static func hexadecimal(_ field: ArraySlice<UInt8>) -> UInt64? {
        guard (1...16).contains(field.count) else { return nil }
        var number: UInt64 = 0
        for byte in field {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                number = number << 4 | UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                number = number << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }

    /// A number of base 10; nil for anything else.
    static func decimal(_ field: ArraySlice<UInt8>) -> UInt64? {
        guard (1...19).contains(field.count) else { return nil }
        var number: UInt64 = 0
        for byte in field {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        return number
    }
}
