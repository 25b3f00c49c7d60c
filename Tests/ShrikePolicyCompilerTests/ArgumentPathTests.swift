// SPDX-License-Identifier: Apache-2.0

import ShrikeABI
import ShrikeEvents
import ShrikePolicy
import Testing

@testable import ShrikePolicyCompiler

@Suite struct ArgumentPathTests {
    /// A kernel that knows a few paths by their steps.
    private struct Kernel: KernelFacts {
        func function(named name: String) -> FunctionPrototype? { nil }
        func similarFunctions(to name: String) -> [String] { [] }
        func hasLSMHook(_ name: String) -> Bool { true }

        func digests(
            _ kinds: Set<BinaryDigest.Kind>, ofFile path: String
        ) -> Result<Set<BinaryDigest>, FilePlaceProblem>? {
            .success([BinaryDigest(.buildID, bytes: [0xcd])])
        }

        func follow(_ path: [PathStep], from start: PathStart) -> PathAnswer {
            switch (start, path) {
            case (.parameter(0, of: "f"), [.member("name")]):
                .found(
                    ResolvedPath(
                        loads: [8], offset: 24, bytes: 16,
                        type: ParameterType("char *", .pointer(to: "char")),
                        isInPlace: true))
            case (.parameter(0, of: "f"), [.member("size")]),
                (.structure("s", module: "m"), [.member("size")]):
                .found(
                    ResolvedPath(
                        loads: [8, 16], offset: 4, bytes: 2,
                        type: ParameterType("short", .integer(bytes: 2, isSigned: true)), isInPlace: false))
            case (.structure("task_struct", module: nil), [.member("pid")]):
                .found(
                    ResolvedPath(
                        loads: [], offset: 100, bytes: 4,
                        type: ParameterType("int", .integer(bytes: 4, isSigned: true)), isInPlace: false))
            case (.program("s", typesOf: "/a.btf"), [.member("size")]):
                .found(
                    ResolvedPath(
                        loads: [8], offset: 6, bytes: 2,
                        type: ParameterType("short", .integer(bytes: 2, isSigned: true)), isInPlace: false))
            case (.program("s", typesOf: "/b.btf"), [.member("size")]):
                .found(
                    ResolvedPath(
                        loads: [], offset: 2, bytes: 4,
                        type: ParameterType("int", .integer(bytes: 4, isSigned: true)), isInPlace: false))
            case (.structure("pt_regs", module: nil), [.member("bx")]):
                .found(
                    ResolvedPath(
                        loads: [], offset: 40, bytes: 8,
                        type: ParameterType("unsigned long", .integer(bytes: 8, isSigned: false)),
                        isInPlace: false))
            default: .nowhere("it is not there", help: "look elsewhere")
            }
        }
    }

    private func compile(_ lines: String) throws -> PolicyPlan {
        let loaded = PolicyLoader.load(Array(spec("p", lines).utf8), file: "p.yaml")
        try #require(!loaded.hasErrors, "\(loaded.diagnostics)")
        return try PolicyCompiler.compile(loaded.policies, kernel: Kernel())
    }

    @Test("Paths from one parameter are arguments of their own, read once for all policies")
    func arguments() throws {
        let plan = try compile(
            """
            kprobes:
            - call: f
              syscall: false
              args:
              - {index: 0, type: string, resolve: name}
              - {index: 0, type: int16, resolve: size}
              - {index: 0, type: uint64}
              selectors: [{matchArgs: [{args: [1], operator: Equal, values: ["-1"]}]}]
            - call: f
              syscall: false
              args: [{index: 0, type: int16, resolve: size}]
            """)
        let hook = try #require(plan.hooks.first)
        #expect(hook.arguments.count == 3)
        #expect(hook.arguments[1].intervals != nil && hook.arguments[0].intervals == nil)
        let name = hook.arguments[0].pathConfiguration
        #expect(name.is_path == 1 && name.load_count == 1 && name.load_offsets.0 == 8)
        #expect(name.value_bytes == 0 && name.value_offset == 24 && name.text_bytes == 16)
        let size = hook.arguments[1].pathConfiguration
        #expect(size.load_count == 2 && size.load_offsets.0 == 8 && size.load_offsets.1 == 16)
        #expect(size.value_bytes == 2 && size.is_signed == 1 && size.value_offset == 4)
        #expect(hook.arguments[2].pathConfiguration.is_path == 0)
    }

