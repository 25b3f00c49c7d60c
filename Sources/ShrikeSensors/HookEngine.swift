// SPDX-License-Identifier: Apache-2.0
// All hooks of the active policies, and how a set of plans becomes the next one.

public import ShrikeBPF
public import ShrikeEvents
public import ShrikePolicy
public import ShrikePolicyCompiler

internal import Synchronization

/// Keeps the kernel's hooks as the plan says. One thread at a time.
public final class HookEngine {
    private let choice: MechanismChoice
    private let layouts: HookLayouts
    private var hooks: [HookTarget: HookSensorBox] = [:]
    private var hookIDs: [HookTarget: UInt32] = [:]
    private var generation: UInt32 = 0

    /// - Parameters:
    ///   - choice: how hooks are entered on this kernel.
    ///   - layouts: told of each plan before its first event.
    public init(choice: MechanismChoice, layouts: HookLayouts) {
        self.choice = choice
        self.layouts = layouts
    }

    /// Makes `plan` what is enforced: every new program is attached before any old one goes.
    /// - Throws: the first refusal; the old plan is then still in force, whole.
    public func apply(_ plan: PolicyPlan, processes: borrowing ProcessSensor) throws(HookError) {
        generation += 1
        var next: [HookTarget: HookSensorBox] = [:]
        for hook in plan.hooks {
            let id = hookIDs[hook.target] ?? UInt32(hookIDs.count + 1)
            hookIDs[hook.target] = id
            var layout = hook.layout
            layout.hookID = id
            layout.generation = generation
            layouts.add(layout)
            next[hook.target] = try attach(hook, plan.binaries, hookID: id, processes)
        }
        hooks = next
    }

    /// Attaches by the mechanism of choice, or, where the kernel refuses that one, by its substitute.
    /// - Throws: the first refusal: it tells more of the function than the substitute's.
    private func attach(
        _ hook: HookPlan, _ binaries: BinaryTable, hookID: UInt32, _ processes: borrowing ProcessSensor
    ) throws(HookError) -> HookSensorBox {
        let chosen = choice.mechanism(for: hook)
        var mechanism = chosen
        var refusal: BPFError?
        while true {
            do throws(BPFError) {
                return HookSensorBox(
                    try HookSensor(
                        hook, binaries: binaries, mechanism: mechanism,
                        typed: choice.typedParameters(of: hook.target.symbol, mechanism), hookID: hookID,
                        generation: generation, processes: processes))
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

    /// What is hooked and how, ordered by symbol.
    public var attached: [(target: HookTarget, mechanism: HookMechanism)] {
        hooks.values.map { ($0.sensor.target, $0.sensor.mechanism) }.sorted { $0.0 < $1.0 }
    }

    /// Detaches everything.
    public func removeAll() { hooks = [:] }
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

private final class HookSensorBox {
    let sensor: HookSensor
    init(_ sensor: consuming HookSensor) { self.sensor = sensor }
}

/// The layouts of all plans that records in the rings may still be of. Any thread.
public final class HookLayouts: Sendable {
    private struct Key: Hashable {
        var hookID: UInt32
        var generation: UInt32
    }

    private let known = Mutex<[Key: HookEventLayout]>([:])

    /// No layouts yet.
    public init() {}

    func add(_ layout: HookEventLayout) {
        known.withLock { $0[Key(hookID: layout.hookID, generation: layout.generation)] = layout }
    }

    /// The layout of one generation of a hook, nil when it was never loaded.
    public func layout(hookID: UInt32, generation: UInt32) -> HookEventLayout? {
        known.withLock { $0[Key(hookID: hookID, generation: generation)] }
    }
}
