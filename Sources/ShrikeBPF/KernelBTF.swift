// The running kernel's type information: which functions exist, with which parameters.

internal import CLibbpf
internal import Glibc

/// A C type as far as reading an argument needs it.
public enum BTFType: Sendable, Hashable {
    /// No value.
    case void
    /// An integer, enum or boolean of so many bytes.
    case integer(name: String, bytes: Int, isSigned: Bool)
    /// A pointer; `to` is the C text of what it points at, without const.
    case pointer(to: String)
    /// Anything else, by its C text and size in bytes.
    case other(String, bytes: Int)
}

/// A kernel function's prototype.
public struct BTFFunction: Sendable, Hashable {
    /// The symbol.
    public var name: String
    /// Parameter names and types, in order.
    public var parameters: [(name: String, type: BTFType)]
    /// What it returns.
    public var returnType: BTFType

    /// Equal when the name and all types are; parameter names do not matter.
    public static func == (left: Self, right: Self) -> Bool {
        left.name == right.name && left.returnType == right.returnType
            && left.parameters.map(\.type) == right.parameters.map(\.type)
    }

    /// By name: two functions seldom share one.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// A member of a structure.
struct BTFMember {
    var type: UInt32
    /// In bytes from the structure's start.
    var offset: Int
    var isBitField: Bool
}

/// vmlinux BTF, indexed once; about 6 MB while alive.
public final class KernelBTF {
    private let handle: OpaquePointer
    /// What a module's types rest on.
    private let base: KernelBTF?
    /// Modules that were asked for.
    private var modules: [String: KernelBTF] = [:]
    /// Made when it is first asked.
    private lazy var functions = unsafe BTFNameTable(handle) { unsafe kind($0) == BTFKind.function }

    /// Reads the kernel's BTF (/sys/kernel/btf/vmlinux).
    /// - Throws: `BPFError` when the kernel has none (CONFIG_DEBUG_INFO_BTF).
    public init() throws(BPFError) {
        guard let loaded = unsafe btf__load_vmlinux_btf() else {
            throw BPFError("read", "the kernel's type information (/sys/kernel/btf/vmlinux)", errno: errno)
        }
        unsafe handle = loaded
        base = nil
    }

    /// Types in the form of that file, for example of a program. They may be anybody's.
    /// - Throws: `BPFError` when they are none.
    public init(raw bytes: [UInt8]) throws(BPFError) {
        let loaded = unsafe bytes.withUnsafeBytes { unsafe btf__new($0.baseAddress, UInt32($0.count)) }
        guard let loaded = unsafe loaded else { throw BPFError("read", "type information", errno: errno) }
        unsafe handle = loaded
        base = nil
    }

    private init(module: OpaquePointer, base: KernelBTF) {
        unsafe handle = module
        self.base = base
    }

    /// The types of a loaded module, those of vmlinux among them; nil when there is none of this name.
    func module(named name: String) -> KernelBTF? {
        if let known = modules[name] { return known }
        guard !name.contains("/"), let loaded = unsafe btf__load_module_btf(name, handle) else { return nil }
        let types = unsafe KernelBTF(module: loaded, base: self)
        modules[name] = types
        return types
    }

    deinit { unsafe btf__free(handle) }

    /// Lends the types to code that reads them as libbpf has them.
    func withHandle<Result>(_ body: (OpaquePointer) -> Result) -> Result { unsafe body(handle) }

    private func name(_ offset: UInt32) -> String {
        guard let text = unsafe btf__name_by_offset(handle, offset) else { return "" }
        return unsafe String(cString: text)
    }

    private func kind(_ type: UnsafePointer<btf_type>) -> UInt32 {
        unsafe BTFKind.of(type)
    }

    /// All function names.
    public var functionNames: some Sequence<String> {
        functions.ids.lazy.map { [self] id in
            unsafe btf__type_by_id(handle, id).map { unsafe name($0.pointee.name_off) } ?? ""
        }
    }

    /// The prototype of a function, or nil when BTF has none of this name.
    public func function(named symbol: String) -> BTFFunction? {
        guard let id = unsafe functions.id(of: symbol, handle),
            let function = unsafe btf__type_by_id(handle, id)
        else {
            return nil
        }
        return unsafe self.function(named: symbol, prototype: function.pointee.type)
    }

    private func function(named symbol: String, prototype id: UInt32) -> BTFFunction? {
        guard let prototype = unsafe btf__type_by_id(handle, id) else { return nil }
        let count = Int(unsafe prototype.pointee.info & 0xffff)
        var parameters: [(name: String, type: BTFType)] = []
        // SAFETY: struct btf_param follows the prototype, vlen times (include/uapi/linux/btf.h).
        let first = unsafe UnsafeRawPointer(prototype + 1).assumingMemoryBound(to: btf_param.self)
        for position in 0..<count {
            let parameter = unsafe first[position]
            parameters.append((name(parameter.name_off), type(parameter.type)))
        }
        return BTFFunction(
            name: symbol, parameters: parameters, returnType: unsafe type(prototype.pointee.type))
    }

