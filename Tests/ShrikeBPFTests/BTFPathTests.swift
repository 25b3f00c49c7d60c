// SPDX-License-Identifier: Apache-2.0

internal import CLibbpf
internal import Testing

@testable internal import ShrikeBPF

/// A kernel with a task that leads to its parent, a name, ids, a union without name, an array and a bit field.
private func taskKernel() throws -> KernelBTF {
    let btf = try #require(unsafe btf__new_empty())
    defer { unsafe btf__free(btf) }
    let int = unsafe btf__add_int(btf, "int", 4, Int32(BTF_INT_SIGNED))
    let char = unsafe btf__add_int(btf, "char", 1, Int32(BTF_INT_SIGNED))
    let word = unsafe btf__add_int(btf, "unsigned long", 8, 0)
    let name = unsafe btf__add_array(btf, int, char, 16)
    let words = unsafe btf__add_array(btf, int, word, 3)
    let id = unsafe btf__add_struct(btf, "kuid_t", 4)
    unsafe btf__add_field(btf, "val", int, 0, 0)
    let alias = unsafe btf__add_typedef(btf, "id_t", id)
    let either = unsafe btf__add_union(btf, nil, 8)
    unsafe btf__add_field(btf, "one", word, 0, 0)
    unsafe btf__add_field(btf, "other", alias, 0, 0)
    // The task comes next but two: its pointers are made first.
    let task = either + 3
    let pointer = unsafe btf__add_ptr(btf, task)
    let toPointer = unsafe btf__add_ptr(btf, pointer)
    unsafe btf__add_struct(btf, "task", 88)
    unsafe btf__add_field(btf, "pid", int, 64, 0)
    unsafe btf__add_field(btf, "parent", pointer, 128, 0)
    unsafe btf__add_field(btf, "comm", name, 192, 0)
    unsafe btf__add_field(btf, nil, either, 320, 0)
    unsafe btf__add_field(btf, "words", words, 384, 0)
    unsafe btf__add_field(btf, "chain", toPointer, 576, 0)
    unsafe btf__add_field(btf, "flag", int, 640, 3)
    let prototype = unsafe btf__add_func_proto(btf, int)
    unsafe btf__add_func_param(btf, "count", int)
    unsafe btf__add_func_param(btf, "task", pointer)
    unsafe btf__add_func(btf, "hooked", BTF_FUNC_GLOBAL, prototype)
    var size: UInt32 = 0
    let data = try #require(unsafe btf__raw_data(btf, &size))
    return try KernelBTF(raw: unsafe Array(UnsafeRawBufferPointer(start: data, count: Int(size))))
}

@Suite("Paths along members and pointers") struct BTFPathTests {
    private struct Case: Sendable {
        var steps: [BTFPathStep]
        var loads: [Int]
        var offset: Int
        var bytes: Int
        var type: BTFType
        var isInPlace = false
    }

