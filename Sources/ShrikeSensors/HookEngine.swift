// SPDX-License-Identifier: Apache-2.0
// All hooks of the active policies, and how a set of plans becomes the next one.

internal import ShrikeABI
public import ShrikeBPF
internal import ShrikeEvents
public import ShrikePins
public import ShrikePolicy
public import ShrikePolicyCompiler

/// Keeps the kernel's hooks as the plan says. One thread at a time.
public final class HookEngine {
    private let layouts: HookLayouts
    private let processes: ProcessSensor
    private let pins: PinFolder?
    private let descendants: LineageFollower
    /// Told of what is known of control groups.
    public let workloads: ScopeFollower
    private var loader: LoaderSensor?
    private var hooks: [HookTarget: AttachedHook] = [:]
    private var hookIDs: [HookTarget: UInt32] = [:]
    private var binaries: BinaryTable?
    private var binariesGeneration: UInt32 = 0
    private var generation: UInt32 = 0
    private var retired: [SelectorKey: ActionCounts] = [:]
    /// No longer live, and perhaps still amid a call that they decide and count.
    private var detached: [(hook: AttachedHook, since: ContinuousClock.Instant)] = []
    private var settling: [(target: HookTarget, generation: UInt32, since: ContinuousClock.Instant)] = []

    /// - Parameters:
    ///   - layouts: told of each plan before its first event.
    ///   - processes: the sensor whose maps the hooks share.
    ///   - pins: where links are kept beyond this process; nil: nowhere.
    public init(layouts: HookLayouts, processes: ProcessSensor, pins: PinFolder?) {
        self.layouts = layouts
        self.processes = processes
        self.pins = pins
        descendants = LineageFollower(processes: processes)
        workloads = ScopeFollower(processes: processes)
    }

    /// Makes `plan` what is enforced.
    ///
    /// Each hook that changes is attached beside the one that it replaces and decides nothing. When all of them
    /// are in place, they are made live one by one, each by a single store, and what they replace is
    /// detached. A hook that stays as it is is not touched.
    /// - Parameter choice: how hooks are entered on this kernel.
    /// - Throws: the first refusal; the old plan is then still in force, whole.
    public func apply(_ plan: PolicyPlan, _ choice: MechanismChoice) throws(HookError) {
        let hooksOfPlan = try follow(plan, choice)
        let watched = loader != nil
        if let place = plan.loader, !watched { try watchLoads(place) }
        generation += 1
        let isSameTable = plan.binaries == binaries
        let table = isSameTable ? binariesGeneration : generation
        var next: [HookTarget: AttachedHook] = [:]
        var changed: [AttachedHook] = []
        do throws(HookError) {
            for hook in hooksOfPlan {
                if let known = hooks[hook.target], known.plan == hook, isSameTable || hook.candidates.isEmpty
                {
                    next[hook.target] = known
                    continue
                }
                let loaded = try load(hook, plan.binaries, table, choice)
                changed.append(loaded)
                next[hook.target] = loaded
            }
            for hook in changed { try makeLive(hook) }
        } catch {
            for hook in changed { takeBack(hook) }
            if !watched { loader = nil }
            throw error
        }
        if plan.loader == nil { loader = nil }
        let replaced = hooks.values.filter { next[$0.plan.target]?.generation != $0.generation }
        hooks = next
        (binaries, binariesGeneration) = (plan.binaries, table)
        for hook in replaced { retire(hook) }
        settling += changed.map { ($0.plan.target, $0.generation, .now) }
        // What is left of old lists costs a look-up and means nothing to anybody.
        try? descendants.keep(only: plan.lineages)
        workloads.keep(only: plan.scopes)
    }

    private func watchLoads(_ place: SourceRange) throws(HookError) {
        do throws(BPFError) { loader = try LoaderSensor(processes: processes) } catch {
            throw HookError(
                target: HookTarget(symbol: LoaderSensor.function), place: place, mechanism: .fentry,
                cause: error)
        }
    }

    /// The plan's hooks with the bits of the lists and scopes that they ask for.
    private func follow(_ plan: PolicyPlan, _ choice: MechanismChoice) throws(HookError) -> [HookPlan] {
        do throws(BPFError) {
            let lineages = try descendants.follow(plan.lineages)
            let scopes = try workloads.follow(plan.scopes)
            return plan.hooks.map { $0.withBits(lineages: lineages, scopes: scopes) }
        } catch {
            guard let first = plan.hooks.first else { return [] }
            throw HookError(
                target: first.target, place: first.place, mechanism: choice.mechanism(for: first),
                cause: error)
        }
    }

