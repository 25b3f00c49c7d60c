// SPDX-License-Identifier: Apache-2.0
// A kernel that the tests make up, and shorthand for loading and checking text.

import ShrikePolicy

/// A kernel with a few functions.
struct FakeKernel: KernelFacts {
    var functions: [String: FunctionPrototype]
    var systemCalls: [String: FunctionPrototype]
    var lsmHooks: Set<String>
    var tracepoints: [String: TracepointFormat] = [:]
    var rawTracepoints: [String: FunctionPrototype] = [:]
    var traceableFunctions: [String]?
    var lsmHooksUnavailable: String?
    var tracepointsUnavailable: String?
    var registerChangesUnavailable: String?
    var overrideReturnUnavailable: String?
    /// Functions of `/bin/probed`, by name: their places in the file.
    var userFunctions: [String: UInt64] = ["main": 0x1000]

    func function(named name: String) -> FunctionPrototype? { functions[name] }
    func staticProbe(
        _ provider: String, _ name: String, inFile path: String
    ) -> Result<[StaticProbePlace], FilePlaceProblem>? {
        guard path == "/bin/probed" else { return nil }
        guard provider == "app", name == "start" else {
            return .failure(FilePlaceProblem("the file has no such probe", help: "did you mean `app:start`?"))
        }
        let arguments = [
            StaticArgument(text: "-4@%edi", bytes: 4, isSigned: true, location: .register(7)),
            StaticArgument(text: "8f@%xmm0", bytes: 0, isSigned: false, location: nil),
        ]
        return .success([
            StaticProbePlace(
                place: FilePlace(offset: 0x1000, device: 1, inode: 2), referenceCounterOffset: 0x3000,
                arguments: arguments)
        ])
    }
    func place(_ name: UserPlaceName, inFile path: String) -> Result<FilePlace, FilePlaceProblem>? {
        if path == "/bin/missing" { return .failure(FilePlaceProblem("there is no such file")) }
        guard path == "/bin/probed" else { return nil }
        guard case .symbol(let symbol, let plus) = name, let offset = userFunctions[symbol] else {
            return .failure(FilePlaceProblem("it has no such place", help: "did you mean `main`?"))
        }
        return .success(FilePlace(offset: offset + plus, device: 1, inode: 2))
    }
    func typesProblem(ofFile path: String) -> FilePlaceProblem? {
        path == "/none.btf" ? FilePlaceProblem("there is no such file") : nil
    }
    func follow(_ path: [PathStep], from start: PathStart) -> PathAnswer {
        let types: [PathStep: ParameterType]
        switch start {
        case .program("person", _):
            types = [
                .member("age"): ParameterType("short", .integer(bytes: 2, isSigned: true)),
                .member("friend"): .pointer("struct person"),
            ]
        case .structure("task_struct", _) where path == [.member("exe")]:
            types = [.member("exe"): .pointer("struct path")]
        default: return .unknown
        }
        guard let step = path.first, let type = types[step] else {
            return .nowhere("there is no such member", help: "did you mean `age`?")
        }
        return .found(ResolvedPath(loads: [], offset: 8, bytes: 2, type: type, isInPlace: false))
    }
    func isCompatEntry(_ symbol: String) -> Bool { functions[symbol] != nil }
    func digests(
        _ kinds: Set<BinaryDigest.Kind>, ofFile path: String
    ) -> Result<Set<BinaryDigest>, FilePlaceProblem>? {
        if path == "/bin/missing" { return .failure(FilePlaceProblem("there is no such file")) }
        guard path.hasPrefix("/bin/probed") else { return nil }
        let own = [
            BinaryDigest(.buildID, bytes: [0xab, 0x12]),
            BinaryDigest(.sha1, bytes: [UInt8](repeating: 7, count: 20)),
        ]
        return .success(Set(own.filter { kinds.contains($0.kind) }))
    }
    func systemCall(named name: String) -> FunctionPrototype? { systemCalls[name] }
    func hasLSMHook(_ name: String) -> Bool { lsmHooks.contains(name) }
    func tracepoint(_ subsystem: String, _ event: String) -> TracepointFormat? {
        tracepoints["\(subsystem)/\(event)"]
    }
    func similarTracepoints(to subsystem: String, _ event: String) -> [String] {
        Suggestion.nearest(to: "\(subsystem)/\(event)", among: tracepoints.keys.sorted()).map { [$0] } ?? []
    }
    func rawTracepoint(named event: String) -> FunctionPrototype? { rawTracepoints[event] }
    func similarRawTracepoints(to event: String) -> [String] {
        Suggestion.nearest(to: event, among: rawTracepoints.keys.sorted()).map { [$0] } ?? []
    }
    var systemCallSymbols: [String] {
        functions.keys.filter { $0.hasPrefix(SyscallSymbol.prefix + "sys_") }.sorted()
    }
    func isTraceable(_ name: String) -> Bool { traceableFunctions?.contains(name) ?? false }
    func similarFunctions(to name: String) -> [String] {
        Suggestion.nearest(to: name, among: functions.keys.sorted()).map { [$0] } ?? []
    }
}

