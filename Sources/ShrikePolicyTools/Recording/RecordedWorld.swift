// SPDX-License-Identifier: Apache-2.0
// Policies that recorded events are shown to. Which functions a kernel has is known only from the events themselves.

internal import ShrikePolicy
internal import ShrikePolicyCompiler

/// Loaded policies, which learn of kernel functions as events name them.
struct RecordedWorld {
    let policies: [TracingPolicy]
    private(set) var loaded: PolicyWorld
    private var functions: Set<String> = []
    /// Lists that are generated from the kernel's functions are in some policy.
    private let dependsOnFunctions: Bool

    /// - Throws: what shriked would say of the policies.
    init(_ policies: [TracingPolicy]) throws(CompileError) {
        self.policies = policies
        dependsOnFunctions = policies.contains { policy in
            policy.spec.hooks.contains { ($0 as? KprobeHook)?.listName != nil }
        }
        loaded = try PolicyWorld(policies)
    }

    /// Makes sure that lists have a function, if they could.
    /// - Returns: whether the policies were loaded anew.
    mutating func learn(_ hook: EventHook) throws(RecordingGap) -> Bool {
        guard dependsOnFunctions, functions.insert(hook.symbol).inserted else { return false }
        do {
            loaded = try PolicyWorld(policies, functions: functions.sorted())
        } catch {
            throw RecordingGap("calls with which the policies do not compile")
        }
        return true
    }
}
