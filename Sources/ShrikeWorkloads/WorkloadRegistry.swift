// SPDX-License-Identifier: Apache-2.0
// Joins control groups, containers and pods, in whatever order they become known.

public import ShrikePolicyCompiler

/// What could not be kept.
public struct WorkloadCounters: Sendable, Equatable {
    /// Control groups beyond the limit: their processes are those of the nearest group above that is known.
    public var refusedGroups: UInt64 = 0
    /// Pods beyond the limit.
    public var refusedPods: UInt64 = 0

    /// All zero.
    public init() {}
}

/// The control groups, containers and pods of this node. One thread at a time.
///
/// A group comes before what is inside it, as in the kernel, where both happen under one lock. Pods may come before
/// their groups or after them. A container keeps its pod as long as its group exists, even when the API has deleted
/// the pod: its processes are still running. It is remembered for some time after its group, since one that runs for a
/// second has ended before the API tells of it.
public struct WorkloadRegistry: Sendable {
    /// Most control groups; the kernel's table has as many.
    public static let maximumGroups = 16_384
    /// Most pods. Kubelet runs 110 unless it is told otherwise.
    public static let maximumPods = 4_096
    /// Most containers remembered that have ended.
    public static let maximumEnded = 1_024

    private struct Group {
        var identity: GroupIdentity
        var container: ContainerNumber?
        /// When it was made, by the kernel's monotonic clock; 0: before somebody looked.
        var made: UInt64
        /// Whether policies were told of it by itself.
        var hasScope = false
    }

    private struct Container {
        var known: KnownContainer
        var podUID: String?
        /// Whether it is below kubelet's groups.
        var isBelowPods: Bool
        var groups = 1
    }

    private let expectsPods: Bool
    private let maximumGroups: Int
    private let maximumPods: Int
    private let maximumEnded: Int
    /// Containers without a group, the first that ended first.
    private var ended: [ContainerNumber] = []
    private var groups: [UInt64: Group] = [:]
    private var containers: [ContainerNumber: Container] = [:]
    private var numbers: [String: ContainerNumber] = [:]
    private var containersOfPods: [String: Set<ContainerNumber>] = [:]
    private var pods: [String: PodFacts] = [:]
    /// Ids without their scheme, of all containers that pods name.
    private var podsOfContainers: [String: String] = [:]
    private var latest: UInt32 = 0

    /// What could not be kept.
    public private(set) var counters = WorkloadCounters()
    /// How many groups are known.
    public var groupCount: Int { groups.count }
    /// How many containers are known, ended ones among them.
    public var containerCount: Int { containers.count }
    /// How many pods are known.
    public var podCount: Int { pods.count }

    /// Knows nothing.
    /// - Parameter expectsPods: somebody tells of pods. Otherwise policies are told nothing, and nothing is awaited.
    public init(
        expectsPods: Bool, maximumGroups: Int = WorkloadRegistry.maximumGroups,
        maximumPods: Int = WorkloadRegistry.maximumPods, maximumEnded: Int = WorkloadRegistry.maximumEnded
    ) {
        self.expectsPods = expectsPods
        self.maximumGroups = maximumGroups
        self.maximumPods = maximumPods
        self.maximumEnded = maximumEnded
    }

    // MARK: Control groups

    /// A control group is there.
    /// - Parameters:
    ///   - parent: the group that it is in; 0: none, it is the root.
    ///   - name: of its directory.
    ///   - made: when, by the kernel's monotonic clock; 0: before somebody looked.
    public mutating func groupAppeared(
        _ id: UInt64, parent: UInt64, name: String, made: UInt64 = 0
    ) -> [WorkloadChange] {
        guard groups[id] == nil else { return [] }
        guard groups.count < maximumGroups else {
            counters.refusedGroups += 1
            return []
        }
        let above = parent == 0 ? nil : groups[parent]
        let identity = parent == 0 ? GroupIdentity() : (above?.identity ?? GroupIdentity()).child(name)
        var group = Group(identity: identity, container: nil, made: made)
        var changes: [WorkloadChange] = []
        if let containerID = identity.containerID {
            if let number = above?.container, above?.identity == identity {
                // Inside a container: kernel and events go by the group above.
                containers[number]?.groups += 1
                group.container = number
                changes = [.group(cgroupID: id, number)]
            } else {
                changes = add(containerID, identity, &group, id)
            }
        } else if let content = content(of: identity, parent: parent, above: above) {
            group.hasScope = true
            changes = [.scope(ScopeFacts(cgroupID: id, content: content))]
        }
        groups[id] = group
        return changes
    }

