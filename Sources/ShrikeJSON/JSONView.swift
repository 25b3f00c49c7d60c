// SPDX-License-Identifier: Apache-2.0
// JSON read where it lies: nothing is decoded before somebody asks for it.

/// A value inside somebody else's bytes; valid as long as they are.
///
/// Wrong JSON gives missing members, never a read outside the bytes. Nesting is counted and not recursed into.
public struct JSONView {
    /// What a value is, by its first byte.
    public enum Kind: Sendable { case object, list, string, number, boolean, null }

    /// The bytes of the value.
    public let bytes: UnsafeRawBufferPointer

    /// Looks at the first value in the bytes; nil when there is none.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        var cursor = JSONCursor(bytes)
        guard let range = cursor.value() else { return nil }
        self.bytes = UnsafeRawBufferPointer(rebasing: bytes[range])
    }

    fileprivate init(unchecked bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// What the value is.
    public var kind: Kind {
        switch bytes[0] {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .list
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
        case UInt8(ascii: "n"): .null
        default: .number
        }
    }

    /// The member of an object. Names are compared without case and underscores: `exec_id` is `execId`.
    public func member(_ name: String) -> JSONView? {
        var found: JSONView?
        forEachMember { key, value in
            guard Self.isSame(key, name) else { return true }
            found = value
            return false
        }
        return found
    }

    /// Calls the body with each key (without quotes, escapes as they are) and value, until it returns false.
    public func forEachMember(_ body: (UnsafeRawBufferPointer, JSONView) -> Bool) {
        guard bytes[0] == UInt8(ascii: "{") else { return }
        var cursor = JSONCursor(bytes, at: 1)
        while let key = cursor.value(), bytes[key.lowerBound] == UInt8(ascii: "\""), cursor.take(":"),
            let value = cursor.value()
        {
            let name = UnsafeRawBufferPointer(rebasing: bytes[key.lowerBound + 1..<key.upperBound - 1])
            if !body(name, JSONView(unchecked: UnsafeRawBufferPointer(rebasing: bytes[value]))) { return }
            guard cursor.take(",") else { return }
        }
    }

    /// The values of a list; empty for anything else.
    public var elements: [JSONView] {
        guard bytes[0] == UInt8(ascii: "[") else { return [] }
        var cursor = JSONCursor(bytes, at: 1)
        var values: [JSONView] = []
        while let value = cursor.value() {
            values.append(JSONView(unchecked: UnsafeRawBufferPointer(rebasing: bytes[value])))
            guard cursor.take(",") else { break }
        }
        return values
    }

    /// The text of a string; nil for anything else.
    public var string: String? {
        guard kind == .string else { return nil }
        return String(unescaping: UnsafeRawBufferPointer(rebasing: bytes.dropFirst().dropLast()))
    }

    /// The value of a whole number, also of one in quotes, as 64-bit numbers are.
    public var integer: Int64? {
        Int64(kind == .string ? string ?? "" : String(decoding: bytes, as: UTF8.self))
    }

    /// The value of a boolean; nil for anything else.
    public var boolean: Bool? { kind == .boolean ? bytes[0] == UInt8(ascii: "t") : nil }

    private static func isSame(_ key: UnsafeRawBufferPointer, _ name: String) -> Bool {
        var wanted = name.utf8.makeIterator()
        for byte in key where byte != UInt8(ascii: "_") {
            var next = wanted.next()
            while next == UInt8(ascii: "_") { next = wanted.next() }
            guard let next, lower(byte) == lower(next) else { return false }
        }
        while let next = wanted.next() { if next != UInt8(ascii: "_") { return false } }
        return true
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
    }
}

/// Moves over JSON text.
internal struct JSONCursor {
    private let bytes: UnsafeRawBufferPointer
    private(set) internal var index: Int

    internal init(_ bytes: UnsafeRawBufferPointer, at index: Int = 0) {
        self.bytes = bytes
        self.index = index
    }

    /// Moves past one value, which may not be empty.
    internal mutating func value() -> Range<Int>? {
        skipSpace()
        let start = index
        var depth = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                guard skipString() else { return nil }
                if depth == 0 { return start..<index }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard depth > 0 || index == start else { return nil }
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return end(start) }
                depth -= 1
                index += 1
                if depth == 0 { return start..<index }
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0a, 0x0d:
                if depth == 0 { return end(start) }
                index += 1
            default: index += 1
            }
        }
        return depth == 0 ? end(start) : nil
    }

    /// Moves past a byte between values.
    internal mutating func take(_ byte: Unicode.Scalar) -> Bool {
        skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: byte) else { return false }
        index += 1
        return true
    }

    private func end(_ start: Int) -> Range<Int>? { index > start ? start..<index : nil }

    private mutating func skipString() -> Bool {
        index += 1
        // Most of an event is inside strings: eight bytes at a time as long as none is a quote or a backslash.
        while index + 8 <= bytes.count {
            // SAFETY: the loop condition keeps all 8 bytes inside the buffer.
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let found = word.marks(of: UInt8(ascii: "\"")) | word.marks(of: UInt8(ascii: "\\"))
            guard found != 0 else {
                index += 8
                continue
            }
            index += found.trailingZeroBitCount / 8
            if bytes[index] == UInt8(ascii: "\"") {
                index += 1
                return true
            }
            index += 2
        }
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                return true
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return false
    }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0a, 0x0d: index += 1
            default: return
            }
        }
    }
}

extension String {
    /// The text that an escaped JSON string stands for; what is no escape is taken as it is.
    public init(unescaping bytes: UnsafeRawBufferPointer) {
        guard bytes.contains(UInt8(ascii: "\\")) else {
            self = String(decoding: bytes, as: UTF8.self)
            return
        }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\\"), index < bytes.count else {
                text.append(byte)
                continue
            }
            let escape = bytes[index]
            index += 1
            switch escape {
            case UInt8(ascii: "n"): text.append(0x0a)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "r"): text.append(0x0d)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0c)
            case UInt8(ascii: "u"):
                var value = hexadecimalDigits(bytes, index)
                index = Swift.min(index + 4, bytes.count)
                if 0xd800...0xdbff ~= value, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
                    bytes[index + 1] == UInt8(ascii: "u")
                {
                    let low = hexadecimalDigits(bytes, index + 2)
                    if 0xdc00...0xdfff ~= low {
                        value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
                        index = Swift.min(index + 6, bytes.count)
                    }
                }
                text.append(contentsOf: String(Unicode.Scalar(value) ?? "\u{fffd}").utf8)
            default: text.append(escape)
            }
        }
        self = String(decoding: text, as: UTF8.self)
    }
}

/// Four digits of an escape; U+FFFD when they are none.
private func hexadecimalDigits(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt32 {
    guard start + 4 <= bytes.count else { return 0xfffd }
    return UInt32(String(decoding: bytes[start..<start + 4], as: UTF8.self), radix: 16) ?? 0xfffd
}
