// SPDX-License-Identifier: Apache-2.0
// Which functions a call names: itself, or the members of a list.

import Testing

@testable import ShrikePolicy

@Suite struct HookedFunctionsTests {
    /// The functions of the first hook, `symbol` or `symbol()` of a system call.
    private func functions(_ spec: String, kernel: (any KernelFacts)? = FakeKernel.standard) -> [String] {
        let result = PolicyLoader.load(Array(policy(spec).utf8), file: "p.yaml")
        #expect(result.diagnostics.filter { $0.severity == .error }.map(\.description) == [])
        return result.policies.flatMap { policy in
            policy.spec.kprobes.prefix(1).flatMap { policy.spec.functions(of: $0, kernel: kernel) }
        }.map { $0.isSyscall ? $0.symbol + "()" : $0.symbol }
    }

    @Test("A call without a list is one function")
    func single() {
        #expect(functions("kprobes: [{call: vfs_read, syscall: false}]") == ["vfs_read"])
        #expect(functions("kprobes: [{call: sys_openat}]") == [SyscallSymbol.prefix + "sys_openat()"])
    }

    @Test("A list of functions follows the hook's `syscall`, each member once")
    func plain() {
        let list = "lists: [{name: l, values: [vfs_read, vfs_write, vfs_read]}]\n"
        #expect(functions(list + "kprobes: [{call: list:l, syscall: false}]") == ["vfs_read", "vfs_write"])
        let calls = "lists: [{name: l, values: [sys_openat]}]\nkprobes: [{call: list:l}]"
        #expect(functions(calls) == [SyscallSymbol.prefix + "sys_openat()"])
    }

    @Test("A list of system calls is one whatever the hook says, and may name an ABI")
    func systemCalls() {
        let list = "lists: [{name: l, type: syscalls, values: [sys_openat, x64/sys_read, i386/sys_read]}]\n"
        #expect(
            functions(list + "kprobes: [{call: list:l, syscall: false}]", kernel: nil) == [
                SyscallSymbol.prefix + "sys_openat()", "__x64_sys_read()", "__ia32_sys_read()",
            ])
    }

    @Test(
        "A 32-bit program's call is what such programs enter, where the kernel has a function of its own for them"
    )
    func compat() {
        var kernel = FakeKernel.standard
        kernel.functions["__ia32_compat_sys_lseek"] = kernel.functions["schedule"]
        let list =
            "lists: [{name: l, type: syscalls, values: [i386/sys_lseek, i386/sys_read, __ia32_sys_lseek]}]\n"
        #expect(
            functions(list + "kprobes: [{call: list:l}]", kernel: kernel) == [
                "__ia32_compat_sys_lseek()", "__ia32_sys_read()", "__ia32_sys_lseek()",
            ])
        #expect(SyscallSymbol.bareName(of: "__ia32_compat_sys_lseek") == "lseek")
    }

    @Test("Generated lists hold what the kernel has")
    func generated() {
        let calls = "lists: [{name: l, type: generated_syscalls}]\nkprobes: [{call: list:l}]"
        #expect(
            functions(calls) == [
                SyscallSymbol.prefix + "sys_openat()", SyscallSymbol.prefix + "sys_setuid()",
            ])
        let pattern =
            "lists: [{name: l, type: generated_ftrace, pattern: ^vfs_}]\n"
            + "kprobes: [{call: list:l, syscall: false}]"
        #expect(functions(pattern) == ["vfs_read", "vfs_write"])
        #expect(functions(pattern, kernel: nil) == [])
    }

    @Test("`callNotFound` leaves out what the kernel lacks, and nothing else does")
    func callNotFound() {
        let list = "lists: [{name: l, values: [vfs_read, zzz, untyped]}]\n"
        let hook = "kprobes: [{call: list:l, syscall: false"
        #expect(functions(list + hook + ", ignore: {callNotFound: true}}]") == ["vfs_read", "untyped"])
        #expect(functions(list + hook + "}]") == ["vfs_read", "zzz", "untyped"])
    }

    @Test("It is explained", arguments: cases)
    func isExplained(bad: BadPolicy) {
        #expect(bad.findings == bad.expected)
    }

    static let cases = BadPolicy.parse(
        #"""
        ## policy: a function without prototype that can be traced
        kprobes: [{call: untyped, syscall: false}]

        ## policy: a listed system call that the kernel lacks
        lists: [{name: l, type: syscalls, values: [sys_openat, sys_opena]}]
        kprobes: [{call: list:l}]
        -> 6:58: error: this kernel has no system call `sys_opena`; did you mean `sys_openat`?

        ## policy: a pattern that matches nothing
        lists: [{name: l, type: generated_ftrace, pattern: ^nothing}]
        -> 6:54: error: no function of this kernel matches `^nothing`; the pattern matches anywhere in a name unless it has `^` and `$`

        ## policy: a pattern that is none
        lists: [{name: l, type: generated_ftrace, pattern: "a("}]
        -> 6:54: error: `a(` is not a regular expression: missing ) at character 3; the syntax is that of RE2

        ## policy: an LSM hook that has no answer
        lsmhooks: [{hook: file_open, selectors: [{matchActions: [{action: Override, argError: -1}]}]}]
        """#)

    @Test("An LSM hook is refused where no BPF program is asked, and Override where there is no answer")
    func lsmHooks() {
        var kernel = FakeKernel.standard
        kernel.lsmHooks.insert("task_free")
        kernel.functions["bpf_lsm_task_free"] = FunctionPrototype(
            name: "bpf_lsm_task_free", parameters: [.pointer("struct task_struct")], returnType: .void)
        let text = policy(
            "lsmhooks: [{hook: task_free, selectors: [{matchActions: [{action: Override, argError: -1}]}]}]")
        #expect(
            findings(text, kernel: kernel) == [
                "p.yaml:6:69: error: `Override` cannot refuse `task_free`: the hook has no answer; "
                    + "use `Sigkill`, or the hook that is asked before"
            ])
        kernel.functions["security_task_free"] = FunctionPrototype(
            name: "security_task_free", parameters: [.pointer("struct task_struct")], returnType: .void)
        let function = policy(
            "kprobes: [{call: security_task_free, syscall: false, selectors: "
                + "[{matchActions: [{action: Override, argError: -1}]}]}]")
        #expect(
            findings(function, kernel: kernel) == [
                "p.yaml:6:93: error: `security_task_free` returns nothing: there is nothing to override; "
                    + "hook the check that comes before it"
            ])
        kernel.lsmHooksUnavailable = "`bpf` is not in /sys/kernel/security/lsm"
        #expect(
            findings(policy("lsmhooks: [{hook: task_free}]"), kernel: kernel) == [
                "p.yaml:6:21: error: this kernel asks no BPF program at LSM hooks: `bpf` is not in "
                    + "/sys/kernel/security/lsm; start it with `bpf` in the parameter `lsm=`"
            ])
    }
}
