// SPDX-License-Identifier: Apache-2.0
// Which processes are in which container of which pod: from the kernel's groups and somebody's pods to policies and
// events.

internal import ShrikeBPF
internal import ShrikeExport
internal import ShrikePolicyCompiler
internal import ShrikeProcesses
internal import ShrikeSensors
internal import ShrikeWorkloads

/// What is known of workloads, and what could not be kept.
public struct WorkloadFigures: Sendable {
    /// Control groups.
    public var groups = 0
    /// Containers.
    public var containers = 0
    /// Pods.
    public var pods = 0
    /// Control groups beyond the limit: their processes are those of the nearest group above that is known.
    public var refusedGroups: UInt64 = 0
    /// Pods beyond the limit.
    public var refusedPods: UInt64 = 0
    /// Control groups that the kernel was not told of: policies take them for the group above.
    public var untoldScopes: UInt64 = 0

    /// Nothing is known.
    public init(
        groups: Int = 0, containers: Int = 0, pods: Int = 0, refusedGroups: UInt64 = 0,
        refusedPods: UInt64 = 0, untoldScopes: UInt64 = 0
    ) {
        self.groups = groups
        self.containers = containers
        self.pods = pods
        self.refusedGroups = refusedGroups
        self.refusedPods = refusedPods
        self.untoldScopes = untoldScopes
    }
}

/// Keeps what policies and events know of workloads. Used by the main thread at start, and by the event thread alone
/// from then on.
final class WorkloadFollower {
    private var registry: WorkloadRegistry
    private let scopes: ScopeFollower
    private let inbox: PodInbox
    /// What the process tree is to be told when there is one.
    private var pending: [WorkloadChange] = []
    /// Pods that are gone, and when their series in metrics end: whoever reads them has read the last ones by then.
    private var gonePods: [(uid: String, due: ContinuousClock.Instant)] = []
    private static let seriesLife = Duration.seconds(60)
    private var untoldScopes: UInt64 = 0
    private var refusedByInbox: UInt64 = 0

    /// - Parameters:
    ///   - expectsPods: somebody tells of pods.
    ///   - groups: those that there were when the kernel began to tell of new ones.
    init(expectsPods: Bool, groups: [ControlGroup], scopes: ScopeFollower, inbox: PodInbox) {
        registry = WorkloadRegistry(expectsPods: expectsPods)
        self.scopes = scopes
        self.inbox = inbox
        if let news = inbox.take() { apply(news) }
        for group in groups {
            apply(registry.groupAppeared(group.id, parent: group.parent, name: group.name))
        }
    }

    var figures: WorkloadFigures {
        WorkloadFigures(
            groups: registry.groupCount, containers: registry.containerCount, pods: registry.podCount,
            refusedGroups: registry.counters.refusedGroups,
            refusedPods: registry.counters.refusedPods + refusedByInbox, untoldScopes: untoldScopes)
    }

    /// Tells a tree all that has been found out before there was one.
    func tellBefore(_ tree: ProcessTree) {
        for change in pending { tell(change, tree) }
        pending = []
    }

    /// A control group came or went.
    func take(_ change: GroupChange, _ tree: ProcessTree) {
        switch change {
        case .made(let id, let parent, let name, let ktime):
            apply(registry.groupAppeared(id, parent: parent, name: name, made: ktime))
        case .gone(let id): apply(registry.groupEnded(id))
        }
        tellBefore(tree)
    }

    /// Takes what has become known of pods.
    /// - Returns: whether there was something.
    func takePods(_ tree: ProcessTree) -> Bool {
        endSeries(tree)
        guard let news = inbox.take() else { return false }
        // Each pod once, and those alone that have series: there are no more of them than of containers.
        gonePods.removeAll { news.changed[$0.uid] != nil || news.gone.contains($0.uid) }
        for uid in news.gone where tree.hasSeries(ofPod: uid) {
            gonePods.append((uid, .now + Self.seriesLife))
        }
        apply(news)
        tellBefore(tree)
        return true
    }

    private func endSeries(_ tree: ProcessTree) {
        guard let first = gonePods.first else { return }
        let now = ContinuousClock.now
        guard first.due <= now else { return }
        let due = gonePods.prefix { $0.due <= now }
        for pod in due { tree.end(podOfSeries: pod.uid) }
        gonePods.removeFirst(due.count)
    }

    private func apply(_ news: PodInbox.News) {
        refusedByInbox = news.refused
        if let groups = news.groups { apply(registry.groupsListed(groups.listed, since: groups.since)) }
        apply(registry.podsChanged(Array(news.changed.values), gone: Array(news.gone)))
    }

    /// Policies first: what they decide cannot be made good.
    private func apply(_ changes: [WorkloadChange]) {
        for change in changes {
            switch change {
            case .scope(let facts): learn(facts.cgroupID, facts.content)
            case .scopeEnded(let id): learn(id, nil)
            default: pending.append(change)
            }
        }
    }

    private func learn(_ id: UInt64, _ content: ScopeFacts.Content?) {
        do throws(BPFError) { try scopes.learn(id, content) } catch { untoldScopes &+= 1 }
    }

    private func tell(_ change: WorkloadChange, _ tree: ProcessTree) {
        switch change {
        case .group(let id, let number): tree.join(group: id, container: number.rawValue)
        case .groupEnded(let id): tree.leave(group: id)
        case .containerEnded(let number): tree.end(container: number.rawValue)
        case .container(let number, let container):
            let text = PodText(container)
            tree.describe(
                container: number.rawValue,
                ContainerText(
                    beforePID: text.beforePID, afterPID: text.afterPID, isAwaited: container.isAwaited,
                    probes: (container.status?.probes ?? []).compactMap { ProbeCommand($0) },
                    labels: container.pod.map {
                        PodLabels(
                            uid: $0.uid, namespace: $0.namespace, workload: $0.workload, pod: $0.name)
                    }))
        case .scope, .scopeEnded: break
        }
    }
}
