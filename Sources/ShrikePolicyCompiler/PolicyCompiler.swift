// SPDX-License-Identifier: Apache-2.0
// All active policies in, one plan for each distinct hook out. Pure: no kernel, no BPF.

internal import ShrikeABI
public import ShrikePolicy

/// Compiles checked policies.
public enum PolicyCompiler {
    /// Plans all hooks of all policies.
    ///
    /// The policies have passed `PolicyChecker` and `FeatureSupport`. What remains to go wrong are the limits
    /// that policies reach together on one hook.
    /// - Parameter kernel: what the kernel has: fields of tracepoints, members of generated lists.
    /// - Throws: the diagnostics, each at the place that crosses a limit; nothing is planned then.
    public static func compile(
        _ policies: [TracingPolicy], kernel: (any KernelFacts)? = nil
    ) throws(CompileError) -> PolicyPlan {
        let policies = policies.map { $0.expandingMacros() }
        let binaries = BinaryTable(policies: policies)
        let lineages = LineageTable(policies: policies)
        let scopes = ScopeTable(policies: policies)
        var builders: [HookTarget: HookPlanBuilder] = [:]
        for policy in policies {
            for hook in policy.spec.kprobes + policy.spec.fentries {
                for function in policy.spec.functions(of: hook, kernel: kernel) {
                    add(hook, function, of: policy, to: &builders)
                }
            }
            for hook in policy.spec.lsmHooks {
                let target = HookTarget(.lsm, symbol: hook.hook.value)
                builders[target, default: HookPlanBuilder(target: target)].add(hook, of: policy)
            }
            for hook in policy.spec.tracepoints {
                let target = HookTarget(hook.raw ? .rawTracepoint : .tracepoint, symbol: hook.target.value)
                let format = hook.raw ? nil : kernel?.tracepoint(hook.subsystem.value, hook.event.value)
                builders[target, default: HookPlanBuilder(target: target)].add(
                    hook, of: policy, format: format)
            }
        }
        var plan = PolicyPlan(hooks: [], binaries: binaries, lineages: lineages, scopes: scopes)
        var diagnostics = crossedLimits(binaries, policies) + crossedLimits(lineages)
        diagnostics += crossedLimits(scopes, kernel)
        for target in builders.keys.sorted() {
            guard let builder = builders[target] else { continue }
            do throws(CompileError) {
                plan.hooks.append(
                    try builder.build(binaries, lineages, scopes, host: kernel?.hostNamespaces ?? [:]))
            } catch {
                diagnostics += error.diagnostics
            }
        }
        guard diagnostics.isEmpty else { throw CompileError(diagnostics: diagnostics) }
        return plan
    }

    /// The kernel keeps a class in 16 bits.
    private static func crossedLimits(_ binaries: BinaryTable, _ policies: [TracingPolicy]) -> [Diagnostic] {
        let limit = Int(UInt16.max)
        guard max(binaries.classCount, binaries.endClassCount) > limit, let last = policies.last else {
            return []
        }
        return [
            Diagnostic(
                .error, .hookLimit, at: last.name.range,
                "all policies together name more than \(limit) binaries",
                help: "use `Prefix` or `Postfix` for binaries that lie together")
        ]
    }

    private static func crossedLimits(_ scopes: ScopeTable, _ kernel: (any KernelFacts)?) -> [Diagnostic] {
        if let range = scopes.first, let kernel, !kernel.knowsWorkloads {
            return [
                Diagnostic(
                    .error, .hookLimit, at: range,
                    "shriked is not told which workloads there are, so no selector of pods, containers or hosts can match",
                    help: "start shriked with `--workload-file`")
            ]
        }
        guard let range = scopes.overflow else { return [] }
        return [
            Diagnostic(
                .error, .hookLimit, at: range,
                "all policies together are for more than \(SHRIKE_MAX_SCOPES) different workloads",
                help: "use the same selectors in several policies")
        ]
    }

    private static func crossedLimits(_ lineages: LineageTable) -> [Diagnostic] {
        guard let range = lineages.overflow else { return [] }
        return [
            Diagnostic(
                .error, .hookLimit, at: range,
                "all policies together follow the descendants of more than \(SHRIKE_MAX_LINEAGES) lists of binaries and process ids",
                help: "use the same list in several selectors")
        ]
    }

    /// A hook with `return: true` is two: what it enforces happens at the function's entry, everything else at
    /// its return. Decision 0005.
    private static func add(
        _ hook: KprobeHook, _ function: HookedFunction, of policy: TracingPolicy,
        to builders: inout [HookTarget: HookPlanBuilder]
    ) {
        let entry = HookTarget(symbol: function.symbol, isSyscall: function.isSyscall)
        guard hook.returns, hook.returnArgument != nil else {
            builders[entry, default: HookPlanBuilder(target: entry)].add(hook, of: policy)
            return
        }
        let exit = HookTarget(.functionReturn, symbol: function.symbol, isSyscall: function.isSyscall)
        builders[exit, default: HookPlanBuilder(target: exit)].add(hook, .return, of: policy)
        let enforces = hook.selectors.contains { $0.actions.contains { $0.kind.value.enforces } }
        guard enforces, policy.spec.mode != .monitor else { return }
        builders[entry, default: HookPlanBuilder(target: entry)].add(hook, .entry, of: policy)
    }
}

/// Why policies cannot be compiled together.
public struct CompileError: Error, Sendable {
    /// At least one.
    public var diagnostics: [Diagnostic]
}

extension ActionKind {
    fileprivate var enforces: Bool { self == .sigkill || self == .signal || self == .override }
}
