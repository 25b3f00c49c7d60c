// SPDX-License-Identifier: Apache-2.0
// The active policies: every change is checked and compiled as a whole, then put into the kernel without a gap.

internal import Logging
internal import ShrikeBPF
internal import ShrikePolicy
internal import ShrikePolicyCompiler
internal import ShrikeSensors
internal import ShrikeSymbols
internal import Synchronization

/// All policies of this daemon.
// SAFETY: everything that changes is behind `state`; one change at a time.
final class PolicyManager: PolicyControl, @unchecked Sendable {
    fileprivate struct Entry {
        var id: UInt64
        var identity: PolicyIdentity
        var policy: TracingPolicy
        var state: PolicyState
        /// As in `PolicyStatus`.
        var leftOut: [Int: LeftOutHook] = [:]
        var mode: PolicyMode { policy.spec.mode ?? .enforce }
    }

    fileprivate struct State {
        var entries: [Entry] = []
        var nextID: UInt64 = 2
    }

    private let engine: HookEngine
    private let symbols: StackSymbols
    private let kernel: @Sendable () throws(PolicyRefusal) -> KernelFactsReading
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameters:
    ///   - symbols: told when stack traces are about to come.
    ///   - kernel: reads what the running kernel has; called for each change, since keeping it takes memory.
    init(
        engine: HookEngine, symbols: StackSymbols, logger: Logger,
        kernel: @escaping @Sendable () throws(PolicyRefusal) -> KernelFactsReading
    ) {
        self.engine = engine
        self.symbols = symbols
        self.kernel = kernel
        self.logger = logger
    }

    // MARK: Changes

    /// The policies of files, checked already; the first ones.
    func start(with policies: [TracingPolicy], _ kernel: KernelFactsReading) throws(PolicyRefusal) {
        try change(kernel) { state in
            for policy in policies { state.append(policy, domain: PolicyDomain.files) }
        }
    }

    @discardableResult
    func make(_ changes: [PolicyChange], domain: String) throws(PolicyRefusal) -> [PolicyIdentity] {
        let start = ContinuousClock.now
        let kernel = try self.kernel()
        let steps = try read(changes, kernel)
        let checked = ContinuousClock.now
        try change(kernel) { (state) throws(PolicyRefusal) in try state.make(steps, domain: domain) }
        logger.info(
            "policies changed",
            metadata: [
                "policies.changes": "\(changes.count)", "policies.checked_after": "\(checked - start)",
                "policies.in_force_after": "\(ContinuousClock.now - start)",
            ])
        var present: [PolicyIdentity] = []
        for step in steps {
            switch step {
            case .add(let policies), .replace(let policies):
                let identities = policies.map { PolicyIdentity($0, domain: domain) }
                present += identities
                log(identities, step)
            case .delete(let policy):
                state.withLock { _ in engine.forgetCounts(of: policy.key) }
                log([policy], step)
            }
        }
        return present
    }

    private func log(_ policies: [PolicyIdentity], _ step: PolicyStep) {
        let message: Logger.Message =
            switch step {
            case .add: "policy added"
            case .replace: "policy replaced"
            case .delete: "policy deleted"
            }
        for policy in policies { logger.info(message, metadata: policy.metadata) }
    }

    func configure(
        _ policy: PolicyIdentity, isEnabled: Bool?, mode: PolicyMode?
    ) throws(PolicyRefusal) {
        let reading = try kernel()
        try change(reading) { (state) throws(PolicyRefusal) in
            let index = try state.index(of: policy)
            if isEnabled == true, state.entries[index].state == .disabled {
                // Files may be others than they were.
                try Self.recheck(state.entries[index].policy, reading.facts)
            }
            if let isEnabled { state.entries[index].state = isEnabled ? .enabled : .disabled }
            if let mode { state.entries[index].policy.spec.imposedMode = mode }
        }
        var metadata = policy.metadata
        if let isEnabled { metadata["policy.enabled"] = "\(isEnabled)" }
        if let mode { metadata["policy.mode"] = "\(mode)" }
        logger.info("policy configured", metadata: metadata)
    }

    /// Makes a change whole or not at all.
    private func change(
        _ kernel: KernelFactsReading, _ body: (inout State) throws(PolicyRefusal) -> Void
    ) throws(PolicyRefusal) {
        let failure: PolicyRefusal? = state.withLock { state in
            var next = state
            do throws(PolicyRefusal) {
                try body(&next)
                try apply(next, kernel)
                next.leaveOut(kernel.facts, logger)
            } catch {
                return error
            }
            state = next
            return nil
        }
        if let failure { throw failure }
    }

