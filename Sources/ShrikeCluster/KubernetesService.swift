// SPDX-License-Identifier: Apache-2.0
// The Kubernetes API as a service of the daemon: what is followed, and who is told.

public import Logging
internal import NIOPosix
public import ShrikeDaemon
internal import ShrikeKubernetes
public import ShrikeWorkloads
internal import Synchronization

/// How the API server is used.
public struct KubernetesSettings: Sendable {
    /// Whether it is used at all.
    public var isEnabled = false
    /// A kubeconfig; empty: the pod's service account.
    public var kubeconfigPath = ""
    /// Whether a kubeconfig may ask not to verify the server.
    public var allowsUnverifiedServer = false
    /// Whether policies are read from the API server.
    public var followsPolicies = true
    /// Whether the node writes there what became of them.
    public var writesStatus = true
    /// Whether events have the annotations of pods.
    public var podAnnotations = false
    /// The daemon's version, for that.
    public var version = ""

    /// Off.
    public init() {}
}

/// Follows the API server while the daemon runs. Any thread.
public final class KubernetesService: DaemonService, Sendable {
    private struct Running: Sendable {
        var client: APIClient
        var thread: NIOThreadPool
        var tasks: [Task<Void, Never>] = []
        var writer: NodeStatusWriter?
        var watches: [(name: String, figures: @Sendable () -> WatchFigures)] = []
    }

    private let settings: KubernetesSettings
    private let timing: APITiming
    private let statusTiming: NodeStatusWriter.Timing
    private let logger: Logger
    private let running: Mutex<Running?> = Mutex(nil)
    private let counts = Mutex<[String: Int]>([:])

    /// Nothing is asked for before `start`.
    public convenience init(settings: KubernetesSettings, logger: Logger) {
        self.init(settings: settings, timing: APITiming(), statusTiming: .init(), logger: logger)
    }

    init(
        settings: KubernetesSettings, timing: APITiming, statusTiming: NodeStatusWriter.Timing, logger: Logger
    ) {
        self.settings = settings
        self.timing = timing
        self.statusTiming = statusTiming
        self.logger = logger
    }

    /// Begins to follow. A server that is away is asked again; a configuration that cannot work is an error.
    public func start(_ interfaces: DaemonInterfaces) throws {
        guard settings.isEnabled else { return }
        let access =
            settings.kubeconfigPath.isEmpty
            ? try ClusterAccess.inCluster()
            : try ClusterAccess.kubeconfig(
                path: settings.kubeconfigPath, allowsUnverified: settings.allowsUnverifiedServer)
        begin(access, interfaces.policies, interfaces.pods, nodeName: interfaces.nodeName)
    }

    /// - Parameter pods: is told of the pods of this node; nil: they are not asked for.
    func begin(
        _ access: ClusterAccess, _ policies: any PolicyControl, _ pods: (any PodSink)?, nodeName: String
    ) {
        let client = APIClient(access: access, timing: timing)
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        var running = Running(client: client, thread: thread)
        if let pods { follow(podsOf: nodeName, pods, &running) }
        if settings.followsPolicies {
            let feeds = Self.plurals.map {
                PolicyFeed(plural: $0, control: policies, thread: thread, logger: logger)
            }
            let node = NodeFollower(feeds)
            follow(
                ResourceCollection(
                    name: "nodes", path: "/api/v1/nodes", fieldSelector: "metadata.name=\(nodeName)"),
                node, &running)
            for (plural, feed) in zip(Self.plurals, feeds) {
                follow(
                    ResourceCollection(
                        name: "\(plural).cilium.io", path: "/apis/cilium.io/v1alpha1/\(plural)",
                        pageSize: 100,
                        itemLimit: PolicyFeed.policyLimit),
                    PolicyIntake(feed), &running)
            }
            running.tasks.append(Task.detached { [self] in await count(feeds) })
            running.tasks.append(
                Task.detached {
                    while !Task.isCancelled {
                        for feed in feeds { await feed.retryRefused() }
                        try? await Task.sleep(for: .seconds(1))
                    }
                })
            if settings.writesStatus {
                let writer = NodeStatusWriter(
                    client: client, feeds: zip(Self.kinds, feeds).map { (kind: $0, feed: $1) }, node: node,
                    policies: policies, thread: thread, nodeName: nodeName, version: settings.version,
                    timing: statusTiming, logger: logger)
                running.writer = writer
                running.tasks.append(Task.detached { [self] in await writer.run { figures.isSettled } })
            }
        }
        self.running.withLock { $0 = running }
        logger.info("follows the API server", metadata: ["kubernetes.server": "\(access.server)"])
    }

    private static let plurals = ["tracingpolicies", "tracingpoliciesnamespaced"]
    private static let kinds = ["TracingPolicy", "TracingPolicyNamespaced"]

    private func follow(podsOf node: String, _ sink: any PodSink, _ running: inout Running) {
        let follower = PodFollower(sink, keepsAnnotations: settings.podAnnotations)
        follow(
            ResourceCollection(
                name: "namespaces", path: "/api/v1/namespaces", itemLimit: PodFollower.namespaceLimit),
            NamespacePart(follower: follower), &running)
        follow(
            ResourceCollection(
                name: "pods", path: "/api/v1/pods", fieldSelector: "spec.nodeName=\(node)",
                itemLimit: PodFollower.podLimit),
            PodPart(follower: follower), &running)
    }

    private func follow(
        _ collection: ResourceCollection, _ sink: some ResourceSink, _ running: inout Running
    ) {
        let watch = ResourceWatch(client: running.client, collection: collection, sink: sink, logger: logger)
        running.watches.append((collection.name, { watch.figures }))
        running.tasks.append(Task.detached { await watch.run() })
    }

    /// Keeps the number of policies for metrics, which are read where nobody can wait.
    private func count(_ feeds: [PolicyFeed]) async {
        while !Task.isCancelled {
            var counts = ["loaded": 0, "refused": 0, "skipped": 0]
            for feed in feeds {
                for (_, known) in await feed.policies { counts[known.outcome.name, default: 0] += 1 }
            }
            self.counts.withLock { $0 = counts }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// How it goes.
    public var figures: ClusterFigures {
        let (watches, writer) = running.withLock { ($0?.watches ?? [], $0?.writer) }
        let now = ContinuousClock.now
        return ClusterFigures(
            watches: watches.map { name, read in
                let figures = read()
                return ClusterFigures.Watch(
                    name: name, isSynced: figures.isSynced, isConnected: figures.isConnected,
                    lists: figures.lists, watches: figures.watches, changes: figures.changes,
                    errors: figures.errors, leftOut: figures.leftOut,
                    silenceSeconds: figures.lastContact.map { (now - $0) / .seconds(1) },
                    lastError: figures.lastError)
            }, policies: counts.withLock { $0 }, statusWrites: writer?.counts.writes ?? 0,
            statusErrors: writer?.counts.errors ?? 0)
    }

    /// Follows no more; a change that is under way is finished. Policies stay as they are.
    public func stop() {
        guard let running = running.withLock({ $0 }) else { return }
        for task in running.tasks { task.cancel() }
        try? running.thread.syncShutdownGracefully()
        running.client.shutdownNow()
    }
}

extension PolicyFeed.Outcome {
    /// The name in metrics and in the node's status.
    var name: String {
        switch self {
        case .loaded: "loaded"
        case .refused: "refused"
        case .skipped: "skipped"
        }
    }
}
