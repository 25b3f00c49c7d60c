// SPDX-License-Identifier: Apache-2.0
// A few of the kernel's types, copied out as BTF of their own.

internal import CLibbpf

/// Writes BTF (Documentation/bpf/btf.rst): the types of some names, whole, and what they embed. A pointer leads
/// nowhere: what it points at is another type, which is copied by its own name or not at all.
struct BTFSubset {
    private let handle: OpaquePointer
    /// New ids by those in the kernel's BTF, and the latter in the order of the former.
    private var numbers: [UInt32: UInt32] = [:]
    private var order: [UInt32] = []
    private var types: [UInt8] = []
    private var strings: [UInt8] = [0]
    private var stringOffsets: [UInt32: UInt32] = [0: 0]

    /// The kinds that a relocation can start from, and those that such types are made of.
    private static let roots: Set<UInt32> = [
        BTFKind.structure, BTFKind.union, BTFKind.enumeration, BTFKind.enumeration64, BTFKind.typedef,
        BTFKind.forward, BTFKind.integer,
    ]

    /// All types of `source` that have one of the names, without flavour (`___old`).
    static func bytes(of names: Set<String>, in source: KernelBTF) -> [UInt8] {
        source.withHandle { handle in
            var subset = unsafe BTFSubset(handle)
            subset.addTypes(of: names)
            var next = 0
            while next < subset.order.count {
                subset.copy(subset.order[next])
                next += 1
            }
            return subset.file
        }
    }

    /// The names of what can be relocated in an object's own types, without flavour.
    static func names(in handle: OpaquePointer) -> Set<String> {
        var names: Set<String> = []
        for id in 1..<(unsafe btf__type_cnt(handle)) {
            guard let type = unsafe btf__type_by_id(handle, id), roots.contains(unsafe BTFKind.of(type)),
                let name = unsafe btf__name_by_offset(handle, type.pointee.name_off)
            else { continue }
            names.insert(withoutFlavour(unsafe String(cString: name)))
        }
        names.remove("")
        return names
    }

    /// `skb` of `skb___old`, as `bpf_core_essential_name_len` in libbpf has it.
    private static func withoutFlavour(_ name: String) -> String {
        let bytes = Array(name.utf8)
        var index = bytes.count - 4
        while index > 0 {
            if bytes[index..<index + 3].allSatisfy({ $0 == UInt8(ascii: "_") }),
                bytes[index - 1] != UInt8(ascii: "_"), bytes[index + 3] != UInt8(ascii: "_")
            {
                return String(decoding: bytes[..<index], as: UTF8.self)
            }
            index -= 1
        }
        return name
    }

    private init(_ handle: OpaquePointer) { unsafe self.handle = handle }

    private mutating func addTypes(of names: Set<String>) {
        // Two letters rule out nearly all names before a text is made of them.
        var beginnings = [Bool](repeating: false, count: 1 << 16)
        for name in names {
            let bytes = name.utf8.prefix(2)
            beginnings[bytes.reduce(0) { $0 << 8 | Int($1) }] = true
        }
        for id in 1..<(unsafe btf__type_cnt(handle)) {
            guard let type = unsafe btf__type_by_id(handle, id), unsafe type.pointee.name_off != 0,
                Self.roots.contains(unsafe BTFKind.of(type)),
                let name = unsafe btf__name_by_offset(handle, type.pointee.name_off)
            else { continue }
            let first = Int(UInt8(bitPattern: unsafe name[0]))
            let second = first == 0 ? 0 : Int(UInt8(bitPattern: unsafe name[1]))
            guard beginnings[second == 0 ? first : first << 8 | second],
                names.contains(Self.withoutFlavour(unsafe String(cString: name)))
            else { continue }
            _ = number(of: id)
        }
    }

    /// The new id of a type, which is copied when its turn comes.
    private mutating func number(of id: UInt32) -> UInt32 {
        if let known = numbers[id] { return known }
        guard id != 0, let type = unsafe btf__type_by_id(handle, id) else { return 0 }
        switch unsafe BTFKind.of(type) {
        case BTFKind.integer...BTFKind.restrict, BTFKind.float, BTFKind.typeTag, BTFKind.enumeration64: break
        default: return 0  // functions: nothing is read out of one
        }
        order.append(id)
        numbers[id] = UInt32(order.count)
        return UInt32(order.count)
    }

    private mutating func copy(_ id: UInt32) {
        guard let type = unsafe btf__type_by_id(handle, id) else { return }
        let count = unsafe Int(type.pointee.info & 0xffff)
        // SAFETY: what follows a type is as long as its kind and count say; libbpf has checked that.
        let rest = unsafe UnsafeRawPointer(type + 1)
        append(string(unsafe type.pointee.name_off))
        append(unsafe type.pointee.info)
        switch unsafe BTFKind.of(type) {
        case BTFKind.pointer:
            append(0)
        case BTFKind.typedef, BTFKind.volatile, BTFKind.const, BTFKind.restrict, BTFKind.typeTag:
            append(number(of: unsafe type.pointee.type))
        case BTFKind.array:
            append(unsafe type.pointee.size)
            append(number(of: unsafe rest.load(as: UInt32.self)))
            append(number(of: unsafe rest.load(fromByteOffset: 4, as: UInt32.self)))
            append(unsafe rest.load(fromByteOffset: 8, as: UInt32.self))
        case BTFKind.structure, BTFKind.union:
            append(unsafe type.pointee.size)
            for member in unsafe UnsafeBufferPointer(
                start: rest.assumingMemoryBound(to: btf_member.self), count: count)
            {
                append(string(member.name_off))
                append(number(of: member.type))
                append(member.offset)
            }
        case BTFKind.enumeration:
            append(unsafe type.pointee.size)
            for value in unsafe UnsafeBufferPointer(
                start: rest.assumingMemoryBound(to: btf_enum.self), count: count)
            {
                append(string(value.name_off))
                append(UInt32(bitPattern: value.val))
            }
        case BTFKind.enumeration64:
            append(unsafe type.pointee.size)
            for index in 0..<count {
                append(string(unsafe rest.load(fromByteOffset: index * 12, as: UInt32.self)))
                append(unsafe rest.load(fromByteOffset: index * 12 + 4, as: UInt32.self))
                append(unsafe rest.load(fromByteOffset: index * 12 + 8, as: UInt32.self))
            }
        case BTFKind.integer:
            append(unsafe type.pointee.size)
            append(unsafe rest.load(as: UInt32.self))
        default:  // float, forward
            append(unsafe type.pointee.size)
        }
    }

    private mutating func append(_ value: UInt32) {
        withUnsafeBytes(of: value) { unsafe types.append(contentsOf: $0) }
    }

    private mutating func string(_ offset: UInt32) -> UInt32 {
        if let known = stringOffsets[offset] { return known }
        guard let text = unsafe btf__name_by_offset(handle, offset) else { return 0 }
        let new = UInt32(strings.count)
        unsafe strings.append(contentsOf: String(cString: text).utf8)
        strings.append(0)
        stringOffsets[offset] = new
        return new
    }

    /// `struct btf_header`, types, strings.
    private var file: [UInt8] {
        let header: [UInt32] = [
            0xeb9f | 1 << 16, 24, 0, UInt32(types.count), UInt32(types.count), UInt32(strings.count),
        ]
        return header.flatMap { word in withUnsafeBytes(of: word) { unsafe Array($0) } } + types + strings
    }
}
