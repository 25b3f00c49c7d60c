// SPDX-License-Identifier: Apache-2.0

internal import CLibbpf
internal import Testing

@testable internal import ShrikeBPF

/// A small kernel: two structures of one name but for the flavour, what they embed and point at, a function.
private struct SmallKernel {
    let types: KernelBTF

    init() throws {
        let btf = try #require(unsafe btf__new_empty())
        defer { unsafe btf__free(btf) }
        let int = unsafe btf__add_int(btf, "int", 4, Int32(BTF_INT_SIGNED))
        let pointed = unsafe btf__add_struct(btf, "pointed_at", 4)
        unsafe btf__add_field(btf, "x", int, 0, 0)
        let pointer = unsafe btf__add_ptr(btf, pointed)
        let inner = unsafe btf__add_struct(btf, "inner", 8)
        unsafe btf__add_field(btf, "a", int, 0, 0)
        unsafe btf__add_field(btf, "b", int, 32, 0)
        let alias = unsafe btf__add_typedef(btf, "inner_t", btf__add_const(btf, inner))
        let array = unsafe btf__add_array(btf, int, int, 2)
        unsafe btf__add_struct(btf, "outer", 24)
        unsafe btf__add_field(btf, "to", pointer, 0, 0)
        unsafe btf__add_field(btf, "in", alias, 64, 0)
        unsafe btf__add_field(btf, "many", array, 128, 0)
        unsafe btf__add_struct(btf, "outer___old", 4)
        unsafe btf__add_struct(btf, "unrelated", 4)
        unsafe btf__add_enum(btf, "choice", 4)
        unsafe btf__add_enum_value(btf, "CHOICE_B", 7)
        let prototype = unsafe btf__add_func_proto(btf, int)
        unsafe btf__add_func(btf, "twice", BTF_FUNC_GLOBAL, prototype)
        let other = unsafe btf__add_func_proto(btf, pointer)
        unsafe btf__add_func(btf, "twice", BTF_FUNC_GLOBAL, other)
        var size: UInt32 = 0
        let data = try #require(unsafe btf__raw_data(btf, &size))
        types = try KernelBTF(raw: unsafe Array(UnsafeRawBufferPointer(start: data, count: Int(size))))
    }
}

@Suite("Types that programs are relocated against")
struct BTFSubsetTests {
    private func subset(of names: Set<String>) throws -> OpaquePointer {
        let bytes = BTFSubset.bytes(of: names, in: try SmallKernel().types)
        return try #require(unsafe btf__new(bytes, UInt32(bytes.count)))
    }

    private func names(in btf: OpaquePointer) -> [String] {
        (1..<(unsafe btf__type_cnt(btf))).compactMap { id in
            guard let type = unsafe btf__type_by_id(btf, id), unsafe type.pointee.name_off != 0 else {
                return nil
            }
            return unsafe String(cString: btf__name_by_offset(btf, type.pointee.name_off))
        }
    }

    @Test("all flavours of a name are copied, with what they embed and without what they point at")
    func closure() throws {
        let btf = try unsafe subset(of: ["outer"])
        defer { unsafe btf__free(btf) }
        #expect(unsafe Set(names(in: btf)) == ["outer", "outer___old", "int", "inner", "inner_t"])
    }

    @Test("members keep their names, offsets and sizes")
    func members() throws {
        let btf = try unsafe subset(of: ["outer"])
        defer { unsafe btf__free(btf) }
        let id = unsafe btf__find_by_name_kind(btf, "outer", BTFKind.structure)
        let type = try #require(unsafe btf__type_by_id(btf, UInt32(id)))
        #expect(unsafe btf__resolve_size(btf, UInt32(id)) == 24)
        let members = unsafe UnsafeBufferPointer(
            start: UnsafeRawPointer(type + 1).assumingMemoryBound(to: btf_member.self), count: 3)
        let found = unsafe members.map { member in
            unsafe (
                String(cString: btf__name_by_offset(btf, member.name_off)), Int(member.offset),
                Int(btf__resolve_size(btf, member.type))
            )
        }
        #expect(found.map(\.0) == ["to", "in", "many"])
        #expect(found.map(\.1) == [0, 64, 128])
        #expect(found.map(\.2) == [8, 8, 8])
    }

    @Test("an enumeration keeps its values")
    func enumeration() throws {
        let btf = try unsafe subset(of: ["choice"])
        defer { unsafe btf__free(btf) }
        let type = try #require(unsafe btf__type_by_id(btf, 1))
        let value = unsafe UnsafeRawPointer(type + 1).load(as: btf_enum.self)
        #expect(unsafe String(cString: btf__name_by_offset(btf, value.name_off)) == "CHOICE_B")
        #expect(value.val == 7)
    }

    @Test("names that nothing has give no types")
    func nothing() throws {
        let btf = try unsafe subset(of: ["nothing", "n", ""])
        defer { unsafe btf__free(btf) }
        #expect(unsafe btf__type_cnt(btf) == 1)
    }

    @Test("an object's own names come without flavour, and only those that can be relocated")
    func ownNames() throws {
        let names = try SmallKernel().types.withHandle { unsafe BTFSubset.names(in: $0) }
        #expect(names == ["outer", "inner", "inner_t", "int", "pointed_at", "unrelated", "choice"])
    }
}

@Suite("Names of kernel functions")
struct BTFNameTableTests {
    @Test("of two functions with one name the first is found")
    func first() throws {
        let function = try #require(try SmallKernel().types.function(named: "twice"))
        #expect(function.returnType == .integer(name: "int", bytes: 4, isSigned: true))
    }

    @Test("types that are no functions, and names that nobody has, are not found")
    func unknown() throws {
        let types = try SmallKernel().types
        #expect(types.function(named: "outer") == nil)
        #expect(types.function(named: "twic") == nil)
        #expect(types.function(named: "") == nil)
        #expect(Array(types.functionNames) == ["twice"])
    }
}
