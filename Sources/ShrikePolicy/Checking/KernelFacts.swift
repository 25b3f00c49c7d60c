// SPDX-License-Identifier: Apache-2.0
// What the checker asks about a kernel. The daemon answers from BTF; the linter may have no answer.

internal import ShrikePattern

/// A C type of a kernel function's parameter or return value.
public struct ParameterType: Sendable, Hashable {
    /// What the type is once typedefs and `const` are taken off.
    public enum Kind: Sendable, Hashable {
        /// An integer or enumeration.
        case integer(bytes: Int, isSigned: Bool)
        /// A pointer; `to` is the C spelling of what it points at without `const`: `struct file`,
        /// `char`, `void`, `struct file *`.
        case pointer(to: String)
        /// Nothing: the return type of a function without result.
        case void
        /// A structure by value, a floating point number.
        case other
    }

    /// The type as C writes it, for messages: `const struct path *`.
    public var spelling: String
    /// What it is.
    public var kind: Kind

    /// A type.
    public init(_ spelling: String, _ kind: Kind) {
        self.spelling = spelling
        self.kind = kind
    }
}

/// A kernel function's parameters and result.
public struct FunctionPrototype: Sendable, Hashable {
    /// The symbol.
    public var name: String
    /// The parameters in order.
    public var parameters: [ParameterType]
    /// The result.
    public var returnType: ParameterType

    /// A prototype.
    public init(name: String, parameters: [ParameterType], returnType: ParameterType) {
        self.name = name
        self.parameters = parameters
        self.returnType = returnType
    }
}

/// What a kernel has.
public protocol KernelFacts {
    /// The function of that symbol, if it can be hooked. The entry of a system call,
    /// `__x64_sys_openat`, is a function with one parameter.
    func function(named name: String) -> FunctionPrototype?
    /// Symbols that look like `name`, the nearest first.
    func similarFunctions(to name: String) -> [String]
    /// Whether there is a BPF LSM hook of that name, for example `file_open`.
    func hasLSMHook(_ name: String) -> Bool
    /// The system call as a program calls it, by its name without `sys_`; nil if that is not known.
    func systemCall(named name: String) -> FunctionPrototype?
    /// Whether a symbol, `__ia32_compat_sys_lseek`, is what 32-bit programs enter for a system call.
    func isCompatEntry(_ symbol: String) -> Bool
    /// Why BPF programs are not asked at LSM hooks; nil when they are.
    var lsmHooksUnavailable: String? { get }
    /// Why files cannot be hashed (`imaHash`); nil when they can.
    var fileHashesUnavailable: String? { get }
    /// Why no uprobe can change registers (Override); nil when it can.
    var registerChangesUnavailable: String? { get }
    /// Why no function's return can be overridden by a kprobe (`override-method: override-return`); nil when it can.
    var overrideReturnUnavailable: String? { get }
    /// Whether tracepoints and their records are known at all; else nothing is said about them.
    var knowsTracepoints: Bool { get }
    /// Whether one that is not known is not there.
    var knowsEveryTracepoint: Bool { get }
    /// What the record of a tracepoint holds; nil when there is no such event.
    func tracepoint(_ subsystem: String, _ event: String) -> TracepointFormat?
    /// Why no tracepoint can be looked up; nil when they can.
    var tracepointsUnavailable: String? { get }
    /// Subsystems and events that look like these, `subsystem/event`, the nearest first.
    func similarTracepoints(to subsystem: String, _ event: String) -> [String]
    /// What a raw tracepoint hands over (TP_PROTO); nil when there is no such event.
    func rawTracepoint(named event: String) -> FunctionPrototype?
    /// Raw tracepoints that look like `event`.
    func similarRawTracepoints(to event: String) -> [String]
    /// The symbols of all entries of this machine's system calls, `__x64_sys_read`, in order.
    var systemCallSymbols: [String] { get }
    /// The functions of the kernel itself, without modules, that can be traced; nil if that is not known.
    var traceableFunctions: [String]? { get }
    /// Those of them that a regular expression matches anywhere in their name, each once; nil if they are not known.
    func traceableFunctions(matching expression: String) -> [String]?
    /// Whether a function can be traced, with or without a known prototype.
    func isTraceable(_ name: String) -> Bool
    /// The inodes of the namespaces of process 1, as far as they are known.
    var hostNamespaces: [NamespaceKind: UInt32] { get }
    /// Whether somebody tells which containers there are.
    var knowsWorkloads: Bool { get }
    /// Where a place of a user space file is, or why it cannot be probed; nil when this machine's files are not
    /// those that the policy is for.
    func place(_ name: UserPlaceName, inFile path: String) -> Result<FilePlace, FilePlaceProblem>?
    /// The function that a place of a user space file is in; nil when that is not known.
    func function(around place: UserPlaceName, inFile path: String) -> FunctionPart?
    /// The places of a static probe of a user space file, at least one, or why there are none; nil as above.
    func staticProbe(
        _ provider: String, _ name: String, inFile path: String
    ) -> Result<[StaticProbePlace], FilePlaceProblem>?
    /// The digests of a user space file, of the kinds that are asked for and that it has, or why it has none; nil as
    /// above.
    func digests(
        _ kinds: Set<BinaryDigest.Kind>, ofFile path: String
    ) -> Result<Set<BinaryDigest>, FilePlaceProblem>?
    /// Why a file says nothing of the types of a user space program; nil when it does, and as above.
    func typesProblem(ofFile path: String) -> FilePlaceProblem?
    /// Follows members and pointers from where a path starts.
    func follow(_ path: [PathStep], from start: PathStart) -> PathAnswer
}

