// SPDX-License-Identifier: Apache-2.0
// What a tracepoint's record holds: the text of tracefs `format`, and how an argument is read from a field.

/// The fields of a tracepoint's record, in the order of its `format` file.
public struct TracepointFormat: Sendable, Hashable {
    /// The fields; the four that all tracepoints have come first.
    public var fields: [TracepointField]

    /// Fields that are known from elsewhere.
    public init(fields: [TracepointField]) { self.fields = fields }

    /// Reads the text of a `format` file. Lines that are not fields say nothing here.
    public init(parsing text: some StringProtocol) {
        fields = text.split(separator: "\n").compactMap { TracepointField(parsing: $0) }
    }
}

/// One field of a tracepoint's record.
public struct TracepointField: Sendable, Hashable {
    /// What stands in the record.
    public enum Shape: Sendable, Hashable {
        /// A number.
        case integer
        /// An address; `isText` when characters are there.
        case pointer(isText: Bool)
        /// Characters in the record itself.
        case text
        /// A word that says where in the record a text is, `__data_loc char[]`.
        case dataLocation
        /// An array of 64-bit numbers.
        case words
        /// Something else.
        case other
    }

    /// The field's name.
    public var name: String
    /// Its C type.
    public var type: String
    /// Bytes from the record's start.
    public var offset: Int
    /// Its size in bytes.
    public var bytes: Int
    /// A number with a sign.
    public var isSigned: Bool

    /// A field that is known from elsewhere.
    public init(name: String, type: String, offset: Int, bytes: Int, isSigned: Bool) {
        (self.name, self.type, self.offset, self.bytes, self.isSigned) = (name, type, offset, bytes, isSigned)
    }

    /// `field:const char * filename;	offset:24;	size:8;	signed:0;`
    init?(parsing line: some StringProtocol) {
        var parts: [Substring: Substring] = [:]
        for part in line.split(separator: ";") {
            let pair = part.trimmingSpaces.split(separator: ":", maxSplits: 1)
            if pair.count == 2 { parts[Substring(pair[0])] = Substring(pair[1]) }
        }
        guard let declaration = parts["field"], let offset = parts["offset"].flatMap({ Int($0) }),
            let bytes = parts["size"].flatMap({ Int($0) }), offset >= 0, bytes >= 0, bytes < 1 << 16,
            offset < 1 << 16
        else { return nil }
        self.offset = offset
        self.bytes = bytes
        isSigned = parts["signed"] == "1"
        // `char comm[16]` and `__data_loc char[] name`: the brackets belong to the type.
        var text = declaration.trimmingSpaces
        var dimension: Substring = ""
        if text.hasSuffix("]"), let bracket = text.lastIndex(of: "[") {
            dimension = text[bracket...]
            text = text[..<bracket]
        }
        let start = text.lastIndex { $0 == " " || $0 == "*" }.map { text.index(after: $0) } ?? text.startIndex
        name = String(text[start...])
        type = String(text[..<start].trimmingSpaces + dimension)
    }

    /// What stands in the record.
    public var shape: Shape {
        if type.hasPrefix("__data_loc") {
            return type.contains("char") && bytes == 4 ? .dataLocation : .other
        }
        if type.hasPrefix("__rel_loc") { return .other }
        if type.hasSuffix("]") { return type.hasPrefix("char[") ? .text : isOfWords ? .words : .other }
        if type.hasSuffix("*") { return bytes == 8 ? .pointer(isText: type.contains("char")) : .other }
        return [1, 2, 4, 8].contains(bytes) ? .integer : .other
    }

    private var isOfWords: Bool {
        let element = type.prefix { $0 != "[" }
        return ["long", "unsigned long", "u64", "__u64", "s64", "__s64"].contains(String(element))
            && bytes > 0 && bytes.isMultiple(of: 8)
    }

    /// The type that `auto` stands for; nil when the field has none.
    public var automaticType: ArgumentType? {
        switch shape {
        case .integer where bytes == 8: type == "size_t" ? .sizeT : isSigned ? .int64 : .uint64
        // Smaller ones fit their value into 32 bits.
        case .integer: isSigned ? .int32 : .uint32
        case .pointer(let isText): isText ? .string : .uint64
        case .text, .dataLocation: .string
        case .words: .constBuffer
        case .other: nil
        }
    }

    /// Whether an argument of a type can be read from the field.
    public func canBeRead(as type: ArgumentType) -> Bool {
        switch type {
        case .auto: automaticType != nil
        case .nop: true
        case .dataLoc: shape == .dataLocation
        // An argument of a system call stands there as a number, whatever it is.
        case .string, .charBuffer:
            ![.other, .words, .integer].contains(shape) || shape == .integer && bytes == 8
        case .syscall64: shape == .integer
        case _ where type.integerShape != nil: shape == .integer || shape.isPointer
        default: shape.isPointer || shape == .integer && bytes == 8
        }
    }
}

extension TracepointField.Shape {
    fileprivate var isPointer: Bool { if case .pointer = self { true } else { false } }
}

extension StringProtocol {
    fileprivate var trimmingSpaces: Substring {
        var rest = Substring(self)
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return rest
    }
}
