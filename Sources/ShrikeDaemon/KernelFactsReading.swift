// SPDX-License-Identifier: Apache-2.0
// What the running kernel has, read when policies change.

internal import ShrikeBPF
internal import ShrikePolicy
internal import ShrikePolicyCompiler
internal import ShrikeSensors

/// One reading of the kernel's facts. Takes megabytes: not kept between changes.
struct KernelFactsReading {
    let facts: BTFKernelFacts
    let mechanisms: MechanismChoice

    /// Reads them.
    /// - Throws: `DaemonError` with what this kernel lacks, or what it refused.
    init(_ configuration: DaemonConfiguration) throws(DaemonError) {
        let types: KernelBTF
        do throws(BPFError) { types = try KernelBTF() } catch { throw .kernel(error) }
        let lacking = KernelFeature.missing(types)
        guard lacking.isEmpty else {
            let names = lacking.map { "\($0.name) (Linux \($0.since))" }.joined(separator: ", ")
            throw .refused("kernel \(KernelFacilities.release) lacks what shriked needs: \(names)")
        }
        facts = BTFKernelFacts(
            types: types, procfs: configuration.procfs,
            knowsWorkloads: !configuration.workloadFile.isEmpty || configuration.expectsPods)
        mechanisms = MechanismChoice(types: types, hasBPFLSM: KernelFacilities.hasBPFLSM())
    }
}

extension HookError {
    /// A hook that the kernel refused, as a finding at the first policy that asks for it.
    var diagnostic: Diagnostic {
        let help: String
        switch mechanism {
        case .modifyReturn:
            help =
                "Override needs a function that this kernel lets BPF answer for: an LSM hook or a `security_` function"
        case .lsm:
            help = "this kernel lets no BPF program answer at the hook"
        case .rawTracepoint, .tracepoint:
            help = "the kernel's reason is above; `--debug` shows all of it"
        case .userProbe, .userReturn:
            help = "the kernel's reason is above; `--debug` shows all of it"
        case .fentry, .fexit, .kprobe:
            help = "the function has no entry that BPF can attach to on this kernel; hook its caller"
        }
        let reason = cause.detail.isEmpty ? "errno \(cause.errno)" : cause.detail
        return Diagnostic(
            .error, .notAttachable, at: place,
            "`\(target.symbol)` cannot be hooked here: \(reason)",
            help: help)
    }
}
