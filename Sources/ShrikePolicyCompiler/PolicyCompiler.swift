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
        let policies = policies.map { $0.expandingMacros().expandingLists(kernel) }
        let binaries = BinaryTable(policies: policies)
        let lineages = LineageTable(policies: policies)
        let scopes = ScopeTable(policies: policies)
        let enforcers = EnforcerTable(policies, kernel)
        var builders: [HookTarget: HookPlanBuilder] = [:]
        for (number, entry) in enforcers.entries.enumerated() {
            for call in entry.calls {
                let target = HookTarget(symbol: call.symbol, isSyscall: call.isSyscall)
                builders[target, default: HookPlanBuilder(target: target)].add(enforcer: number, entry)
            }
        }
        for (position, policy) in policies.enumerated() {
            let enforcer = enforcers.number(ofPolicyAt: position)
            for hook in policy.spec.kprobes + policy.spec.fentries {
                for function in policy.spec.functions(of: hook, kernel: kernel) {
                    add(hook, function, of: policy, enforcer, to: &builders, kernel)
                }
            }
            for hook in policy.spec.lsmHooks {
                let target = HookTarget(.lsm, symbol: hook.hook.value)
                builders[target, default: HookPlanBuilder(target: target)].add(
                    hook, of: policy, enforcer: enforcer, kernel)
            }
            for hook in policy.spec.tracepoints {
                let target = HookTarget(hook.raw ? .rawTracepoint : .tracepoint, symbol: hook.target.value)
                let format = hook.raw ? nil : kernel?.tracepoint(hook.subsystem.value, hook.event.value)
                builders[target, default: HookPlanBuilder(target: target)].add(
                    hook, of: policy, enforcer: enforcer, format: format, kernel)
            }
            for hook in policy.spec.uprobes where hook.leftOutWhole(kernel) == nil {
                for (target, half) in hook.targets(kernel, of: policy) {
                    builders[target, default: HookPlanBuilder(target: target)].add(
                        hook, half, of: policy, kernel)
                    if half == .entry { builders[target]?.refusals += hook.filtersThatComeTooLate() }
                    if half == .return { builders[target]?.refusals += hook.registersAtReturn() }
                }
            }
            for hook in policy.spec.usdts where hook.leftOutWhole(kernel) == nil {
                for (target, arguments) in hook.targets(kernel) {
                    builders[target, default: HookPlanBuilder(target: target)].add(
                        hook, of: policy, arguments: arguments, kernel)
                }
            }
        }
        var plan = PolicyPlan(hooks: [], binaries: binaries, lineages: lineages, scopes: scopes)
        plan.loader = policies.first { $0.spec.loader }.map {
            $0.spec.fields["loader"]?.nameRange ?? $0.name.range
        }
        var diagnostics = crossedLimits(binaries, policies) + crossedLimits(lineages)
        diagnostics += crossedLimits(scopes, kernel) + enforcers.crossedLimits
        for target in builders.keys.sorted() {
            guard let builder = builders[target] else { continue }
            do throws(CompileError) {
                plan.hooks.append(
                    try builder.build(binaries, lineages, scopes, kernel))
            } catch {
                diagnostics += error.diagnostics
            }
        }
        diagnostics += plan.returnsThatNeverCome
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
        _ hook: KprobeHook, _ function: HookedFunction, of policy: TracingPolicy, _ enforcer: Int?,
        to builders: inout [HookTarget: HookPlanBuilder], _ kernel: (any KernelFacts)?
    ) {
        for (target, half) in places(of: hook, function, of: policy) {
            builders[target, default: HookPlanBuilder(target: target)].add(
                hook, half, of: policy, enforcer: enforcer, kernel)
            if half == .entry { builders[target]?.refusals += hook.filtersThatComeTooLate() }
            if target.kind == .functionRegisters {
                builders[target]?.refusals += hook.impossibleWithRegisters()
            }
        }
    }

    /// Where a policy's hook on a function is put, in the order of its bits.
    public static func targets(
        of hook: KprobeHook, _ function: HookedFunction, of policy: TracingPolicy
    ) -> [HookTarget] {
        places(of: hook, function, of: policy).map(\.target)
    }

    private static func places(
        of hook: KprobeHook, _ function: HookedFunction, of policy: TracingPolicy
    ) -> [(target: HookTarget, half: HookHalf)] {
        let entry = HookTarget(symbol: function.symbol, isSyscall: function.isSyscall)
        if hook.readsRegisters, !function.isSyscall {
            return [(HookTarget(.functionRegisters, symbol: function.symbol), .whole)]
        }
        guard hook.returns && hook.returnArgument != nil || hook.copiesAtReturn else {
            return [(entry, .whole)]
        }
        let exit = HookTarget(.functionReturn, symbol: function.symbol, isSyscall: function.isSyscall)
        return [(exit, .return)] + (hook.actsAtEntry(of: policy) ? [(entry, .entry)] : [])
    }
}