    private func apply(_ state: State, _ kernel: KernelFactsReading) throws(PolicyRefusal) {
        let active = state.entries.filter { $0.state == .enabled }.map(\.policy)
        var diagnostics = PolicyChecker.checkDuplicates(active)
        diagnostics += NodeSelectors.check(
            state.entries.filter { $0.identity.domain != PolicyDomain.kubernetes }.map(\.policy))
        guard diagnostics.isEmpty else { throw .invalid(diagnostics) }
        let plan: PolicyPlan
        do throws(CompileError) {
            plan = try PolicyCompiler.compile(active, kernel: kernel.facts)
        } catch {
            throw .invalid(error.diagnostics)
        }
        // Whoever reads the rings has no time for it.
        if plan.hasKernelStacks { Task.detached { [symbols] in symbols.prepareKernel() } }
        do throws(HookError) {
            try engine.apply(plan, kernel.mechanisms)
        } catch {
            throw .invalid([error.diagnostic])
        }
    }

    private static func recheck(
        _ policy: TracingPolicy, _ kernel: any KernelFacts
    ) throws(PolicyRefusal) {
        let errors = PolicyChecker.check(policy, kernel: kernel).filter { $0.severity == .error }
        guard errors.isEmpty else { throw .invalid(errors) }
    }

    /// Reads and checks all texts.
    private func read(
        _ changes: [PolicyChange], _ kernel: KernelFactsReading
    ) throws(PolicyRefusal) -> [PolicyStep] {
        var errors: [Diagnostic] = []
        var steps: [PolicyStep] = []
        for change in changes {
            switch change {
            case .add(let yaml, let file): steps.append(.add(read(yaml, file, kernel, &errors)))
            case .replace(let yaml, let file): steps.append(.replace(read(yaml, file, kernel, &errors)))
            case .delete(let policy): steps.append(.delete(policy))
            }
        }
        guard errors.isEmpty else { throw .invalid(errors) }
        return steps
    }

    private func read(
        _ yaml: String, _ file: String, _ kernel: KernelFactsReading, _ errors: inout [Diagnostic]
    ) -> [TracingPolicy] {
        let result = PolicyLoader.load(Array(yaml.utf8), file: file)
        var diagnostics = result.diagnostics
        if !diagnostics.hasErrors {
            for policy in result.policies {
                diagnostics += PolicyChecker.check(policy, kernel: kernel.facts)
                diagnostics += FeatureSupport.check(policy)
            }
        }
        errors += diagnostics.filter { $0.severity == .error }
        return result.policies
    }

    // MARK: What there is

    /// What is hooked, and how; and why not by the mechanism of choice, where the kernel refused that.
    var attached: [(target: HookTarget, mechanism: HookMechanism, refusal: BPFError?)] {
        state.withLock { _ in engine.attached }
    }

    func list() -> [PolicyStatus] {
        state.withLock { state in
            let counts = Dictionary(grouping: engine.counts) { $0.key.policy }
            let bytes = engine.kernelBytes
            return state.entries.map { entry in
                let mine = counts[entry.identity.key] ?? []
                return PolicyStatus(
                    id: entry.id, identity: entry.identity, state: entry.state, mode: entry.mode,
                    hooks: entry.policy.spec.hooks.map(\.description),
                    leftOut: entry.state == .enabled ? entry.leftOut : [:],
                    kernelBytes: entry.state == .enabled ? bytes[entry.identity.key] ?? 0 : 0,
                    counts: mine.reduce(into: ActionCounts()) { $0 += $1.value },
                    selectorCounts: Dictionary(uniqueKeysWithValues: mine))
            }
        }
    }

    func runs() -> [HookRuns] {
        state.withLock { _ in
            engine.runs.map {
                HookRuns(
                    target: $0.target, section: $0.mechanism.program, runCount: $0.runs.count,
                    nanoseconds: $0.runs.nanoseconds, recursionMisses: $0.runs.recursionMisses)
            }
        }
    }

    /// Lets what is pinned go on when this process ends: links that are closed in an orderly way are disabled first.
    func leaveInPlace() { _ = unsafe Unmanaged.passRetained(self) }

    /// See `HookEngine.settle`.
    func settle() { state.withLock { _ in engine.settle() } }