    /// What a raw tracepoint hands over: `typedef void (*btf_trace_NAME)(void *__data, TP_PROTO)`, without
    /// the first parameter. Nil when vmlinux has no such tracepoint.
    public func rawTracepoint(named event: String) -> BTFFunction? {
        let id = unsafe btf__find_by_name_kind(handle, Self.rawTracepointPrefix + event, BTFKind.typedef)
        guard id > 0, let alias = unsafe btf__type_by_id(handle, UInt32(id)),
            let pointer = unsafe btf__type_by_id(handle, alias.pointee.type),
            unsafe kind(pointer) == BTFKind.pointer,
            var function = unsafe function(named: event, prototype: pointer.pointee.type),
            !function.parameters.isEmpty
        else { return nil }
        function.parameters.removeFirst()
        return function
    }

    /// All raw tracepoints of vmlinux.
    public var rawTracepointNames: [String] {
        (1..<(unsafe btf__type_cnt(handle))).compactMap { id in
            guard let type = unsafe btf__type_by_id(handle, id), unsafe kind(type) == BTFKind.typedef
            else { return nil }
            let alias = unsafe name(type.pointee.name_off)
            return alias.hasPrefix(Self.rawTracepointPrefix)
                ? String(alias.dropFirst(Self.rawTracepointPrefix.count)) : nil
        }
    }

    private static let rawTracepointPrefix = "btf_trace_"

    /// Whether there is a structure or union of that name.
    public func hasStructure(named name: String) -> Bool { structure(named: name) != nil }

    // What following a path asks of a type; see BTFPath.swift.

    func structure(named name: String) -> UInt32? {
        for kind in [BTFKind.structure, BTFKind.union] {
            let id = unsafe btf__find_by_name_kind(handle, name, kind)
            if id > 0 { return UInt32(id) }
        }
        return nil
    }

    func parameter(_ index: Int, of symbol: String) -> UInt32? {
        guard let id = unsafe functions.id(of: symbol, handle),
            let function = unsafe btf__type_by_id(handle, id)
        else { return nil }
        return unsafe parameter(index, ofPrototype: function.pointee.type)
    }

    func rawParameter(_ index: Int, of event: String) -> UInt32? {
        let id = unsafe btf__find_by_name_kind(handle, Self.rawTracepointPrefix + event, BTFKind.typedef)
        guard id > 0, let alias = unsafe btf__type_by_id(handle, UInt32(id)),
            let pointer = unsafe btf__type_by_id(handle, alias.pointee.type)
        else { return nil }
        return unsafe parameter(index + 1, ofPrototype: pointer.pointee.type)
    }

    private func parameter(_ index: Int, ofPrototype id: UInt32) -> UInt32? {
        guard let prototype = unsafe btf__type_by_id(handle, id), index >= 0,
            index < Int(unsafe prototype.pointee.info & 0xffff)
        else { return nil }
        // SAFETY: struct btf_param follows the prototype, vlen times.
        return unsafe UnsafeRawPointer(prototype + 1).assumingMemoryBound(to: btf_param.self)[index].type
    }

    /// What a pointer points at; nil for anything else.
    func pointee(of id: UInt32) -> UInt32? {
        guard let type = unsafe resolve(id), unsafe kind(type) == BTFKind.pointer else { return nil }
        return unsafe type.pointee.type
    }

    func array(_ id: UInt32) -> (element: UInt32, count: Int)? {
        guard let type = unsafe resolve(id), unsafe kind(type) == BTFKind.array else { return nil }
        // SAFETY: struct btf_array follows.
        let array = unsafe UnsafeRawPointer(type + 1).load(as: btf_array.self)
        return (array.type, Int(array.nelems))
    }

    func bytes(of id: UInt32) -> Int { unsafe max(0, Int(btf__resolve_size(handle, id))) }

    func spelling(of id: UInt32) -> String { cText(id) }

    func kindOfValue(_ id: UInt32) -> BTFType { type(id) }

    /// The members of a structure or union, those of unnamed ones among them; nil for anything else.
    func members(of id: UInt32) -> [String: BTFMember]? {
        guard let type = unsafe resolve(id),
            unsafe [BTFKind.structure, BTFKind.union].contains(kind(type))
        else { return nil }
        var members: [String: BTFMember] = [:]
        var room = Self.maximumMembers
        unsafe addMembers(of: type, at: 0, to: &members, depth: 0, &room)
        return members
    }

    /// Of all unnamed structures in one together: types that hold themselves many times over end here.
    private static let maximumMembers = 100_000