/// How it shows what a kernel can do, and what there is to say where it cannot.
public enum KernelEvidence {
    /// A member of `struct bpf_prog_aux` (include/linux/bpf.h) of kernels that let uprobes change registers.
    public static let registerChanges = "kprobe_write_ctx"
    /// The release that brought it.
    public static let registerChangesSince = "6.18"
    /// What is said of a kernel without it.
    public static let noRegisterChanges = "uprobes can change registers since Linux \(registerChangesSince)"
    /// The helper's own function, which the option compiles in or not (kernel/trace/bpf_trace.c).
    public static let overrideReturn = "bpf_override_return"
    /// What is said of a kernel without it.
    public static let noOverrideReturn =
        "it is built without CONFIG_BPF_KPROBE_OVERRIDE, which needs CONFIG_FUNCTION_ERROR_INJECTION"
}

extension KernelFacts {
    /// Nothing is known.
    public func systemCall(named name: String) -> FunctionPrototype? { nil }
    /// Nothing is known.
    public func isCompatEntry(_ symbol: String) -> Bool { false }
    /// They are asked.
    public var lsmHooksUnavailable: String? { nil }
    /// They can.
    public var fileHashesUnavailable: String? { nil }
    /// It can.
    public var registerChangesUnavailable: String? { nil }
    /// It can.
    public var overrideReturnUnavailable: String? { nil }
    /// They are.
    public var knowsTracepoints: Bool { true }
    /// It is not.
    public var knowsEveryTracepoint: Bool { true }
    /// There is none.
    public func tracepoint(_ subsystem: String, _ event: String) -> TracepointFormat? { nil }
    /// They can be looked up.
    public var tracepointsUnavailable: String? { nil }
    /// Nothing is known.
    public func similarTracepoints(to subsystem: String, _ event: String) -> [String] { [] }
    /// There is none.
    public func rawTracepoint(named event: String) -> FunctionPrototype? { nil }
    /// Nothing is known.
    public func similarRawTracepoints(to event: String) -> [String] { [] }
    /// Nothing is known.
    public var systemCallSymbols: [String] { [] }
    /// Nothing is known.
    public var traceableFunctions: [String]? { nil }
    /// Looks at each.
    public func traceableFunctions(matching expression: String) -> [String]? {
        guard let pattern = try? Pattern(expression) else { return [] }
        var seen: Set<String> = []
        return traceableFunctions?.filter { pattern.matches($0) && seen.insert($0).inserted }
    }
    /// Nothing is known.
    public func isTraceable(_ name: String) -> Bool { false }
    /// None is known.
    public var hostNamespaces: [NamespaceKind: UInt32] { [:] }
    /// Nobody does.
    public var knowsWorkloads: Bool { false }
    /// Nothing is known.
    public func place(
        _ name: UserPlaceName, inFile path: String
    ) -> Result<FilePlace, FilePlaceProblem>? { nil }
    /// Of a symbol, what it says itself.
    public func function(around place: UserPlaceName, inFile path: String) -> FunctionPart? {
        if case .symbol(let name, let plus) = place { return FunctionPart(name: name, plus: plus) }
        return nil
    }
    /// Nothing is known.
    public func staticProbe(
        _ provider: String, _ name: String, inFile path: String
    ) -> Result<[StaticProbePlace], FilePlaceProblem>? { nil }
    /// Nothing is known.
    public func digests(
        _ kinds: Set<BinaryDigest.Kind>, ofFile path: String
    ) -> Result<Set<BinaryDigest>, FilePlaceProblem>? { nil }
    /// Nothing is known.
    public func typesProblem(ofFile path: String) -> FilePlaceProblem? { nil }
    /// Nothing is known.
    public func follow(_ path: [PathStep], from start: PathStart) -> PathAnswer { .unknown }
}