extension ParameterType {
    static let int = ParameterType("int", .integer(bytes: 4, isSigned: true))
    static let unsignedInt = ParameterType("unsigned int", .integer(bytes: 4, isSigned: false))
    static let long = ParameterType("long", .integer(bytes: 8, isSigned: true))
    static let unsignedLong = ParameterType("unsigned long", .integer(bytes: 8, isSigned: false))
    static let sizeT = ParameterType("size_t", .integer(bytes: 8, isSigned: false))
    static let mode = ParameterType("umode_t", .integer(bytes: 2, isSigned: false))
    static let bool = ParameterType("bool", .integer(bytes: 1, isSigned: false))
    static let void = ParameterType("void", .void)
    static func pointer(_ target: String) -> ParameterType {
        ParameterType(target.hasSuffix("*") ? target + "*" : target + " *", .pointer(to: target))
    }
    static func constPointer(_ target: String) -> ParameterType {
        ParameterType("const \(target) *", .pointer(to: target))
    }
}

extension FakeKernel {
    static let standard = FakeKernel(
        functions: [
            "security_file_open": prototype("security_file_open", [.pointer("struct file")]),
            "security_file_permission": prototype(
                "security_file_permission", [.pointer("struct file"), .int]),
            "security_path_mkdir": prototype(
                "security_path_mkdir", [.constPointer("struct path"), .pointer("struct dentry"), .mode]),
            "vfs_read": prototype(
                "vfs_read", [.pointer("struct file"), .pointer("char"), .sizeT, .pointer("long long")], .long),
            "schedule": prototype("schedule", [], .void),
            SyscallSymbol.prefix + "sys_openat": entry("sys_openat"),
            SyscallSymbol.prefix + "sys_setuid": entry("sys_setuid"),
            "bpf_lsm_file_open": prototype("bpf_lsm_file_open", [.pointer("struct file")]),
        ],
        systemCalls: [
            "openat": prototype("openat", [.int, .constPointer("char"), .int, .mode], .long),
            "setuid": prototype("setuid", [.unsignedInt], .long),
        ],
        lsmHooks: ["file_open"],
        tracepoints: [
            "sched/sched_process_exec": TracepointFormat(parsing: execFormat),
            "task/task_newtask": TracepointFormat(parsing: newTaskFormat),
        ],
        rawTracepoints: ["sys_enter": prototype("sys_enter", [.pointer("struct pt_regs"), .long], .void)],
        traceableFunctions: ["vfs_read", "vfs_write", "vfs_read", "untyped"])

    static let commonFields = """
        name: event
        ID: 316
        format:
        \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
        \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
        \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
        \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

        """

    static let execFormat =
        commonFields + """
            \tfield:__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;
            \tfield:pid_t pid;\toffset:12;\tsize:4;\tsigned:1;
            \tfield:pid_t old_pid;\toffset:16;\tsize:4;\tsigned:1;

            print fmt: "filename=%s pid=%d old_pid=%d", __get_str(filename), REC->pid, REC->old_pid
            """

    static let newTaskFormat =
        commonFields + """
            \tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;
            \tfield:char comm[16];\toffset:12;\tsize:16;\tsigned:0;
            \tfield:unsigned long clone_flags;\toffset:32;\tsize:8;\tsigned:0;
            \tfield:short oom_score_adj;\toffset:40;\tsize:2;\tsigned:1;
            \tfield:const char * name;\toffset:48;\tsize:8;\tsigned:0;
            \tfield:unsigned long args[6];\toffset:56;\tsize:48;\tsigned:0;
            \tfield:size_t count;\toffset:104;\tsize:8;\tsigned:0;
            """

    private static func entry(_ name: String) -> FunctionPrototype {
        prototype(SyscallSymbol.prefix + name, [.constPointer("struct pt_regs")], .long)
    }

    private static func prototype(
        _ name: String, _ parameters: [ParameterType], _ result: ParameterType = .int
    ) -> FunctionPrototype {
        FunctionPrototype(name: name, parameters: parameters, returnType: result)
    }
}

/// Everything that loading and checking a text says.
func findings(_ text: String, kernel: (any KernelFacts)? = FakeKernel.standard) -> [String] {
    let result = PolicyLoader.load(Array(text.utf8), file: "p.yaml")
    var diagnostics = result.diagnostics
    if !result.hasErrors {
        for policy in result.policies { diagnostics += PolicyChecker.check(policy, kernel: kernel) }
    }
    return diagnostics.map(\.description)
}

/// A policy around the lines of `spec`, which starts on line 6.
func policy(_ spec: String) -> String {
    """
    apiVersion: cilium.io/v1alpha1
    kind: TracingPolicy
    metadata:
      name: test
    spec:
    \(spec.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }.joined(separator: "\n"))

    """
}

/// A policy with one kprobe on `security_file_open` and the lines of one selector, which starts on
/// line 12.
func selector(_ lines: String) -> String {
    hook(
        """
        - call: security_file_open
          syscall: false
          args: [{index: 0, type: file}]
          selectors:
          -
        """ + lines.split(separator: "\n").map { "\n    " + $0 }.joined())
}

/// A policy with the lines of `kprobes`, which start on line 7.
func hook(_ lines: String) -> String {
    policy("kprobes:\n" + lines)
}
