// SPDX-License-Identifier: Apache-2.0
// The built-in facts, and what is said about kernels.

import ShrikeLint
import ShrikePolicy
import Testing

@Suite struct KernelTests {
    private func kernel(_ label: String) throws -> KnownKernel {
        try #require(KnownKernel.all.first { $0.label == label })
    }

    @Test("The kernels are those of the support matrix")
    func labels() {
        #expect(KnownKernel.all.map(\.label) == ["5.10", "6.1", "6.12", "7.3"])
    }

    @Test("Prototypes are those of the kernels' sources", arguments: ["5.10", "6.1", "6.12", "7.3"])
    func prototypes(label: String) throws {
        let kernel = try kernel(label)
        let open = try #require(kernel.function(named: "security_file_open"))
        #expect(open.parameters == [ParameterType("struct file *", .pointer(to: "struct file"))])
        #expect(open.returnType == ParameterType("int", .integer(bytes: 4, isSigned: true)))
        let mkdir = try #require(kernel.function(named: "security_path_mkdir"))
        #expect(mkdir.parameters.map(\.spelling) == ["const struct path *", "struct dentry *", "umode_t"])
        #expect(mkdir.parameters[2].kind == .integer(bytes: 2, isSigned: false))
        #expect(kernel.function(named: "__x64_sys_openat")?.parameters.count == 1)
        #expect(kernel.hasLSMHook("file_open") && !kernel.hasLSMHook("file_opened"))
        #expect(kernel.hasTracepoint("sched_process_exec") == true)
        #expect(kernel.hasTracepoint("no_such_event") == false)
        for name in ["", "a", "zzzz", "security_file_ope", "security_file_openx", "\u{7F}"] {
            #expect(kernel.function(named: name) == nil)
        }
    }

    @Test(
        "Records of tracepoints are what the kernels' format files say",
        arguments: ["5.10", "6.1", "6.12", "7.3"])
    func records(label: String) throws {
        let kernel = try kernel(label)
        let exec = try #require(kernel.tracepoint("sched", "sched_process_exec"))
        #expect(
            exec.fields.map(\.name) == [
                "common_type", "common_flags", "common_preempt_count", "common_pid", "filename", "pid",
                "old_pid",
            ])
        #expect(
            exec.fields[4]
                == TracepointField(
                    name: "filename", type: "__data_loc char[]", offset: 8, bytes: 4,
                    isSigned: exec.fields[4].isSigned))
        #expect(
            exec.fields[5]
                == TracepointField(name: "pid", type: "pid_t", offset: 12, bytes: 4, isSigned: true))
        let openat = try #require(kernel.tracepoint("syscalls", "sys_enter_openat"))
        #expect(openat.fields[4..<9].map(\.name) == ["__syscall_nr", "dfd", "filename", "flags", "mode"])
        #expect(kernel.tracepoint("sched", "no_such_event") == nil)
        let raw = try #require(kernel.rawTracepoint(named: "sched_process_exec"))
        #expect(raw.parameters.map(\.spelling) == ["struct task_struct *", "pid_t", "struct linux_binprm *"])
    }

    @Test("What runs at boot only cannot be traced", arguments: ["5.10", "6.1", "6.12", "7.3"])
    func traceability(label: String) throws {
        let kernel = try kernel(label)
        #expect(kernel.isUntraceable("security_init"))
        for name in ["security_file_open", "commit_creds", "__x64_sys_openat", "no_such_function"] {
            #expect(!kernel.isUntraceable(name), "\(name)")
        }
    }

    @Test("Arguments of tracepoints are checked against the record")
    func tracepointArguments() {
        func findings(_ event: String, _ argument: String) -> [LintFinding] {
            let text =
                "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: p}\nspec:\n  tracepoints:\n"
                + "  - subsystem: sched\n    event: \(event)\n    tags: [exec]\n    args: [\(argument)]\n"
            return lint(text).findings.filter { $0.severity == .error }
        }
        #expect(findings("sched_process_exec", "{index: 4, type: string}").isEmpty)
        let past = findings("sched_process_exec", "{index: 7, type: string}")
        #expect(past.map(\.message) == ["`sched/sched_process_exec` has no field 7"])
        #expect(past.first?.kernels.count == 4)
        #expect(findings("sched_process_exec", "{index: 4, type: int32}").count == 1)
        // A module may bring it, with whatever record.
        #expect(findings("sched_of_a_module", "{index: 40, type: string}").isEmpty)
    }

    @Test("A function of newer kernels is missing in the older")
    func differences() throws {
        #expect(try kernel("5.10").function(named: "security_file_truncate") == nil)
        #expect(try kernel("6.12").function(named: "security_file_truncate") != nil)
        #expect(try kernel("6.1").similarFunctions(to: "security_file_opne") == ["security_file_open"])
    }

    @Test("What only some kernels lack is a warning, unless they were asked for")
    func severity() throws {
        let text = hook("- call: security_file_truncate\n  syscall: false\n  tags: [truncate]")
        let general = lint(text).findings
        #expect(general.map(\.rule) == ["SHR201"])
        #expect(general.first?.severity == .warning)
        #expect(general.first?.kernels.contains("5.10") == true)
        let chosen = lint(text, linter: Linter(kernels: [try kernel("5.10")], checksSupport: false)).findings
        #expect(chosen.first?.severity == .error)
        #expect(
            lint(text, linter: Linter(kernels: [try kernel("6.12")], checksSupport: false)).findings.isEmpty)
    }

    @Test("Bytes that are not BTF are refused, and damaged BTF harms nobody")
    func badBTF() {
        #expect(BTFKernel([], label: "x") == nil)
        #expect(BTFKernel(Array("not BTF at all, but long enough".utf8), label: "x") == nil)
        // One function `f` of type void f(void), and its header.
        let strings: [UInt8] = [0, UInt8(ascii: "f"), 0]
        let types: [UInt8] =
            [0, 0, 0, 0, 0, 0, 0, 13, 0, 0, 0, 0] + [1, 0, 0, 0, 0, 0, 0, 12, 1, 0, 0, 0]
        func word(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
        let header: [UInt8] =
            [0x9F, 0xEB, 1, 0] + word(24) + word(0) + word(types.count) + word(types.count)
            + word(strings.count)
        let good = header + types + strings
        #expect(BTFKernel(good, label: "x")?.function(named: "f")?.returnType.kind == .void)
        for index in good.indices {
            for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                var bad = good
                bad[index] = value
                _ = BTFKernel(bad, label: "x")?.function(named: "f")
            }
            _ = BTFKernel(Array(good[..<index]), label: "x")
        }
    }
}
