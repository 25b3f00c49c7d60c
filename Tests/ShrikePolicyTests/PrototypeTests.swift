// SPDX-License-Identifier: Apache-2.0
// Argument types against the parameters of kernel functions.

import ShrikePolicy
import Testing

/// A type, a parameter, and what is said: nothing, a warning, an error.
struct Fit: Sendable, CustomTestStringConvertible {
    let type: ArgumentType
    let parameter: ParameterType
    let said: String?

    var testDescription: String { "\(type.rawValue) on \(parameter.spelling)" }

    init(_ type: ArgumentType, _ parameter: ParameterType, _ said: String? = nil) {
        self.type = type
        self.parameter = parameter
        self.said = said
    }
}

@Suite struct PrototypeTests {
    private static let warning = "warning: parameter 0 is"
    private static let error = "error: parameter 0 is"

    static let fits = [
        Fit(.nop, .pointer("struct file")), Fit(.nop, .int), Fit(.int, .int), Fit(.int, .unsignedInt),
        Fit(.int, .long),
        Fit(.int, .unsignedLong), Fit(.int, .mode, warning), Fit(.int, .bool, warning), Fit(.int32, .int),
        Fit(.int32, .unsignedInt, warning), Fit(.int32, .long, warning), Fit(.sint32, .int),
        Fit(.uint32, .unsignedInt),
        Fit(.uint32, .int, warning), Fit(.uint32, .pointer("void"), warning), Fit(.uint64, .unsignedLong),
        Fit(.uint64, .pointer("void")), Fit(.uint64, .pointer("struct file")), Fit(.ulong, .unsignedLong),
        Fit(.int64, .long), Fit(.long, .long), Fit(.int64, .pointer("void"), warning), Fit(.sizeT, .sizeT),
        Fit(.sizeT, .unsignedInt, warning), Fit(.uint16, .mode), Fit(.uint8, .bool), Fit(.int, .void, error),
        Fit(.string, .pointer("char")), Fit(.string, .constPointer("char")),
        Fit(.string, .pointer("void"), warning),
        Fit(.string, .pointer("u8"), warning), Fit(.string, .int, error),
        Fit(.string, .pointer("struct file"), error),
        Fit(.string, .pointer("char *"), error), Fit(.charBuffer, .pointer("void")),
        Fit(.charBuffer, .pointer("char")),
        Fit(.charBuffer, .sizeT, error), Fit(.fd, .int), Fit(.fd, .unsignedInt),
        Fit(.fd, .pointer("struct file"), error),
        Fit(.capability, .int), Fit(.capability, .long, warning), Fit(.bpfCmd, .int),
        Fit(.file, .pointer("struct file")),
        Fit(.file, .constPointer("struct file")), Fit(.file, .pointer("struct path"), error),
        Fit(.file, .int, error),
        Fit(.file, .pointer("void"), warning), Fit(.file, .pointer("struct file *"), error),
        Fit(.path, .constPointer("struct path")), Fit(.dentry, .pointer("struct dentry")),
        Fit(.dentry, .pointer("struct inode"), error), Fit(.sock, .pointer("struct sock")),
        Fit(.sock, .pointer("struct tcp_sock")), Fit(.sock, .pointer("struct socket"), error),
        Fit(.socket, .pointer("struct socket")), Fit(.sockaddr, .pointer("struct sockaddr")),
        Fit(.sockaddr, .pointer("struct sockaddr_unsized")), Fit(.sockaddrUn, .pointer("struct sockaddr")),
        Fit(.skb, .pointer("struct sk_buff")), Fit(.cred, .constPointer("struct cred")),
        Fit(.kernelCapT, .constPointer("kernel_cap_t")), Fit(.capEffective, .pointer("kernel_cap_t")),
        Fit(.linuxBinprm, .pointer("struct linux_binprm")), Fit(.bpfAttr, .pointer("union bpf_attr")),
        Fit(.bpfMap, .pointer("struct bpf_map")), Fit(.bpfProg, .pointer("struct bpf_map"), error),
        Fit(.filename, .pointer("struct filename")), Fit(.filename, .pointer("char"), error),
        Fit(.netDevice, .pointer("struct net_device")), Fit(.ioVectorIterator, .pointer("struct iov_iter")),
        Fit(.charIOVector, .constPointer("struct iovec")), Fit(.kiocb, .pointer("struct kiocb")),
        Fit(.userNamespace, .pointer("struct user_namespace")), Fit(.module, .pointer("struct module")),
        Fit(.loadInfo, .pointer("struct load_info")), Fit(.perfEvent, .pointer("struct perf_event")),
    ]