    /// Ends what changes leave for the calls that were on their way: call it now and then.
    ///
    /// A call that takes seconds from one program to the next is decided by both of them rather than by none.
    public func settle() {
        let now = ContinuousClock.now
        let ended = detached.prefix { $0.since < now - .seconds(1) }
        for (hook, _) in ended { end(hook) }
        detached.removeFirst(ended.count)
        // Only then: without the flag the newer program leaves no note, and the older would decide once more.
        let limit = now - .seconds(2)
        for change in settling where change.since < limit {
            guard let hook = hooks[change.target], hook.generation == change.generation else { continue }
            try? processes.makeLive(hookID: hook.id, generation: hook.generation)
        }
        settling.removeAll { $0.since < limit }
    }

    private func keepCounts(of hook: AttachedHook) {
        for (key, counts) in hook.counts { retired[key, default: ActionCounts()] += counts }
    }

    private func load(
        _ plan: HookPlan, _ binaries: BinaryTable, _ binariesGeneration: UInt32, _ choice: MechanismChoice
    ) throws(HookError) -> AttachedHook {
        let id = hookIDs[plan.target] ?? UInt32(hookIDs.count + 1)
        guard id < SHRIKE_MAX_HOOKS else {
            let limit = BPFError(
                "load", plan.target.symbol, errno: 0, detail: "more than \(SHRIKE_MAX_HOOKS - 1) hooks")
            throw HookError(
                target: plan.target, place: plan.place, mechanism: choice.mechanism(for: plan), cause: limit)
        }
        hookIDs[plan.target] = id
        var layout = plan.layout
        layout.hookID = id
        layout.generation = generation
        layouts.add(layout)
        var refusal: BPFError?
        let sensor = try attach(plan, binaries, binariesGeneration, hookID: id, choice, refusal: &refusal)
        let hook = AttachedHook(plan, sensor, id: id, generation: generation, refusal: refusal)
        if let pins {
            do throws(BPFError) {
                try hook.sensor.pin(at: pins.path(hook.pinName))
            } catch {
                discard(hook)
                throw HookError(
                    target: plan.target, place: plan.place, mechanism: hook.sensor.mechanism, cause: error)
            }
        }
        return hook
    }

    private func makeLive(_ hook: AttachedHook) throws(HookError) {
        do throws(BPFError) {
            try processes.makeLive(
                hookID: hook.id, generation: hook.generation, replaces: hooks[hook.plan.target] != nil)
        } catch {
            throw HookError(
                target: hook.plan.target, place: hook.plan.place, mechanism: hook.sensor.mechanism,
                cause: error)
        }
    }

    /// Attaches by the mechanism of choice, or, where the kernel refuses that one, by its substitute.
    /// - Parameter refusal: the first one: it tells more of the function than the substitute's.
    /// - Throws: the same, when there is no substitute or it was refused, too.
    private func attach(
        _ hook: HookPlan, _ binaries: BinaryTable, _ binariesGeneration: UInt32, hookID: UInt32,
        _ choice: MechanismChoice, refusal: inout BPFError?
    ) throws(HookError) -> HookSensor {
        let chosen = choice.mechanism(for: hook)
        var mechanism = chosen
        while true {
            do throws(BPFError) {
                return try HookSensor(
                    hook, binaries: binaries, mechanism: mechanism,
                    typed: choice.typedParameters(of: hook.target.symbol, mechanism),
                    known: choice.knownTypes, hookID: hookID,
                    generation: generation, binariesGeneration: binariesGeneration,
                    calls: hooks[hook.target]?.sensor.calls, processes: processes)
            } catch {
                refusal = refusal ?? error
                guard let next = choice.fallback(for: hook, after: mechanism) else {
                    throw HookError(
                        target: hook.target, place: hook.place, mechanism: chosen, cause: refusal ?? error)
                }
                mechanism = next
            }
        }
    }

    /// A hook that never became live, or is no longer wanted: its link goes with it.
    private func discard(_ hook: AttachedHook) {
        removePins(of: hook)
        layouts.retire(hookID: hook.id, generation: hook.generation)
    }

    private func removePins(of hook: AttachedHook) {
        pins?.remove(hook.pinName)
        if hook.sensor.mechanism.entryProgram != nil { pins?.remove(HookSensor.entryPin(hook.pinName)) }
    }

    /// Gives a hook back to the program that it was to replace.
    private func takeBack(_ hook: AttachedHook) {
        let before = hooks[hook.plan.target]?.generation ?? 0
        try? processes.makeLive(hookID: hook.id, generation: before)
        discard(hook)
    }