    /// Takes in all groups that there are, each behind the one that it is in: news of some was lost.
    ///
    /// One that went while they were read may stay until they are read again; its id is not used again.
    /// - Parameter start: when reading began, by the kernel's monotonic clock: what was made later may be missing.
    public mutating func groupsListed(_ listed: [ControlGroup], since start: UInt64) -> [WorkloadChange] {
        let there = Set(listed.map(\.id))
        var changes: [WorkloadChange] = []
        for id in groups.filter({ $0.value.made < start && !there.contains($0.key) }).keys {
            changes += groupEnded(id)
        }
        for group in listed { changes += groupAppeared(group.id, parent: group.parent, name: group.name) }
        return changes
    }

    /// A control group is gone.
    public mutating func groupEnded(_ id: UInt64) -> [WorkloadChange] {
        guard let group = groups.removeValue(forKey: id) else { return [] }
        var changes: [WorkloadChange] = group.hasScope ? [.scopeEnded(cgroupID: id)] : []
        guard let number = group.container else { return changes }
        changes.append(.groupEnded(cgroupID: id))
        containers[number]?.groups -= 1
        guard containers[number]?.groups == 0 else { return changes }
        ended.append(number)
        if ended.count > maximumEnded { changes += forget(ended.removeFirst()) }
        return changes
    }

    private mutating func forget(_ number: ContainerNumber) -> [WorkloadChange] {
        guard let container = containers.removeValue(forKey: number) else { return [] }
        if numbers[container.known.id] == number { numbers[container.known.id] = nil }
        if let uid = container.podUID { unlink(number, from: uid) }
        return [.containerEnded(number)]
    }

    /// What policies are told of a group that is in no container; nil: what they were told of the group above.
    private func content(
        of identity: GroupIdentity, parent: UInt64, above: Group?
    ) -> ScopeFacts.Content? {
        guard expectsPods else { return nil }
        if identity.isHelper { return .host }
        if identity.isBelowPods { return above?.identity.isBelowPods == true ? nil : .undecided }
        return parent == 0 ? .host : nil
    }

    private mutating func add(
        _ containerID: String, _ identity: GroupIdentity, _ group: inout Group, _ id: UInt64
    ) -> [WorkloadChange] {
        // One of the same id that has ended is another one.
        if let number = numbers[containerID], containers[number]?.groups != 0 {
            // The same container in another place: a runtime that keeps a group of its own beside it.
            containers[number]?.groups += 1
            group.container = number
            var changes: [WorkloadChange] = [.group(cgroupID: id, number)]
            if expectsPods, let container = containers[number] {
                group.hasScope = true
                changes.append(.scope(ScopeFacts(cgroupID: id, content: Self.content(of: container.known))))
            }
            return changes
        }
        latest &+= 1
        let number = ContainerNumber(latest)
        var container = Container(
            known: KnownContainer(id: containerID), podUID: nil, isBelowPods: identity.isBelowPods)
        container.podUID = podsOfContainers[containerID] ?? identity.podUID
        container.known = known(container)
        containers[number] = container
        numbers[containerID] = number
        if let uid = container.podUID { containersOfPods[uid, default: []].insert(number) }
        group.container = number
        group.hasScope = expectsPods
        var changes: [WorkloadChange] = [
            .container(number, container.known), .group(cgroupID: id, number),
        ]
        if expectsPods {
            changes.append(.scope(ScopeFacts(cgroupID: id, content: Self.content(of: container.known))))
        }
        return changes
    }