    @Test("A type on a parameter", arguments: fits)
    func fit(fit: Fit) {
        var kernel = FakeKernel.standard
        kernel.functions["f"] = FunctionPrototype(name: "f", parameters: [fit.parameter], returnType: .int)
        let text = hook(
            "- call: f\n  syscall: false\n  args: [{index: 0, type: \(fit.type.rawValue), sizeArgIndex: 3}]")
        let said = findings(text, kernel: kernel)
        if let expected = fit.said {
            #expect(said.count == 1)
            #expect(said.first?.contains(expected) == true)
        } else {
            #expect(said == [])
        }
    }

    @Test("An LSM hook's prototype is that of its BPF function")
    func lsmHook() {
        let good = policy("lsmhooks: [{hook: file_open, args: [{index: 0, type: file}]}]")
        #expect(findings(good) == [])
        let past = policy("lsmhooks: [{hook: file_open, args: [{index: 1, type: int}]}]")
        #expect(
            findings(past)
                == ["p.yaml:6:47: error: `file_open` has no parameter 1: it has 1; the only index is 0"])
    }

    @Test("A value behind resolve is not compared with the parameter")
    func resolve() {
        let text = hook(
            "- call: security_file_open\n  syscall: false\n"
                + "  args: [{index: 0, type: string, resolve: f_path.dentry.d_name.name}]")
        #expect(findings(text) == [])
    }

    @Test("Without a kernel only the policy itself is checked")
    func noKernel() {
        #expect(findings(hook("- call: no_such_function\n  syscall: false"), kernel: nil) == [])
        #expect(findings(policy("lsmhooks: [{hook: no_such_hook}]"), kernel: nil) == [])
        #expect(
            findings(hook("- call: security_file_open"), kernel: nil) == [
                "p.yaml:7:11: error: `security_file_open` is not written as a system call; "
                    + "write `sys_security_file_open`, or add `syscall: false` if it is a plain kernel function"
            ])
    }

    @Test("System calls get this machine's prefix once")
    func symbols() {
        let prefix = SyscallSymbol.prefix
        #expect(SyscallSymbol.symbol(for: "sys_openat") == prefix + "sys_openat")
        #expect(SyscallSymbol.symbol(for: prefix + "sys_openat") == prefix + "sys_openat")
        #expect(SyscallSymbol.symbol(for: "__ia32_sys_openat") == "__ia32_sys_openat")
        #expect(SyscallSymbol.bareName(of: prefix + "sys_openat") == "openat")
        #expect(SyscallSymbol.bareName(of: "openat") == nil)
    }

    @Test("Two policies of one name are found across files")
    func duplicates() {
        let text = policy("loader: false")
        func load(_ text: String, _ file: String) -> [TracingPolicy] {
            PolicyLoader.load(Array(text.utf8), file: file).policies
        }
        let namespaced =
            "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicyNamespaced\n"
            + "metadata: {name: test, namespace: a}\nspec: {}\n"
        let other = namespaced.replacing("namespace: a", with: "namespace: b")
        let policies =
            load(text, "a.yaml") + load(namespaced, "n.yaml") + load(other, "o.yaml") + load(text, "b.yaml")
        #expect(
            PolicyChecker.checkDuplicates(policies).map(\.description) == [
                "b.yaml:4:9: error: a policy named `test` is already defined at a.yaml:4; rename one of them"
            ])
    }
}
