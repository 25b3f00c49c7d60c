// SPDX-License-Identifier: Apache-2.0
// The events of all nodes of a cluster, through its API server.

internal import Glibc
internal import Logging
public import ShrikeKubernetes
internal import Synchronization

/// Where Shrike's pods are.
public struct ShrikePods: Sendable {
    /// The labels that the chart gives them, unless it is told otherwise.
    public static let defaultSelector = "app.kubernetes.io/name=shrike"

    /// The namespace; empty: any, for which one must be allowed to list the pods of all.
    public var namespace: String
    /// Labels.
    public var selector: String

    /// Pods with these labels.
    public init(namespace: String = "", selector: String = Self.defaultSelector) {
        (self.namespace, self.selector) = (namespace, selector)
    }

    var collection: ResourceCollection {
        ResourceCollection(
            name: "pods", path: namespace.isEmpty ? "/api/v1/pods" : "/api/v1/namespaces/\(namespace)/pods",
            labelSelector: selector)
    }
}

/// Why nothing can be shown, in one line.
public struct ClusterError: Error, CustomStringConvertible, Equatable {
    /// The line.
    public let description: String

    /// An error of this text.
    public init(_ description: String) { self.description = description }
}

/// Follows the logs of all of Shrike's pods at once, and of those that come later.
public final class ClusterEvents: Sendable {
    private let client: APIClient
    private let pods: ShrikePods
    private let since: Int64?
    private let limits: EventMerge.Limits
    private let note: @Sendable (String) -> Void

    /// Most logs at a time.
    private static let connectionLimit = 10_000

    /// Nothing is asked for before `run`.
    /// - Parameters:
    ///   - since: events that were logged before this time are not asked for, nanoseconds since 1970; nil: only new ones.
    ///   - note: is told about outages, a line each.
    public convenience init(
        access: ClusterAccess, pods: ShrikePods, since: Int64?, userAgent: String,
        note: @escaping @Sendable (String) -> Void
    ) {
        self.init(
            access: access, pods: pods, since: since, userAgent: userAgent, timing: APITiming(),
            limits: EventMerge.Limits(), note: note)
    }

    init(
        access: ClusterAccess, pods: ShrikePods, since: Int64?, userAgent: String = "shrike",
        timing: APITiming, limits: EventMerge.Limits, note: @escaping @Sendable (String) -> Void
    ) {
        client = APIClient(
            access: access, timing: timing, userAgent: userAgent, connections: Self.connectionLimit)
        (self.pods, self.since, self.limits, self.note) = (pods, since, limits, note)
    }

    /// Passes on events, lines of JSON in the order of their times, until the task is cancelled.
    /// - Parameter output: prints lines; false: nobody reads them any more, which is the end.
    /// - Throws: `KubernetesError` and `ClusterError` when there is nothing to follow, what the output throws, and
    ///   `CancellationError`.
    public func run(_ output: @escaping @Sendable ([[UInt8]]) throws -> Bool) async throws {
        Self.allowManyConnections()
        do {
            try await follow(output)
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    private func follow(_ output: @escaping EventGate.Output) async throws {
        guard try await client.list(pods.collection, of: ShrikePod.self).contains(where: \.hasLog) else {
            throw ClusterError(
                "no pod with the labels \(pods.selector) has a container \(ShrikePod.logContainer)"
                    + (pods.namespace.isEmpty ? "" : " in the namespace \(pods.namespace)")
                    + "; --shrike-selector and --shrike-namespace say where Shrike's pods are")
        }
        let gate = EventGate(limits: limits, output: output)
        let followed = FollowedPods(client: client, gate: gate, since: since, note: note)
        let watch = ResourceWatch(
            client: client, collection: pods.collection, sink: followed,
            logger: Logger(label: "shrike") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gate.run() }
            group.addTask {
                await watch.run()
                try await Task.sleep(for: .seconds(1 << 30))
            }
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch {
                await followed.stop()
                throw error
            }
            await followed.stop()
        }
    }

    /// A connection is a descriptor, and a thousand is a usual limit.
    private static func allowManyConnections() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, 1 << 16)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

/// Shrike's pods of now, each with the reader of its log.
private actor FollowedPods: ResourceSink {
    private let client: APIClient
    private let gate: EventGate
    private let since: Int64?
    private let note: @Sendable (String) -> Void
    private var logs: [String: PodLog] = [:]
    private var tasks: [String: Task<Void, Never>] = [:]
    private var isStarted = false
    private var isStopped = false

    init(
        client: APIClient, gate: EventGate, since: Int64?, note: @escaping @Sendable (String) -> Void
    ) {
        (self.client, self.gate, self.since, self.note) = (client, gate, since, note)
    }

    func replaced(_ items: [ShrikePod]) {
        let there = Set(items.map(\.uid))
        for uid in logs.keys where !there.contains(uid) { end(uid) }
        for pod in items { take(pod, isFirst: !isStarted) }
        isStarted = true
    }

    func changed(_ pod: ShrikePod) -> Bool {
        take(pod, isFirst: false)
        return true
    }

    func deleted(_ pod: ShrikePod) { end(pod.uid) }

    private func take(_ pod: ShrikePod, isFirst: Bool) {
        guard pod.hasLog, !isStopped else { return }
        if let log = logs[pod.uid] { return log.update(pod) }
        let log = PodLog(pod, client: client, gate: gate, since: since, isFromNow: isFirst, note: note)
        logs[pod.uid] = log
        tasks[pod.uid] = Task { [weak self] in
            await log.run()
            await self?.forget(pod.uid)
        }
    }

    private func end(_ uid: String) { logs.removeValue(forKey: uid)?.end() }

    private func forget(_ uid: String) { tasks[uid] = nil }

    func stop() async {
        isStopped = true
        let ending = Array(tasks.values)
        for task in ending { task.cancel() }
        for task in ending { await task.value }
    }
}
