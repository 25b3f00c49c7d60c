// SPDX-License-Identifier: Apache-2.0
// What policies did, counted by the programs themselves: exact whether or not an event arrives.

internal import ShrikeEvents
public import ShrikePolicyCompiler

/// A policy as events name it.
public struct PolicyKey: Sendable, Hashable {
    /// `metadata.name`.
    public var name: String
    /// `metadata.namespace`, empty for a cluster-wide one.
    public var namespace: String

    /// A policy.
    public init(name: String, namespace: String) {
        self.name = name
        self.namespace = namespace
    }

    init(_ layout: PolicyEventLayout) { self.init(name: layout.name, namespace: layout.namespace ?? "") }
}

/// One selector of one policy on one hook.
public struct SelectorKey: Sendable, Hashable {
    /// Its policy.
    public var policy: PolicyKey
    /// Where it is hooked.
    public var target: HookTarget
    /// Its number among the policy's selectors there, from 0.
    public var index: Int
}

/// How often each kind of action was taken.
public struct ActionCounts: Sendable, Equatable {
    /// Events posted; in the kernel, whether or not they arrived.
    public var post: UInt64 = 0
    /// Matches that post nothing.
    public var noPost: UInt64 = 0
    /// Signals sent, SIGKILL among them.
    public var signal: UInt64 = 0
    /// Operations refused, and processes changed (Override and Set of user space probes).
    public var override: UInt64 = 0
    /// Signals that monitor mode held back.
    public var monitorSignal: UInt64 = 0
    /// Refusals that monitor mode held back.
    public var monitorOverride: UInt64 = 0
    /// Events that a rate limit kept back.
    public var rateLimited: UInt64 = 0
    /// Events that found no room in their ring, by CPU; empty when none was lost.
    public var lostByCPU: [UInt64] = []

    /// Nothing yet.
    public init() {}

    init(_ hits: SelectorHits, of planned: PlannedSelector, _ layout: SelectorEventLayout) {
        signal = hits.signals
        override = hits.overrides
        rateLimited = hits.suppressed
        lostByCPU = hits.lostByCPU
        let isSilent = (layout.actions + layout.returnActions).contains(.noPost)
        if planned.isPosted, !isSilent {
            post = hits.matches
        } else if planned.countsPosts {
            noPost = hits.matches
        }
        guard layout.mode == .monitor else { return }
        let actions = layout.actions + layout.returnActions
        if actions.contains(where: \.isSignal) { monitorSignal = hits.matches }
        if actions.contains(where: \.isOverride) { monitorOverride = hits.matches }
    }

    /// Adds what another program counted.
    public static func += (left: inout ActionCounts, right: ActionCounts) {
        left.post &+= right.post
        left.noPost &+= right.noPost
        left.signal &+= right.signal
        left.override &+= right.override
        left.monitorSignal &+= right.monitorSignal
        left.monitorOverride &+= right.monitorOverride
        left.rateLimited &+= right.rateLimited
        if left.lostByCPU.count < right.lostByCPU.count {
            left.lostByCPU += [UInt64](repeating: 0, count: right.lostByCPU.count - left.lostByCPU.count)
        }
        for (cpu, lost) in right.lostByCPU.enumerated() { left.lostByCPU[cpu] &+= lost }
    }
}

extension SelectorAction {
    fileprivate var isSignal: Bool {
        switch self {
        case .sigkill, .signal: true
        default: false
        }
    }

    fileprivate var isOverride: Bool {
        switch self {
        case .override, .set: true
        default: false
        }
    }
}
