// SPDX-License-Identifier: Apache-2.0
// From policy files to plans, checked against the running kernel.

internal import Logging
internal import ShrikeBPF
internal import ShrikePolicy
internal import ShrikePolicyCompiler
internal import ShrikeSensors

/// Policies that the kernel can be given.
struct PolicyPlanning {
    let policies: [TracingPolicy]
    let hooks: PolicyPlan
    let mechanisms: MechanismChoice

    /// Reads, checks and compiles all policies of a configuration.
    /// - Throws: `DaemonError` with the first kind of trouble, all findings of it.
    static func plan(_ configuration: DaemonConfiguration, _ logger: Logger) throws(DaemonError) -> PolicyPlanning {
        let types: KernelBTF
        do throws(BPFError) { types = try KernelBTF() } catch { throw .kernel(error) }
        let lacking = KernelFeature.missing(types)
        guard lacking.isEmpty else {
            let names = lacking.map { "\($0.name) (Linux \($0.since))" }.joined(separator: ", ")
            throw .refused("kernel \(KernelFacilities.release) lacks what shriked needs: \(names)")
        }
        let kernel = BTFKernelFacts(types: types)
        let (policies, warnings) = try PolicyFiles.load(
            files: configuration.policyFiles, folders: configuration.policyFolders, kernel: kernel)
        for warning in warnings { logger.warning("policy", metadata: ["diagnostic": "\(warning)"]) }
        do throws(CompileError) {
            return PolicyPlanning(
                policies: policies, hooks: try PolicyCompiler.compile(policies, kernel: kernel),
                mechanisms: MechanismChoice(types: types, hasBPFLSM: KernelFacilities.hasBPFLSM()))
        } catch {
            throw .policies(error.diagnostics)
        }
    }

    /// A hook that the kernel refused, as a finding at the first policy that asks for it.
    func diagnostic(for error: HookError) -> Diagnostic {
        let help: String
        switch error.mechanism {
        case .modifyReturn:
            help =
                "Override needs a function that this kernel lets BPF answer for: an LSM hook or a `security_` function"
        case .lsm:
            help = "this kernel lets no BPF program answer at the hook"
        case .rawTracepoint, .tracepoint:
            help = "the kernel's reason is above; `--debug` shows all of it"
        case .fentry, .fexit, .kprobe:
            help = "the function has no entry that BPF can attach to on this kernel; hook its caller"
        }
        let reason = error.cause.detail.isEmpty ? "errno \(error.cause.errno)" : error.cause.detail
        return Diagnostic(
            .error, .notAttachable, at: error.place, "`\(error.target.symbol)` cannot be hooked here: \(reason)",
            help: help)
    }
}
