// SPDX-License-Identifier: Apache-2.0
// A JSON reader that forgives nothing, for what tests must be sure of: valid UTF-8, no whitespace, no duplicate
// keys, no control characters, nothing behind the value. Keeps the order of keys.

/// A JSON value.
public indirect enum StrictJSON: Equatable, Sendable {
    /// An object's members in order.
    case object([Member])
    /// An array.
    case array([StrictJSON])
    /// A string, unescaped.
    case string(String)
    /// A number as written.
    case number(String)
    /// A truth value.
    case bool(Bool)
    /// null
    case null

    /// A member of an object.
    public struct Member: Equatable, Sendable {
        /// Its key.
        public var key: String
        /// Its value.
        public var value: StrictJSON
    }

    /// What is wrong and where.
    public struct Failure: Error, CustomStringConvertible {
        /// Says what, with the offset.
        public var description: String
    }

    /// Reads one value that takes all the bytes.
    public init(_ bytes: [UInt8]) throws {
        var reader = Reader(bytes: bytes)
        self = try reader.value(depth: 0)
        guard reader.position == bytes.count else { throw reader.failure("bytes behind the value") }
    }

    /// Reads lines, each ending in `\n`.
    public static func lines(_ bytes: [UInt8]) throws -> [StrictJSON] {
        guard !bytes.isEmpty else { return [] }
        guard bytes.last == 0x0a else { throw Failure(description: "the last line does not end") }
        return try bytes.dropLast().split(separator: 0x0a, omittingEmptySubsequences: false)
            .map { try StrictJSON(Array($0)) }
    }

    /// A member of an object; nil when it is none or has none of this name.
    public subscript(key: String) -> StrictJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// An element of an array.
    public subscript(index: Int) -> StrictJSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The keys of an object in order.
    public var keys: [String] {
        guard case .object(let members) = self else { return [] }
        return members.map(\.key)
    }

    /// The elements of an array.
    public var elements: [StrictJSON] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// The text of a string.
    public var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The number as an integer.
    public var integer: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text)
    }
}

private struct Reader {
    let bytes: [UInt8]
    var position = 0

    func failure(_ text: String) -> StrictJSON.Failure {
        StrictJSON.Failure(description: "\(text) at \(position)")
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ text: StaticString) throws {
        for index in 0..<text.utf8CodeUnitCount {
            guard current == text.utf8Start[index] else { throw failure("expected \(text)") }
            position += 1
        }
    }

    mutating func value(depth: Int) throws -> StrictJSON {
        guard depth < 64 else { throw failure("too deep") }
        switch current {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try array(depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try take("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try take("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try take("null")
            return .null
        default: return .number(try number())
        }
    }

    private mutating func object(_ depth: Int) throws -> StrictJSON {
        try take("{")
        var members: [StrictJSON.Member] = []
        while current != UInt8(ascii: "}") {
            if !members.isEmpty { try take(",") }
            let key = try string()
            guard !members.contains(where: { $0.key == key }) else { throw failure("key \(key) twice") }
            try take(":")
            members.append(StrictJSON.Member(key: key, value: try value(depth: depth + 1)))
        }
        try take("}")
        return .object(members)
    }

    private mutating func array(_ depth: Int) throws -> StrictJSON {
        try take("[")
        var elements: [StrictJSON] = []
        while current != UInt8(ascii: "]") {
            if !elements.isEmpty { try take(",") }
            elements.append(try value(depth: depth + 1))
        }
        try take("]")
        return .array(elements)
    }

    private mutating func number() throws -> String {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        let digits = position
        while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
        guard position > digits, bytes[digits] != 0x30 || position == digits + 1 else {
            throw failure("not a number")
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func string() throws -> String {
        try take("\"")
        var content: [UInt8] = []
        while true {
            guard let byte = current else { throw failure("string without end") }
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw failure("not UTF-8")
                }
                return text
            case 0..<0x20: throw failure("control character")
            case UInt8(ascii: "\\"): content += try escape()
            default: content.append(byte)
            }
        }
    }

    private mutating func escape() throws -> [UInt8] {
        guard let byte = current else { throw failure("string without end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0c]
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "r"): return [0x0d]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            guard position + 4 <= bytes.count,
                let value = UInt32(
                    String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(value)
            else { throw failure("bad \\u escape") }
            position += 4
            return Array(String(Character(scalar)).utf8)
        default: throw failure("bad escape")
        }
    }
}
