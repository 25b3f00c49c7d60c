// SPDX-License-Identifier: Apache-2.0
// The pods of this node with the labels of their namespaces, told to whoever joins them with control groups.

internal import ShrikeKubernetes
internal import ShrikeWorkloads

/// Puts pods and namespaces together.
actor PodFollower {
    /// Most pods of a node; the kubelet's default is 110.
    static let podLimit = 5_000
    /// Most namespaces of a cluster.
    static let namespaceLimit = 20_000

    private let sink: any PodSink
    private let keepsAnnotations: Bool
    /// By uid.
    private var pods: [String: PodFacts] = [:]
    private var labels: [String: [String: String]] = [:]
    private var hasPods = false
    private var hasNamespaces = false

    /// - Parameter keepsAnnotations: whether events shall have them; they may be a quarter of a megabyte a pod.
    init(_ sink: any PodSink, keepsAnnotations: Bool = false) {
        self.sink = sink
        self.keepsAnnotations = keepsAnnotations
    }

    private func tell(_ changed: [PodFacts], gone: [String] = [], always: Bool = false) {
        guard always || !changed.isEmpty || !gone.isEmpty else { return }
        sink.podsChanged(changed, gone: gone, isComplete: hasPods && hasNamespaces)
    }

    private func complete(_ pod: PodObject) -> PodFacts {
        var facts = pod.facts
        facts.namespaceLabels = labels[facts.namespace] ?? [:]
        if !keepsAnnotations { facts.annotations = [:] }
        return facts
    }

    // MARK: Pods

    fileprivate func replace(_ all: [PodObject]) {
        let new = Dictionary(all.map { ($0.uid, complete($0)) }, uniquingKeysWith: { $1 })
        let gone = pods.keys.filter { new[$0] == nil }.sorted()
        let changed = new.values.filter { pods[$0.uid] != $0 }.sorted { $0.uid < $1.uid }
        let isFirst = !hasPods
        (pods, hasPods) = (new, true)
        tell(changed, gone: gone, always: isFirst)
    }

    fileprivate func change(_ pod: PodObject) -> Bool {
        let facts = complete(pod)
        guard pods[facts.uid] != facts else { return true }
        guard pods[facts.uid] != nil || pods.count < Self.podLimit else { return false }
        pods[facts.uid] = facts
        tell([facts])
        return true
    }

    fileprivate func remove(_ pod: PodObject) {
        if pods.removeValue(forKey: pod.uid) != nil { tell([], gone: [pod.uid]) }
    }

    // MARK: Namespaces

    fileprivate func replace(_ all: [NamespaceObject]) {
        labels = Dictionary(all.map { ($0.name, $0.labels) }, uniquingKeysWith: { $1 })
        let isFirst = !hasNamespaces
        hasNamespaces = true
        relabel(Array(pods.values), always: isFirst)
    }

    fileprivate func change(_ namespace: NamespaceObject) -> Bool {
        guard labels[namespace.name] != nil || labels.count < Self.namespaceLimit else { return false }
        labels[namespace.name] = namespace.labels
        relabel(pods.values.filter { $0.namespace == namespace.name })
        return true
    }

    fileprivate func remove(_ namespace: NamespaceObject) { labels[namespace.name] = nil }

    private func relabel(_ concerned: [PodFacts], always: Bool = false) {
        var changed: [PodFacts] = []
        for var pod in concerned {
            let new = labels[pod.namespace] ?? [:]
            guard pod.namespaceLabels != new else { continue }
            pod.namespaceLabels = new
            pods[pod.uid] = pod
            changed.append(pod)
        }
        tell(changed.sorted { $0.uid < $1.uid }, always: always)
    }
}

/// Hands pods on.
struct PodPart: ResourceSink {
    let follower: PodFollower

    func replaced(_ items: [PodObject]) async { await follower.replace(items) }
    func changed(_ item: PodObject) async -> Bool { await follower.change(item) }
    func deleted(_ item: PodObject) async { await follower.remove(item) }
}

/// Hands namespaces on.
struct NamespacePart: ResourceSink {
    let follower: PodFollower

    func replaced(_ items: [NamespaceObject]) async { await follower.replace(items) }
    func changed(_ item: NamespaceObject) async -> Bool { await follower.change(item) }
    func deleted(_ item: NamespaceObject) async { await follower.remove(item) }
}
