// SPDX-License-Identifier: Apache-2.0
// Reads raw type information (Documentation/bpf/btf.rst), without libbpf: what /sys/kernel/btf/vmlinux
// holds. The bytes may be anything; every read is bounded.

internal import ShrikePolicy

/// The functions of a BTF file.
struct BTFFile: Sendable {
    private enum Kind {
        static let integer: UInt32 = 1
        static let pointer: UInt32 = 2
        static let array: UInt32 = 3
        static let structure: UInt32 = 4
        static let union: UInt32 = 5
        static let enumeration: UInt32 = 6
        static let forward: UInt32 = 7
        static let typedef: UInt32 = 8
        static let volatile: UInt32 = 9
        static let const: UInt32 = 10
        static let restrict: UInt32 = 11
        static let function: UInt32 = 12
        static let prototype: UInt32 = 13
        static let variable: UInt32 = 14
        static let section: UInt32 = 15
        static let float: UInt32 = 16
        static let declarationTag: UInt32 = 17
        static let typeTag: UInt32 = 18
        static let enumeration64: UInt32 = 19
    }

    private struct Entry {
        let name: UInt32
        let kind: UInt32
        let count: Int
        let isSigned: Bool
        /// A size or another type.
        let value: UInt32
        /// Where what follows the entry starts.
        let rest: Int
    }

    private let bytes: [UInt8]
    private let strings: Range<Int>
    private var entries: [Entry] = []
    private var functions: [String: Int] = [:]
    private(set) var tracepoints: Set<String> = []

    /// Fails on what is not BTF of this machine's byte order.
    init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        guard bytes.count >= 24, bytes[0] == 0x9F, bytes[1] == 0xEB, bytes[2] == 1 else { return nil }
        func word(_ offset: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
        }
        let header = Int(word(4))
        let (types, typesLength) = (header + Int(word(8)), Int(word(12)))
        let (text, textLength) = (header + Int(word(16)), Int(word(20)))
        guard types + typesLength <= bytes.count, text + textLength <= bytes.count else { return nil }
        strings = text..<text + textLength
        guard readEntries(types, types + typesLength) else { return nil }
        for (number, entry) in entries.enumerated() where entry.kind == Kind.function {
            let name = name(entry.name)
            if functions[name] == nil { functions[name] = number + 1 }
        }
        let prefix = "btf_trace_"
        for entry in entries where entry.kind == Kind.typedef {
            let name = name(entry.name)
            if name.hasPrefix(prefix) { tracepoints.insert(String(name.dropFirst(prefix.count))) }
        }
    }

    /// Whether anything has that name: a type, a function, a member.
    func hasName(_ name: String) -> Bool {
        bytes[strings].firstRange(of: [0] + Array(name.utf8) + [0]) != nil
    }

    private mutating func readEntries(_ start: Int, _ end: Int) -> Bool {
        var offset = start
        while offset + 12 <= end {
            let information = word(offset + 4)
            let (kind, count) = (information >> 24 & 0x1F, Int(information & 0xFFFF))
            let sizes: [UInt32: Int] = [
                Kind.integer: 4, Kind.variable: 4, Kind.declarationTag: 4, Kind.array: 12,
                Kind.structure: 12 * count, Kind.union: 12 * count, Kind.enumeration: 8 * count,
                Kind.prototype: 8 * count, Kind.section: 12 * count, Kind.enumeration64: 12 * count,
            ]
            guard (1...19).contains(kind) else { return false }
            let rest = offset + 12
            let isSigned =
                kind == Kind.integer
                ? rest + 4 <= end && word(rest) >> 24 & 1 != 0 : information >> 31 != 0
            entries.append(
                Entry(
                    name: word(offset), kind: kind, count: count, isSigned: isSigned, value: word(offset + 8),
                    rest: rest))
            offset = rest + (sizes[kind] ?? 0)
        }
        return offset == end
    }

    /// The names of all functions.
    var names: Dictionary<String, Int>.Keys { functions.keys }

    /// The prototype of a function.
    func function(_ symbol: String) -> FunctionPrototype? {
        guard let number = functions[symbol], let function = entry(UInt32(number)),
            let prototype = entry(function.value), prototype.kind == Kind.prototype,
            prototype.rest + 8 * prototype.count <= bytes.count
        else {
            return nil
        }
        let parameters = (0..<prototype.count).map { type(word(prototype.rest + 8 * $0 + 4)) }
        return FunctionPrototype(name: symbol, parameters: parameters, returnType: type(prototype.value))
    }

    private func type(_ id: UInt32) -> ParameterType {
        let spelling = spelling(id, depth: 0)
        var (target, steps) = (id, 0)
        while let found = entry(target), Self.isName(found.kind), steps < 32 {
            (target, steps) = (found.value, steps + 1)
        }
        if target == 0 { return ParameterType(spelling, .void) }
        guard let found = entry(target) else { return ParameterType(spelling, .other) }
        switch found.kind {
        case Kind.integer, Kind.enumeration, Kind.enumeration64:
            return ParameterType(spelling, .integer(bytes: Int(found.value & 0xFF), isSigned: found.isSigned))
        case Kind.pointer: return ParameterType(spelling, .pointer(to: FactsFile.pointee(spelling)))
        default: return ParameterType(spelling, .other)
        }
    }

    /// The C spelling; of qualifiers only the `const` of what a pointer points at.
    private func spelling(_ id: UInt32, depth: Int) -> String {
        guard let found = entry(id), depth < 32 else { return "void" }
        let name = name(found.name)
        switch found.kind {
        case Kind.pointer:
            var (inner, isConst, steps) = (found.value, false, 0)
            while let next = entry(inner), Self.isQualifier(next.kind), steps < 32 {
                isConst = isConst || next.kind == Kind.const
                (inner, steps) = (next.value, steps + 1)
            }
            let text = spelling(inner, depth: depth + 1)
            if text.hasSuffix("*") { return text + "*" }
            return (isConst && depth == 0 ? "const " : "") + text + " *"
        case _ where Self.isQualifier(found.kind): return spelling(found.value, depth: depth + 1)
        case Kind.structure, Kind.forward: return "struct \(name.isEmpty ? "(anonymous)" : name)"
        case Kind.union: return "union \(name.isEmpty ? "(anonymous)" : name)"
        case Kind.enumeration, Kind.enumeration64: return "enum \(name.isEmpty ? "(anonymous)" : name)"
        case Kind.prototype: return "void (*)(…)"
        case Kind.array: return "array"
        default: return name
        }
    }

    private static func isQualifier(_ kind: UInt32) -> Bool {
        [Kind.const, Kind.volatile, Kind.restrict, Kind.typeTag].contains(kind)
    }

    private static func isName(_ kind: UInt32) -> Bool { isQualifier(kind) || kind == Kind.typedef }

    private func entry(_ id: UInt32) -> Entry? {
        let index = Int(id) - 1
        return entries.indices.contains(index) ? entries[index] : nil
    }

    private func word(_ offset: Int) -> UInt32 {
        guard offset >= 0, offset + 4 <= bytes.count else { return 0 }
        return (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }

    private func name(_ offset: UInt32) -> String {
        let start = strings.lowerBound + Int(offset)
        guard strings.contains(start) else { return "" }
        let end = bytes[start..<strings.upperBound].firstIndex(of: 0) ?? strings.upperBound
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}