    /// Detaches everything, at the end.
    func removeAll() { state.withLock { _ in engine.removeAll() } }
}

extension PolicyManager.State {
    /// Makes changes in their order; of thousands each has to find its policy at once.
    fileprivate mutating func make(_ steps: [PolicyStep], domain: String) throws(PolicyRefusal) {
        var places = Dictionary(
            entries.indices.map { (entries[$0].identity, $0) }, uniquingKeysWith: { first, _ in first })
        var gone: Set<Int> = []
        for step in steps {
            switch step {
            case .add(let policies):
                for policy in policies {
                    let identity = PolicyIdentity(policy, domain: domain)
                    if let known = places[identity] {
                        guard case .loadError = entries[known].state else {
                            throw .refused(
                                "failed to add tracing policy \(identity), a sensor collection with the key already exists"
                            )
                        }
                        gone.insert(known)
                    }
                    places[identity] = entries.count
                    append(policy, domain: domain)
                }
            case .replace(let policies):
                for policy in policies {
                    let identity = PolicyIdentity(policy, domain: domain)
                    guard let index = places[identity] else { throw .unknown(identity) }
                    entries[index].policy = policy
                    entries[index].state = .enabled
                }
            case .delete(let identity):
                guard let index = places.removeValue(forKey: identity) else { throw .unknown(identity) }
                gone.insert(index)
            }
        }
        guard !gone.isEmpty else { return }
        entries = entries.indices.filter { !gone.contains($0) }.map { entries[$0] }
    }

    fileprivate mutating func append(_ policy: TracingPolicy, domain: String) {
        entries.append(
            PolicyManager.Entry(
                id: nextID, identity: PolicyIdentity(policy, domain: domain), policy: policy, state: .enabled)
        )
        nextID += 1
    }

    /// Notes which hooks of the active policies were left out, and tells of those that were not before.
    fileprivate mutating func leaveOut(_ kernel: any KernelFacts, _ logger: Logger) {
        for index in entries.indices where entries[index].state == .enabled {
            let entry = entries[index]
            var found: [Int: LeftOutHook] = [:]
            for (position, hook) in entry.policy.spec.hooks.enumerated() {
                guard let hole = hook.leftOut(kernel) else { continue }
                found[position] = hole
                guard entry.leftOut[position] != hole else { continue }
                var metadata = entry.identity.metadata
                metadata["hook"] = "\(hook.description)"
                metadata["reason"] = "\(hole.reason)"
                logger.warning("hook left out", metadata: metadata)
            }
            entries[index].leftOut = found
        }
    }

    fileprivate func index(of identity: PolicyIdentity) throws(PolicyRefusal) -> Int {
        guard let index = entries.firstIndex(where: { $0.identity == identity }) else {
            throw .unknown(identity)
        }
        return index
    }
}

/// A change whose text has been read and checked.
private enum PolicyStep {
    case add([TracingPolicy])
    case replace([TracingPolicy])
    case delete(PolicyIdentity)
}

extension PolicyRefusal {
    fileprivate static func unknown(_ identity: PolicyIdentity) -> PolicyRefusal {
        .refused("tracing policy \(identity) does not exist")
    }
}

extension PolicyIdentity: CustomStringConvertible {
    init(_ policy: TracingPolicy, domain: String) {
        self.init(name: policy.name.value, namespace: policy.namespace?.value ?? "", domain: domain)
    }

    var key: PolicyKey { PolicyKey(name: name, namespace: namespace) }

    /// `namespace/name (domain)`, without what is empty.
    public var description: String { (namespace.isEmpty ? name : "\(namespace)/\(name)") + " (\(domain))" }

    fileprivate var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["policy.name": "\(name)", "policy.domain": "\(domain)"]
        if !namespace.isEmpty { metadata["policy.namespace"] = "\(namespace)" }
        return metadata
    }
}

extension PolicyHook {
    /// `kprobe:security_file_open`, `tracepoint:sched/sched_process_exec`.
    fileprivate var description: String {
        switch section {
        case .kprobes: "kprobe:\(target.value)"
        case .fentries: "fentry:\(target.value)"
        case .tracepoints: "tracepoint:\(target.value)"
        case .lsmHooks: "lsm:\(target.value)"
        case .uprobes: "uprobe:\(target.value)"
        case .usdts: "usdt:\(target.value)"
        }
    }
}