    @Test("Values of the task and of registers are a list of their own")
    func data() throws {
        let plan = try compile(
            """
            kprobes:
            - call: f
              syscall: false
              args: [{index: 0, type: int}]
              data:
              - {index: 0, type: int, source: current_task, resolve: pid, label: pid}
              - {index: 0, type: uint32, source: pt_regs, resolve: ebx}
              selectors: [{matchData: [{index: 1, operator: Equal, values: ["7"]}]}]
            - call: sys_read
              data: [{index: 0, type: uint8, source: pt_regs, resolve: bh}]
            """)
        #expect(plan.hooks.map(\.target.kind) == [.function, .functionRegisters])
        #expect(plan.hooks[0].arguments.map(\.source) == [.systemCallRegister(offset: 41, bytes: 1)])
        let hook = plan.hooks[1]
        #expect(
            hook.arguments.map(\.source) == [.parameter(0), .currentTask, .register(offset: 40, bytes: 4)])
        #expect(hook.arguments.map { $0.intervals != nil } == [false, false, true])
        #expect(hook.layout.policies[0].data.map(\.slot) == [1, 2])
        #expect(hook.layout.policies[0].data.map(\.label) == ["pid", nil])
        #expect(hook.layout.policies[0].arguments.map(\.slot) == [0])
    }

    @Test("btfType, and its module, are where a path starts")
    func structure() throws {
        let plan = try compile(
            """
            kprobes:
            - call: sys_write
              args: [{index: 1, type: int16, resolve: size, btfType: s, btfTypeModule: m}]
            """)
        #expect(plan.hooks[0].arguments[0].source == .systemCall(1))
        #expect(plan.hooks[0].arguments[0].pathConfiguration.load_count == 2)
    }

    @Test("Paths in user space are those of the hook's types, the task and its registers those of the kernel")
    func program() throws {
        let plan = try compile(
            """
            uprobes:
            - path: /bin/a
              symbols: [f]
              btfPath: /a.btf
              args: [{index: 1, btfType: s, resolve: size}]
              data:
              - {index: 0, type: int, source: current_task, resolve: pid}
              - {index: 0, type: uint64, source: pt_regs, resolve: rbx}
              selectors: [{matchArgs: [{index: 1, operator: Equal, values: ["-1"]}]}]
            - path: /bin/a
              symbols: [f]
              btfPath: /b.btf
              args: [{index: 1, type: int, btfType: s, resolve: size}]
            """)
        let hook = try #require(plan.hooks.first)
        #expect(plan.hooks.count == 1)
        #expect(
            hook.arguments.map(\.source) == [
                .parameter(1), .currentTask, .register(offset: 40, bytes: 8), .parameter(1),
            ])
        #expect(hook.arguments[0].type == SHRIKE_ARGUMENT_INT16 && hook.arguments[0].intervals != nil)
        #expect(hook.arguments[0].pathConfiguration.load_offsets.0 == 8)
        #expect(hook.arguments[0].pathConfiguration.value_offset == 6)
        #expect(hook.arguments[1].pathConfiguration.value_offset == 100)
        #expect(hook.arguments[3].pathConfiguration.load_count == 0)
        #expect(hook.arguments[3].pathConfiguration.value_offset == 2)
        #expect(hook.readsUserMemory)
    }

    @Test("System calls of 32-bit programs have their arguments in other registers, of 32 bits")
    func compat() throws {
        let plan = try compile(
            """
            lists: [{name: l, type: syscalls, values: [i386/sys_write]}]
            kprobes:
            - call: list:l
              args:
              - {index: 0, type: int}
              - {index: 1, type: long}
              - {index: 1, type: char_buf, sizeArgIndex: 3}
              - {index: 1, type: int, resolve: pid, btfType: task_struct}
            """)
        let hook = try #require(plan.hooks.first)
        #expect(hook.target.symbol == "__ia32_sys_write")
        #expect(
            hook.arguments.map(\.source) == [
                .compatSystemCall(0, isSigned: true), .compatSystemCall(1, isSigned: true),
                .compatSystemCall(1, isSigned: false), .compatSystemCall(1, isSigned: false),
            ])
        #expect(hook.arguments[2].sizeIndex == 2)
        let configuration = hook.configuration(
            .fentry, typed: [], hasBinaryParts: false, hookID: 1, generation: 1, binariesGeneration: 1)
        #expect(configuration.arguments.1.source == UInt8(SHRIKE_SOURCE_COMPAT_SYSCALL.rawValue))
        #expect(configuration.arguments.1.index == 1 && configuration.arguments.1.field_is_signed == 1)
        #expect(configuration.arguments.2.field_is_signed == 0)
    }

    @Test("Only what is in the process's memory has to be there before a program in user space reads it")
    func memory() throws {
        func reads(_ arguments: String) throws -> Bool? {
            try compile("uprobes: [{path: /bin/a, symbols: [f], \(arguments)}]").hooks.first?.readsUserMemory
        }
        #expect(try reads("args: [{index: 0, type: int}]") == false)
        #expect(try reads("data: [{index: 0, type: string, source: current_task, resolve: pid}]") == false)
        #expect(try reads("data: [{index: 0, type: string, source: pt_regs, resolve: rbx}]") == true)
        #expect(try reads("args: [{index: 0, type: string}]") == true)
        #expect(try reads("args: [{index: 0, type: char_buf, sizeArgIndex: 2}]") == true)
        #expect(try reads("return: true, returnArg: {index: 0, type: string}") == false)
        let kernel = try compile("kprobes: [{call: f, syscall: false, args: [{index: 0, type: string}]}]")
        #expect(kernel.hooks.first?.readsUserMemory == false)
    }

    @Test("A hook on a file that is not the one that is meant is left out")
    func otherFile() throws {
        let plan = try compile(
            """
            uprobes:
            - {path: /bin/a, symbols: [f], binaryDigests: ["build-id:ab"]}
            - {path: /bin/a, symbols: [g], binaryDigests: ["build-id:ab", "build-id:cd"]}
            """)
        #expect(plan.hooks.map(\.target.symbol) == ["/bin/a:g"])
    }

    @Test("What cannot be read is refused where it stands")
    func refused() throws {
        let cases: [(String, String)] = [
            (
                "- {call: f, syscall: false, args: [{index: 0, type: int, resolve: gone}]}",
                "p.yaml:6:60: error: `gone` leads nowhere on `f`: it is not there [SHR309]"
            ),
            (
                "- {call: sys_write, args: [{index: 1, type: int, resolve: size}]}",
                "it is not known what a system call's argument points at"
            ),
            (
                "- {call: __ia32_sys_write, args: [{index: 1, type: int16, resolve: size, btfType: s, btfTypeModule: m}]}",
                "`size` leads nowhere on `__ia32_sys_write`: pointers of 32-bit programs cannot be followed"
            ),
            (
                "- {call: f, syscall: false, return: true, returnArg: {index: 0, type: int}, data: [{index: 0, type: int, source: pt_regs, resolve: ebx}]}",
                "`pt_regs` holds the registers at the entry of `f`, not at its return"
            ),
            (
                "- {call: security_f, syscall: false, data: [{index: 0, type: int, source: pt_regs, resolve: ebx}], selectors: [{matchActions: [{action: Override, argError: -1}]}]}",
                "`Override` is not possible where `pt_regs` is read"
            ),
        ]
        for (hook, message) in cases {
            let error = #expect(throws: CompileError.self) { try compile("kprobes:\n" + hook) }
            let text = (error?.diagnostics ?? []).map(\.description).joined(separator: "\n")
            let words =
                message.split(separator: " [")[0].split(separator: "error: ").last.map(String.init) ?? ""
            #expect(text.contains(words), "\(text)")
        }
    }

    @Test("Where the kernel is not known the value is given, by whoever describes the call")
    func offline() throws {
        let hook = try #require(
            try ShrikePolicyCompilerTests.compile(
                policy(
                    "a", call: "f",
                    args:
                        "    - {index: 0, type: int, resolve: a.b}\n    - {index: 0, type: int, resolve: a.c}",
                    selectors: "    - matchArgs: [{args: [1], operator: Equal, values: ['1']}]")
            ).hooks.first)
        #expect(hook.arguments.map(\.path?.text) == ["a.b", "a.c"])
        #expect(hook.arguments.allSatisfy { $0.pathConfiguration.is_path == 0 })
    }
}
