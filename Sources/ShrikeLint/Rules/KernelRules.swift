// SPDX-License-Identifier: Apache-2.0
// SHR230 to SHR239: what differs between kernels, beyond what the checker asks of each.

internal import ShrikePolicy

extension PolicyLint {
    mutating func checkKernels() {
        for rule in hooks {
            switch rule.hook {
            case let kprobe as KprobeHook where kprobe.listName == nil && !kprobe.syscall:
                checkCopies(kprobe)
                checkTraceable(kprobe)
                checkChanges(kprobe.call.value, kprobe)
            case let lsm as LSMHook:
                checkChanges("bpf_lsm_" + lsm.hook.value, lsm)
            case let tracepoint as TracepointHook:
                checkTracepoint(tracepoint)
            default: break
            }
        }
    }

    private mutating func checkCopies(_ hook: KprobeHook) {
        guard let suffix = KnownFunctions.copySuffixes.first(where: { hook.call.value.contains($0) }) else {
            return
        }
        report(
            "SHR230", hook.call.range,
            "`\(suffix)` marks a copy that one build of one kernel has, with parameters of its own",
            help: "hook the function that calls it, or an LSM hook")
    }

    /// Functions that are there, and that nothing can be attached to.
    private mutating func checkTraceable(_ hook: KprobeHook) {
        let kept = kernels.filter { $0.isUntraceable(hook.call.value) }
        guard !kept.isEmpty else { return }
        report(
            "SHR234", hook.call.range, "\(code(hook.call.value)) cannot be traced",
            help: "hook the function that calls it, or one that it calls", kernels: kept.map(\.label))
    }

    /// Parameters whose type is not the same in all kernels.
    private mutating func checkChanges(_ symbol: String, _ hook: any PolicyHook) {
        let prototypes = kernels.compactMap { kernel in
            kernel.function(named: symbol).map { (kernel.label, $0) }
        }
        guard prototypes.count > 1 else { return }
        for argument in hook.arguments where argument.resolve == nil && argument.type.value != .nop {
            var kinds: [String: [String]] = [:]
            for (label, prototype) in prototypes {
                guard prototype.parameters.indices.contains(argument.index) else { continue }
                kinds[prototype.parameters[argument.index].spelling, default: []].append(label)
            }
            guard kinds.count > 1 else { continue }
            let all = kinds.sorted {
                $0.value.count > $1.value.count || $0.value.count == $1.value.count && $0.key < $1.key
            }
            let text = all.map { "\(code($0.key)) on \($0.value.joined(separator: ", "))" }
            report(
                "SHR231", argument.indexRange,
                "parameter \(argument.index) of \(code(hook.target.value)) is not the same on all kernels: "
                    + text.joined(separator: "; "),
                help: "make one policy for each, or hook something that did not change")
        }
    }

    private mutating func checkTracepoint(_ hook: TracepointHook) {
        let event = hook.event.value
        let areNames = ![hook.subsystem.value, event].contains { $0.utf8.contains(UInt8(ascii: "/")) }
        if areNames, let running = kernels.first(where: { $0.lists(hook.subsystem.value, event) == false }) {
            report(
                "SHR233", hook.event.range, severity: .error,
                "the running kernel has no trace event \(code(hook.target.value))",
                help: "`/sys/kernel/tracing/events` lists what it has", kernels: [running.label])
            return
        }
        // Those of single system calls are made in another way, and have no type of their own.
        if hook.subsystem.value == "syscalls" {
            let name = ["sys_enter_", "sys_exit_"].first { event.hasPrefix($0) }.map {
                event.dropFirst($0.count)
            }
            guard let name else { return }
            let missing = kernels.filter {
                $0.function(named: SyscallSymbol.symbol(for: "sys_\(name)")) == nil
            }
            guard missing.count == kernels.count, !missing.isEmpty else { return }
            report(
                "SHR233", hook.event.range, "no kernel has a system call `\(name)`",
                kernels: missing.map(\.label))
            return
        }
        let missing = kernels.filter {
            $0.lists(hook.subsystem.value, event) != true && $0.hasTracepoint(event) == false
        }
        guard !missing.isEmpty else { return }
        report(
            "SHR233", hook.event.range,
            missing.count == kernels.count
                ? "no kernel has a trace event \(code(event))"
                : "some kernels have no trace event \(code(event))",
            help: "modules may have it; `/sys/kernel/tracing/events` lists what a machine has",
            kernels: missing.map(\.label))
    }
}