extension PolicyHook {
    /// A hook that sees a return has something to do before the function runs.
    fileprivate func actsAtEntry(of policy: TracingPolicy) -> Bool {
        let isMonitored = policy.spec.mode == .monitor
        return selectors.contains {
            $0.actions.contains {
                $0.kind.value.tracksSockets || $0.kind.value.enforces && !isMonitored
            }
        }
    }
}

/// Why policies cannot be compiled together.
public struct CompileError: Error, Sendable {
    /// At least one.
    public var diagnostics: [Diagnostic]
}

extension ActionKind {
    fileprivate var enforces: Bool { [.sigkill, .signal, .override, .notifyEnforcer].contains(self) }
}

extension UserProbeHook {
    /// What the hook is put on, each place once, in the order of its bits; without those that the file lacks. One with
    /// `return: true` is two, as a kprobe's.
    /// - Parameter kernel: nil when it is not known; the places are not looked up then.
    public func targets(_ kernel: (any KernelFacts)?, of policy: TracingPolicy) -> [HookTarget] {
        targets(kernel, of: policy).map(\.target)
    }

    fileprivate func targets(
        _ kernel: (any KernelFacts)?, of policy: TracingPolicy
    ) -> [(target: HookTarget, half: HookHalf)] {
        var seen: Set<HookTarget> = []
        return places.flatMap { place -> [(target: HookTarget, half: HookHalf)] in
            guard let name = place.name else { return [] }
            let answer = kernel?.place(name, inFile: path.value)
            if case .failure? = answer { return [] }
            let found = answer.flatMap { try? $0.get() }
            let probe = UserProbe(
                path: path.value, name: name, text: place.text,
                referenceCounterOffset: place.referenceCounterOffset, place: found)
            guard seen.insert(HookTarget(probe)).inserted else { return [] }
            guard returns && returnArgument != nil || copiesAtReturn else {
                return [(HookTarget(probe), .whole)]
            }
            return [(HookTarget(probe, .userReturn), .return)]
                + (actsAtEntry(of: policy) ? [(HookTarget(probe), .entry)] : [])
        }
    }
}

extension USDTHook {
    /// What the hook is put on, each place of the probe, with its arguments there.
    /// - Parameter kernel: nil when it is not known; the hook is then one place, and its arguments are not known.
    public func targets(_ kernel: (any KernelFacts)?) -> [(target: HookTarget, arguments: [StaticArgument])] {
        let probe = UserProbe(path: path.value, name: nil, text: target.value)
        let found = kernel?.staticProbe(provider.value, name.value, inFile: path.value)
        if case .failure? = found { return [] }
        guard let places = found.flatMap({ try? $0.get() }) else {
            return [(HookTarget(probe, .staticProbe), [])]
        }
        var seen: Set<HookTarget> = []
        return places.compactMap { place in
            var probe = probe
            probe.place = place.place
            probe.referenceCounterOffset = place.referenceCounterOffset
            let target = HookTarget(probe, .staticProbe)
            return seen.insert(target).inserted ? (target, place.arguments) : nil
        }
    }
}
