// SPDX-License-Identifier: Apache-2.0
// Policies that are loaded without a kernel, and what they do about a call.

internal import ShrikeABI
internal import ShrikeEvents
public import ShrikePolicy
public import ShrikePolicyCompiler

/// One selector of one hook of one policy.
public struct SelectorID: Sendable, Hashable, Comparable {
    /// The policy's place among the loaded ones.
    public var policy: Int
    /// The hook's place in `PolicySpec.hooks`.
    public var hook: Int
    /// The selector's place in the hook; 0 too when the hook has none.
    public var selector: Int

    /// In the order of the files.
    public static func < (left: SelectorID, right: SelectorID) -> Bool {
        (left.policy, left.hook, left.selector) < (right.policy, right.hook, right.selector)
    }
}

/// What the policies do about one call of a hooked function.
public struct Verdict: Sendable, Hashable {
    /// Of each policy's hook the selector that matched.
    public var selectors: [SelectorID] = []
    /// An event is sent.
    public var isPosted = false
    /// The error that the caller gets instead, negative; 0: the call goes on.
    public var overrideError = 0
    /// Signals that are sent to the process.
    public var signals: Set<Int> = []

    /// `deny`, `kill`, `signal`, else `post`; empty: none of it.
    public var words: [String] {
        var words: [String] = []
        if overrideError != 0 { words.append("deny") }
        if signals.contains(9) { words.append("kill") }
        if signals.contains(where: { $0 != 9 }) { words.append("signal") }
        return words.isEmpty && isPosted ? ["post"] : words
    }

    /// The words as one text.
    public var description: String { words.isEmpty ? "none" : words.joined(separator: " and ") }
}

/// A call that cannot be decided since the event does not say enough.
struct MissingValue: Error {
    let message: String
    /// The event's argument that is meant, if it is one.
    let argument: Int?
}

/// Loaded policies.
public final class PolicyWorld {
    /// The policies, in the order in which they are loaded.
    public let policies: [TracingPolicy]

    /// A plan that is ready to decide.
    private struct Loaded {
        var plan: HookPlan
        var matcher: PlanMatcher
        /// By selector bit.
        var selectors: [SelectorID]
    }

    private let functions: [String]
    /// By the policies that are for the process.
    private var loaded: [[Bool]: [Loaded]] = [:]

    /// - Parameters:
    ///   - policies: checked ones.
    ///   - functions: kernel functions that there are, for generated lists.
    /// - Throws: what shriked would say.
    public init(_ policies: [TracingPolicy], functions: [String] = []) throws(CompileError) {
        self.policies = policies
        self.functions = functions
        loaded[policies.map { _ in true }] = try load(policies.map { _ in true })
    }

    private func load(_ isFor: [Bool]) throws(CompileError) -> [Loaded] {
        let numbers = policies.indices.filter { isFor[$0] }
        let kernel = OfflineKernel(functions: functions)
        let plan = try PolicyCompiler.compile(numbers.map { policies[$0] }, kernel: kernel)
        return plan.hooks.map { hook in
            do throws(PlanMatcherError) {
                return Loaded(
                    plan: hook,
                    matcher: try PlanMatcher(
                        hook, binaries: plan.binaries, lineages: plan.lineages),
                    selectors: selectors(of: hook, numbers, kernel))
            } catch {
                preconditionFailure("the matcher has no map \(error.map)")
            }
        }
    }

    /// The selectors behind the bits of a plan: in the compiler's own order.
    private func selectors(of plan: HookPlan, _ numbers: [Int], _ kernel: OfflineKernel) -> [SelectorID] {
        var result: [SelectorID] = []
        for number in numbers {
            let policy = policies[number]
            for (position, hook) in policy.spec.hooks.enumerated()
            where isPart(hook, of: plan, policy, kernel) {
                result += (0..<max(hook.selectors.count, 1)).map {
                    SelectorID(policy: number, hook: position, selector: $0)
                }
            }
        }
        precondition(result.count == plan.selectors.count, "one bit a selector")
        return result
    }

    private func isPart(
        _ hook: any PolicyHook, of plan: HookPlan, _ policy: TracingPolicy, _ kernel: OfflineKernel
    ) -> Bool {
        switch hook {
        case let hook as KprobeHook:
            return policy.spec.functions(of: hook, kernel: kernel).contains {
                PolicyCompiler.targets(of: hook, $0, of: policy).contains(plan.target)
            }
        case let hook as LSMHook:
            return plan.target == HookTarget(.lsm, symbol: hook.hook.value)
        case let hook as TracepointHook:
            return plan.target
                == HookTarget(hook.raw ? .rawTracepoint : .tracepoint, symbol: hook.target.value)
        case let hook as UserProbeHook:
            return hook.targets(kernel, of: policy).contains(plan.target)
        case let hook as USDTHook:
            return hook.targets(kernel).contains { $0.target == plan.target }
        default:
            return false
        }
    }

    /// The places that some policy hooks.
    public var hooks: [EventHook] {
        var seen: Set<EventHook> = []
        return (loaded[policies.map { _ in true }] ?? []).map { EventHook($0.plan.target) }
            .filter { seen.insert($0).inserted }
    }

    /// Decides one call.
    func decide(_ event: WorldEvent) throws -> Verdict {
        let isFor = policies.map { $0.isFor(event.process) }
        if loaded[isFor] == nil { loaded[isFor] = try load(isFor) }
        var verdict = Verdict()
        for hook in loaded[isFor] ?? [] where event.hook.isPlace(of: hook.plan.target) {
            let isReturn = hook.plan.target.seesResult
            let arguments = try hook.plan.arguments.enumerated().map { number, argument in
                try event.reading(number, argument, of: hook.plan)
            }
            let found = hook.matcher.decide(
                event.process.reading, arguments, result: event.result ?? Int64(verdict.overrideError))
            verdict.isPosted = verdict.isPosted || found.isPosted
            if found.overrideError != 0, verdict.overrideError == 0, !isReturn {
                verdict.overrideError = found.overrideError
            }
            // What a return hook says of its entry is told by the plan of the entry.
            for signal in isReturn ? [found.returnSignal] : [found.signal] where signal != 0 {
                verdict.signals.insert(signal)
            }
            for bit in found.selectors where !verdict.selectors.contains(hook.selectors[bit]) {
                verdict.selectors.append(hook.selectors[bit])
            }
        }
        verdict.selectors.sort()
        return verdict
    }
}