    /// Hooks that are no longer live, kept for the calls that were on their way.
    private static let detachedLimit = 64

    /// A hook that a newer one replaces stays attached until `settle`: a call that the newer program left to it has to
    /// find it there, whatever the kernel makes of a program that goes while a call is between the two.
    private func retire(_ hook: AttachedHook) {
        discard(hook)
        if hooks[hook.plan.target] == nil {
            // A plan without this hook: nothing takes its place, so it is told to stop.
            try? processes.makeLive(hookID: hook.id, generation: 0)
            hook.detach()
        }
        detached.append((hook, .now))
        if detached.count > Self.detachedLimit { end(detached.removeFirst().hook) }
    }

    private func end(_ hook: AttachedHook) {
        hook.detach()
        keepCounts(of: hook)
    }

    /// What is hooked and how, ordered by symbol; and why not by the mechanism of choice, where the kernel refused that.
    public var attached: [(target: HookTarget, mechanism: HookMechanism, refusal: BPFError?)] {
        hooks.values.map { ($0.plan.target, $0.sensor.mechanism, $0.refusal) }.sorted { $0.0 < $1.0 }
    }

    /// How often the programs on hooks ran, ordered by symbol. One program serves all policies on its hook.
    public var runs: [(target: HookTarget, mechanism: HookMechanism, runs: ProgramRuns)] {
        hooks.values.sorted { $0.plan.target < $1.plan.target }.compactMap { hook in
            guard let runs = try? hook.sensor.runs() else { return nil }
            return (hook.plan.target, hook.sensor.mechanism, runs)
        }
    }

    /// What policies' selectors have done, since each policy was loaded.
    public var counts: [SelectorKey: ActionCounts] {
        (Array(hooks.values) + detached.map(\.hook)).reduce(into: retired) { all, hook in
            for (key, counts) in hook.counts { all[key, default: ActionCounts()] += counts }
        }
    }

    /// Bytes of kernel memory by policy; what policies share is divided among them.
    public var kernelBytes: [PolicyKey: Int] {
        var bytes: [PolicyKey: Int] = [:]
        for hook in hooks.values {
            let policies = Set(hook.plan.layout.policies.map { PolicyKey($0) })
            for policy in policies { bytes[policy, default: 0] += hook.sensor.kernelBytes / policies.count }
        }
        return bytes
    }

    /// Forgets what a policy did: the next one of this name starts at nothing.
    public func forgetCounts(of policy: PolicyKey) {
        for (hook, _) in detached { hook.forget(policy) }
        retired = retired.filter { $0.key.policy != policy }
    }

    /// Detaches everything.
    public func removeAll() {
        for hook in hooks.values { removePins(of: hook) }
        hooks = [:]
        detached = []
        loader = nil
    }
}

/// The kernel refused a hook.
public struct HookError: Error, Sendable {
    /// What was to be hooked.
    public var target: HookTarget
    /// The first policy's word for it.
    public var place: SourceRange
    /// How.
    public var mechanism: HookMechanism
    /// What the kernel said.
    public var cause: BPFError
}

/// One hook in the kernel, with what it was made from.
private final class AttachedHook {
    let plan: HookPlan
    private(set) var sensor: HookSensor
    let id: UInt32
    let generation: UInt32

    /// Of the mechanism that the sensor's is a substitute for.
    let refusal: BPFError?

    init(
        _ plan: HookPlan, _ sensor: consuming HookSensor, id: UInt32, generation: UInt32, refusal: BPFError?
    ) {
        self.plan = plan
        self.sensor = sensor
        self.id = id
        self.generation = generation
        self.refusal = refusal
    }

    func detach() { sensor.detach() }

    private var forgotten: Set<PolicyKey> = []

    /// What it has counted for the policy, and will, is nobody's.
    func forget(_ policy: PolicyKey) { forgotten.insert(policy) }

    var pinName: String { "hook-\(id)-\(generation)" }

    /// What its selectors have done; empty when the kernel does not say.
    var counts: [(SelectorKey, ActionCounts)] {
        let hits = (try? sensor.hits()) ?? []
        var seen: [PolicyKey: Int] = [:]
        return zip(zip(plan.selectors, plan.layout.selectors), hits).compactMap { selector, hits in
            let policy = PolicyKey(plan.layout.policies[selector.1.policy])
            let index = seen[policy, default: 0]
            seen[policy] = index + 1
            guard !forgotten.contains(policy) else { return nil }
            return (
                SelectorKey(policy: policy, target: plan.target, index: index),
                ActionCounts(hits, of: selector.0, selector.1)
            )
        }
    }
}