    private func addMembers(
        of type: UnsafePointer<btf_type>, at offset: Int, to members: inout [String: BTFMember], depth: Int,
        _ room: inout Int
    ) {
        let hasBitFields = unsafe type.pointee.info >> 31 != 0
        // SAFETY: struct btf_member follows, vlen times.
        let first = unsafe UnsafeRawPointer(type + 1).assumingMemoryBound(to: btf_member.self)
        for position in 0..<Int(unsafe type.pointee.info & 0xffff) {
            guard room > 0 else { return }
            room -= 1
            let member = unsafe first[position]
            // With bit fields the upper byte is the field's size; include/uapi/linux/btf.h.
            let bits = Int(hasBitFields ? member.offset & 0xff_ffff : member.offset)
            let isBitField = hasBitFields && member.offset >> 24 != 0 || bits % 8 != 0
            if member.name_off != 0 {
                members[name(member.name_off)] = BTFMember(
                    type: member.type, offset: offset + bits / 8, isBitField: isBitField)
            } else if depth < 16, let inner = unsafe resolve(member.type),
                unsafe [BTFKind.structure, BTFKind.union].contains(kind(inner))
            {
                unsafe addMembers(of: inner, at: offset + bits / 8, to: &members, depth: depth + 1, &room)
            }
        }
    }

    private func type(_ id: UInt32) -> BTFType {
        if id == 0 { return .void }
        guard let type = unsafe resolve(id) else { return .other("?", bytes: 0) }
        let text = cText(id)
        switch unsafe kind(type) {
        case BTFKind.pointer:
            return unsafe .pointer(to: cText(type.pointee.type))
        case BTFKind.integer:
            // SAFETY: a __u32 of encoding bits follows an integer type; bit 24 is signedness.
            let encoding = unsafe UnsafeRawPointer(type + 1).load(as: UInt32.self)
            return unsafe .integer(
                name: text, bytes: Int(type.pointee.size), isSigned: encoding >> 24 & 1 != 0)
        case BTFKind.enumeration, BTFKind.enumeration64:
            return unsafe .integer(name: text, bytes: Int(type.pointee.size), isSigned: false)
        default:
            return unsafe .other(text, bytes: Int(btf__resolve_size(handle, id)))
        }
    }

    /// Follows typedefs and qualifiers to the type itself.
    private func resolve(_ id: UInt32) -> UnsafePointer<btf_type>? {
        var id = id
        for _ in 0..<32 {
            guard let type = unsafe btf__type_by_id(handle, id) else { return nil }
            switch unsafe kind(type) {
            case BTFKind.typedef, BTFKind.const, BTFKind.volatile,
                BTFKind.restrict, BTFKind.typeTag:
                id = unsafe type.pointee.type
            default:
                return unsafe type
            }
        }
        return nil
    }

    /// The C spelling of a type, without qualifiers: "struct file *", "size_t".
    private func cText(_ id: UInt32, depth: Int = 0) -> String {
        guard id != 0, depth < 32, let type = unsafe btf__type_by_id(handle, id) else { return "void" }
        switch unsafe kind(type) {
        case BTFKind.const, BTFKind.volatile, BTFKind.restrict,
            BTFKind.typeTag:
            return unsafe cText(type.pointee.type, depth: depth + 1)
        case BTFKind.pointer:
            return unsafe cText(type.pointee.type, depth: depth + 1) + " *"
        case BTFKind.structure: return unsafe "struct " + name(type.pointee.name_off)
        case BTFKind.union: return unsafe "union " + name(type.pointee.name_off)
        case BTFKind.enumeration, BTFKind.enumeration64: return unsafe "enum " + name(type.pointee.name_off)
        case BTFKind.forward: return unsafe "struct " + name(type.pointee.name_off)
        default: return unsafe name(type.pointee.name_off)
        }
    }

    /// The number of a structure among the kernel's types; nil when it has none of this name.
    public func number(ofStructure name: String) -> UInt32? { structure(named: name) }

    /// Whether a structure of the kernel has a member of this name.
    public func hasMember(_ member: String, of structName: String) -> Bool {
        structure(named: structName).flatMap { members(of: $0) }?[member] != nil
    }

    /// The bytes of a structure that a member is in; nil when there is no such structure or member.
    public func place(of member: String, in structName: String) -> Range<Int>? {
        guard let member = structure(named: structName).flatMap({ members(of: $0) })?[member] else {
            return nil
        }
        return member.offset..<member.offset + bytes(of: member.type)
    }

    /// Whether an enum of the kernel has a value of this name: how the kernel's headers tell of a helper
    /// (`bpf_func_id`), map type or attach type that it has.
    public func hasEnumValue(_ value: String, in enumName: String) -> Bool {
        enumValue(value, in: enumName) != nil
    }

    /// The number of an enum's value; nil when there is none of this name.
    public func enumValue(_ value: String, in enumName: String) -> Int32? {
        let id = unsafe btf__find_by_name_kind(handle, enumName, BTFKind.enumeration)
        guard id > 0, let type = unsafe btf__type_by_id(handle, UInt32(id)) else { return nil }
        // SAFETY: struct btf_enum follows, vlen times.
        let first = unsafe UnsafeRawPointer(type + 1).assumingMemoryBound(to: btf_enum.self)
        for index in 0..<Int(unsafe type.pointee.info & 0xffff)
        where unsafe name(first[index].name_off) == value { return unsafe first[index].val }
        return nil
    }
}
