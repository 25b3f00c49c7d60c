// SPDX-License-Identifier: Apache-2.0
// What the kinds of events have in common, so that filters need not know the kinds.

public import ShrikeControl

extension Tetragon_GetEventsResponse {
    /// The kind of the event; `.undef` when it has no event member that this version knows.
    public var eventType: Tetragon_EventType {
        switch event {
        case .processExec: .processExec
        case .processExit: .processExit
        case .processKprobe: .processKprobe
        case .processTracepoint: .processTracepoint
        case .processLoader: .processLoader
        case .processUprobe: .processUprobe
        case .processThrottle: .processThrottle
        case .processLsm: .processLsm
        case .processUsdt: .processUsdt
        case .test: .test
        case .rateLimitInfo: .rateLimitInfo
        case nil: .undef
        }
    }

    /// The process that acted, or `nil` for kinds without one.
    public var actor: Tetragon_Process? {
        switch event {
        case .processExec(let exec): exec.hasProcess ? exec.process : nil
        case .processExit(let exit): exit.hasProcess ? exit.process : nil
        case .processKprobe(let kprobe): kprobe.hasProcess ? kprobe.process : nil
        case .processTracepoint(let tracepoint): tracepoint.hasProcess ? tracepoint.process : nil
        case .processLoader(let loader): loader.hasProcess ? loader.process : nil
        case .processUprobe(let uprobe): uprobe.hasProcess ? uprobe.process : nil
        case .processLsm(let lsm): lsm.hasProcess ? lsm.process : nil
        case .processUsdt(let usdt): usdt.hasProcess ? usdt.process : nil
        case .processThrottle, .test, .rateLimitInfo, nil: nil
        }
    }

    /// The parent of the process that acted.
    public var actorParent: Tetragon_Process? {
        switch event {
        case .processExec(let exec): exec.hasParent ? exec.parent : nil
        case .processExit(let exit): exit.hasParent ? exit.parent : nil
        case .processKprobe(let kprobe): kprobe.hasParent ? kprobe.parent : nil
        case .processTracepoint(let tracepoint): tracepoint.hasParent ? tracepoint.parent : nil
        case .processLoader(let loader): loader.hasParent ? loader.parent : nil
        case .processUprobe(let uprobe): uprobe.hasParent ? uprobe.parent : nil
        case .processLsm(let lsm): lsm.hasParent ? lsm.parent : nil
        case .processUsdt(let usdt): usdt.hasParent ? usdt.parent : nil
        case .processThrottle, .test, .rateLimitInfo, nil: nil
        }
    }

    /// The ancestors of the process that acted, without its parent, nearest first.
    public var actorAncestors: [Tetragon_Process] {
        switch event {
        case .processExec(let exec): exec.ancestors
        case .processExit(let exit): exit.ancestors
        case .processKprobe(let kprobe): kprobe.ancestors
        case .processTracepoint(let tracepoint): tracepoint.ancestors
        case .processLoader(let loader): loader.ancestors
        case .processUprobe(let uprobe): uprobe.ancestors
        case .processLsm(let lsm): lsm.ancestors
        case .processUsdt(let usdt): usdt.ancestors
        case .processThrottle, .test, .rateLimitInfo, nil: []
        }
    }

    /// The policy that made the event, or `nil` for kinds that no policy makes.
    public var policyName: String? {
        switch event {
        case .processKprobe(let kprobe): kprobe.policyName
        case .processTracepoint(let tracepoint): tracepoint.policyName
        case .processUprobe(let uprobe): uprobe.policyName
        case .processLsm(let lsm): lsm.policyName
        case .processUsdt(let usdt): usdt.policyName
        default: nil
        }
    }
}