    // MARK: Pods

    /// Takes in what a source of pods tells.
    public mutating func podsChanged(_ changed: [PodFacts], gone: [String]) -> [WorkloadChange] {
        var changes: [WorkloadChange] = []
        for uid in gone { forget(uid) }
        for pod in changed {
            guard pods[pod.uid] != pod else { continue }
            guard pods[pod.uid] != nil || pods.count < maximumPods else {
                counters.refusedPods += 1
                continue
            }
            forget(pod.uid)
            pods[pod.uid] = pod
            for container in pod.containers where !container.id.isEmpty {
                podsOfContainers[Self.bareID(container.id)] = pod.uid
            }
            changes += update(pod)
        }
        return changes
    }

    /// Forgets what a pod said. Containers keep what they have of it.
    private mutating func forget(_ uid: String) {
        guard let pod = pods.removeValue(forKey: uid) else { return }
        for container in pod.containers {
            let id = Self.bareID(container.id)
            if podsOfContainers[id] == uid { podsOfContainers[id] = nil }
        }
    }

    /// Gives a pod's containers what it says.
    private mutating func update(_ pod: PodFacts) -> [WorkloadChange] {
        var mine = containersOfPods[pod.uid] ?? []
        for container in pod.containers {
            guard let number = numbers[Self.bareID(container.id)] else { continue }
            // A static pod's groups are named after its manifest: the container's id tells whose it is.
            if let uid = containers[number]?.podUID, uid != pod.uid { unlink(number, from: uid) }
            containers[number]?.podUID = pod.uid
            containersOfPods[pod.uid, default: []].insert(number)
            mine.insert(number)
        }
        var changes: [WorkloadChange] = []
        for number in mine.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard var container = containers[number] else { continue }
            let now = known(container)
            guard now != container.known else { continue }
            let before = Self.content(of: container.known)
            container.known = now
            containers[number] = container
            changes.append(.container(number, now))
            let content = Self.content(of: now)
            guard expectsPods, content != before else { continue }
            for (id, group) in groups where group.container == number && group.hasScope {
                changes.append(.scope(ScopeFacts(cgroupID: id, content: content)))
            }
        }
        return changes
    }

    private mutating func unlink(_ number: ContainerNumber, from uid: String) {
        containersOfPods[uid]?.remove(number)
        if containersOfPods[uid]?.isEmpty == true { containersOfPods[uid] = nil }
    }

    /// What is known of a container now. Of a pod that is gone, what was known before.
    private func known(_ container: Container) -> KnownContainer {
        var known = container.known
        if let pod = container.podUID.flatMap({ pods[$0] }) {
            known.pod = pod
            // A container that has ended is no longer named, or not by this id.
            known.status = pod.containers.first { Self.bareID($0.id) == known.id } ?? known.status
        }
        known.isAwaited = expectsPods && container.isBelowPods && known.status == nil
        return known
    }

    /// What policies are told of a container.
    private static func content(of known: KnownContainer) -> ScopeFacts.Content {
        guard let pod = known.pod else { return .undecided }
        return .container(
            ContainerFacts(
                namespace: pod.namespace, podLabels: pod.labels, name: known.status?.name ?? "",
                repository: known.status.map { repository(of: $0.imageName) } ?? ""))
    }

    /// An id without `containerd://`.
    static func bareID(_ id: String) -> String {
        guard let slash = id.utf8.lastIndex(of: UInt8(ascii: "/")) else { return id }
        return String(id[id.utf8.index(after: slash)...])
    }

    /// An image's name without tag and digest.
    static func repository(of image: String) -> String {
        let name = image.prefix { $0 != "@" }
        // A colon before the last slash is a port.
        let base = name.utf8.lastIndex(of: UInt8(ascii: "/")) ?? name.startIndex
        guard let colon = name[base...].lastIndex(of: ":") else { return String(name) }
        return String(name[..<colon])
    }
}
