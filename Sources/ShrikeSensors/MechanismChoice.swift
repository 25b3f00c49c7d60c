// SPDX-License-Identifier: Apache-2.0
// The cheapest way in that keeps a plan's meaning on this kernel.

public import ShrikeBPF
public import ShrikePolicyCompiler

/// Chooses how hooks are entered on the running kernel. Of one thread.
public final class MechanismChoice {
    private let types: KernelBTF
    private let hasBPFLSM: Bool
    /// Where the verifier lets a program name the type behind an address, since 6.2.
    private(set) lazy var knownTypes: KnownTypes? = {
        guard types.function(named: "bpf_rdonly_cast") != nil, let mount = types.number(ofStructure: "mount"),
            let dentry = types.number(ofStructure: "dentry"), hasShortNamesBehindInode,
            let task = types.number(ofStructure: "task_struct")
        else { return nil }
        return KnownTypes(mount: mount, dentry: dentry, task: task)
    }()

    /// Whether a dentry holds names of up to 31 bytes right behind its inode, as `bpf/extract/known_types.h` has it.
    private var hasShortNamesBehindInode: Bool {
        guard let inode = types.place(of: "d_inode", in: "dentry"),
            let name = types.place(of: "d_shortname", in: "dentry")
                ?? types.place(of: "d_iname", in: "dentry")
        else { return false }
        return name.lowerBound == inode.upperBound && name.count >= 32
    }

    /// - Parameters:
    ///   - types: the kernel's types.
    ///   - hasBPFLSM: whether BPF programs are asked at LSM hooks.
    public init(types: KernelBTF, hasBPFLSM: Bool) {
        self.types = types
        self.hasBPFLSM = hasBPFLSM
    }

    /// The mechanism for a plan.
    ///
    /// A plan that only observes takes fentry. One that enforces takes the function's LSM hook where there is one:
    /// a trampoline program that is preempted is *skipped* for the next task on that CPU (the recursion guard in
    /// kernel/bpf/trampoline.c), an LSM program is not; and it is cheaper than fmod_ret. Decision 0002.
    public func mechanism(for plan: HookPlan) -> HookMechanism {
        let names = plan.target.symbol.split(separator: "/", maxSplits: 1).map(String.init)
        switch plan.target.kind {
        case .function: break
        case .functionReturn: return .fexit
        case .functionRegisters: return .kprobe
        case .lsm: return .lsm(hook: plan.target.symbol)
        case .rawTracepoint: return .rawTracepoint(event: names[names.count - 1])
        case .tracepoint: return .tracepoint(subsystem: names[0], event: names[names.count - 1])
        case .userProbe, .staticProbe: return .userProbe
        case .userReturn: return .userReturn
        }
        guard plan.enforces else { return .fentry }
        if let hook = lsmHook(for: plan.target.symbol) { return .lsm(hook: hook) }
        return plan.refuses ? .modifyReturn : .fentry
    }

    /// What to try when the kernel refuses a mechanism: a kprobe sees the entry of functions that have too many
    /// parameters for a trampoline or no prototype in BTF. It costs more, and cannot refuse.
    public func fallback(for plan: HookPlan, after mechanism: HookMechanism) -> HookMechanism? {
        mechanism == .fentry && !plan.refuses ? .kprobe : nil
    }

    /// The parameters that are a `struct file *` or a `struct path *` by the hook's prototype, where the
    /// mechanism lets the verifier know: it then follows their members by plain loads.
    func typedParameters(of symbol: String, _ mechanism: HookMechanism) -> Set<Int> {
        let function: BTFFunction?
        switch mechanism {
        case .fentry, .fexit, .modifyReturn: function = types.function(named: symbol)
        case .lsm(let hook): function = types.function(named: "bpf_lsm_\(hook)")
        case .kprobe, .rawTracepoint, .tracepoint, .userProbe, .userReturn: function = nil
        }
        let objects: Set<BTFType> = [.pointer(to: "struct file"), .pointer(to: "struct path")]
        let parameters = function?.parameters ?? []
        return Set(parameters.indices.filter { objects.contains(parameters[$0].type) })
    }

    /// `file_open` for `security_file_open`, if it takes the same arguments and BPF is asked there.
    private func lsmHook(for symbol: String) -> String? {
        let prefix = "security_"
        guard hasBPFLSM, symbol.hasPrefix(prefix) else { return nil }
        let hook = String(symbol.dropFirst(prefix.count))
        guard let outer = types.function(named: symbol), let inner = types.function(named: "bpf_lsm_\(hook)"),
            outer.parameters.map(\.type) == inner.parameters.map(\.type), outer.returnType == inner.returnType
        else { return nil }
        return hook
    }
}