    @Test("lead to numbers, pointers and what stands in place")
    func found() throws {
        let types = try taskKernel()
        let int = BTFType.integer(name: "int", bytes: 4, isSigned: true)
        let word = BTFType.integer(name: "unsigned long", bytes: 8, isSigned: false)
        let cases: [Case] = [
            Case(steps: [.member("pid")], loads: [], offset: 8, bytes: 4, type: int),
            Case(steps: [.member("parent"), .member("pid")], loads: [16], offset: 8, bytes: 4, type: int),
            Case(
                steps: [.member("parent"), .member("parent"), .member("pid")], loads: [16, 16], offset: 8,
                bytes: 4, type: int),
            Case(
                steps: [.member("parent")], loads: [], offset: 16, bytes: 8,
                type: .pointer(to: "struct task")),
            Case(
                steps: [.member("comm")], loads: [], offset: 24, bytes: 16, type: .pointer(to: "char"),
                isInPlace: true),
            Case(steps: [.member("one")], loads: [], offset: 40, bytes: 8, type: word),
            Case(steps: [.member("other"), .member("val")], loads: [], offset: 40, bytes: 4, type: int),
            Case(
                steps: [.member("other")], loads: [], offset: 40, bytes: 4, type: .pointer(to: "id_t"),
                isInPlace: true),
            Case(steps: [.member("words"), .element(2)], loads: [], offset: 64, bytes: 8, type: word),
            Case(
                steps: [.member("chain"), .member("pid")], loads: [72, 0], offset: 8, bytes: 4, type: int),
            Case(
                steps: [.member("chain"), .element(2), .member("pid")], loads: [72, 16], offset: 8, bytes: 4,
                type: int),
            Case(steps: [.element(1), .member("pid")], loads: [], offset: 96, bytes: 4, type: int),
        ]
        for expected in cases {
            let path = try types.path(expected.steps, from: .parameter(1, of: "hooked"))
            #expect(
                path
                    == BTFPath(
                        loads: expected.loads, offset: expected.offset, bytes: expected.bytes,
                        type: expected.type, isInPlace: expected.isInPlace), "\(expected.steps)")
        }
        #expect(
            try types.path([.member("pid")], from: .structure("task", module: nil)).offset == 8,
            "a structure that a pointer points at")
        let third = try types.path([.element(2), .member("pid")], from: .structure("task", module: nil))
        #expect(third.offset == 2 * 88 + 8 && third.loads.isEmpty)
    }

    @Test("lead nowhere, and say why")
    func nowhere() throws {
        let types = try taskKernel()
        let cases: [([BTFPathStep], BTFPathStart, String)] = [
            ([.member("pi")], .parameter(1, of: "hooked"), "`struct task` has no member `pi`"),
            ([.member("x")], .parameter(0, of: "hooked"), "`int` has no members, so no `x`"),
            ([.member("x")], .parameter(2, of: "hooked"), "`hooked` has no parameter 2"),
            ([.member("x")], .parameter(0, of: "gone"), "`gone` has no parameter 0"),
            (
                [.member("words"), .element(3)], .parameter(1, of: "hooked"),
                "the array has 3 elements, there is no [3]"
            ),
            (
                [.member("pid"), .element(0)], .parameter(1, of: "hooked"),
                "`int` is no array, so there is no [0]"
            ),
            (
                [.member("flag")], .parameter(1, of: "hooked"),
                "`flag` is a bit field, which has no address"
            ),
            ([.member("x")], .structure("nothing", module: nil), "this kernel has no `struct nothing`"),
            ([.member("x")], .rawTracepoint(0, of: "no"), "the tracepoint `no` has no parameter 0"),
            (
                Array(repeating: .member("parent"), count: 11) + [.member("pid")],
                .parameter(1, of: "hooked"),
                "it follows more than 10 pointers"
            ),
        ]
        for (steps, start, message) in cases {
            #expect(throws: BTFPathError.self, "\(message)") {
                do throws(BTFPathError) {
                    _ = try types.path(steps, from: start)
                } catch {
                    #expect(error.message == message)
                    throw error
                }
            }
        }
        #expect(throws: BTFPathError.self) {
            do throws(BTFPathError) {
                _ = try types.path([.member("pi")], from: .structure("task", module: nil))
            } catch {
                #expect(error.missing == "pi" && error.members.contains("pid"))
                throw error
            }
        }
    }

    @Test("The kernel that runs the tests has the paths that everybody uses")
    func runningKernel() throws {
        guard let types = try? KernelBTF() else { return }
        let task = BTFPathStart.structure("task_struct", module: nil)
        let name = try types.path([.member("real_parent"), .member("comm")], from: task)
        #expect(name.bytes == 16 && name.isInPlace && name.loads.count == 1)
        let uid = try types.path([.member("cred"), .member("uid"), .member("val")], from: task)
        #expect(uid.bytes == 4 && !uid.isInPlace)
    }

    @Test("The bytes of a structure that a member is in, those of unnamed parts among them")
    func place() throws {
        let btf = try #require(unsafe btf__new_empty())
        defer { unsafe btf__free(btf) }
        let int = unsafe btf__add_int(btf, "int", 4, 0)
        let part = unsafe btf__add_struct(btf, nil, 8)
        unsafe btf__add_field(btf, "inner", int, 32, 0)
        unsafe btf__add_struct(btf, "whole", 24)
        unsafe btf__add_field(btf, "first", int, 0, 0)
        unsafe btf__add_field(btf, nil, part, 64, 0)
        var size: UInt32 = 0
        let data = try #require(unsafe btf__raw_data(btf, &size))
        let types = try KernelBTF(
            raw: unsafe Array(UnsafeRawBufferPointer(start: data, count: Int(size))))
        #expect(types.place(of: "first", in: "whole") == 0..<4)
        #expect(types.place(of: "inner", in: "whole") == 12..<16)
        #expect(types.place(of: "none", in: "whole") == nil)
        #expect(types.place(of: "first", in: "none") == nil)
    }

    @Test("Types that hold themselves without end are not followed without end")
    func hostile() throws {
        let btf = try #require(unsafe btf__new_empty())
        defer { unsafe btf__free(btf) }
        unsafe btf__add_struct(btf, "loop", 8)
        for _ in 0..<200 { unsafe btf__add_field(btf, nil, 1, 0, 0) }
        var size: UInt32 = 0
        let data = try #require(unsafe btf__raw_data(btf, &size))
        let types = try KernelBTF(
            raw: unsafe Array(UnsafeRawBufferPointer(start: data, count: Int(size))))
        #expect(types.hasStructure(named: "loop") && !types.hasStructure(named: "none"))
        #expect(throws: BTFPathError.self) {
            try types.path([.member("x")], from: .structure("loop", module: nil))
        }
    }

    @Test("What is no type information is an error")
    func damaged() {
        for bytes in [[], [0x9F, 0xEB], [UInt8](repeating: 0xFF, count: 64)] as [[UInt8]] {
            #expect(throws: BPFError.self) { try KernelBTF(raw: bytes) }
        }
    }
}
