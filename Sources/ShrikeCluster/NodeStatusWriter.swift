// SPDX-License-Identifier: Apache-2.0
// Writes the node's status when something has changed, and seldom otherwise: 5,000 nodes write to one server.

internal import Glibc
internal import Logging
internal import NIOPosix
internal import ShrikeDaemon
internal import ShrikeKubernetes
internal import Synchronization

/// Writes one object.
final class NodeStatusWriter: Sendable {
    /// When it writes.
    struct Timing: Sendable {
        /// How often it looks for changes.
        var look = Duration.seconds(10)
        /// How often numbers of matches are written when nothing else changes; up to as much again, at random.
        var numbers = Duration.seconds(600)
        /// The longest pause after failures.
        var longestPause = Duration.seconds(300)
    }

    private struct State {
        var writes: UInt64 = 0
        var errors: UInt64 = 0
    }

    private let client: APIClient
    private let feeds: [(kind: String, feed: PolicyFeed)]
    private let node: NodeFollower
    private let policies: any PolicyControl
    private let thread: NIOThreadPool
    private let nodeName: String
    private let version: String
    private let timing: Timing
    private let logger: Logger
    private let state = Mutex(State())

    init(
        client: APIClient, feeds: [(kind: String, feed: PolicyFeed)], node: NodeFollower,
        policies: any PolicyControl, thread: NIOThreadPool, nodeName: String, version: String, timing: Timing,
        logger: Logger
    ) {
        self.client = client
        self.feeds = feeds
        self.node = node
        self.policies = policies
        self.thread = thread
        self.nodeName = nodeName
        self.version = version
        self.timing = timing
        self.logger = logger
    }

    /// How often it wrote, and could not.
    var counts: (writes: UInt64, errors: UInt64) { state.withLock { ($0.writes, $0.errors) } }

    /// Where the object is.
    static func path(node: String) -> String { "/apis/shrike.internal/v1alpha1/policynodestatuses/\(node)" }

    /// Writes until the task is cancelled.
    /// - Parameter isSettled: whether all policies have been read once. A status before that would be a half one.
    func run(isSettled: @Sendable () -> Bool) async {
        var written: NodeStatus?
        var numbersAt = ContinuousClock.now
        var pause = timing.look
        while !Task.isCancelled {
            if isSettled() {
                let status = await status()
                let isDue = ContinuousClock.now >= numbersAt
                if !status.isSameButHits(written) || (isDue && status != written) {
                    if await write(status) {
                        written = status
                        numbersAt = .now + timing.numbers * Double.random(in: 1...2)
                        pause = timing.look
                    } else {
                        pause = min(pause * 2, timing.longestPause)
                    }
                }
            }
            try? await Task.sleep(for: pause * Double.random(in: 0.75...1))
        }
    }

    private func status() async -> NodeStatus {
        var found: [NodeStatus.Policy] = []
        for (kind, feed) in feeds {
            found += await feed.policies.map { NodeStatus.Policy(kind: kind, key: $0.key, known: $0.known) }
        }
        let policies = policies
        let list = (try? await thread.runIfActive { policies.list() }) ?? []
        return NodeStatus(found, list)
    }

    private func write(_ status: NodeStatus) async -> Bool {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let body = status.object(
            node: nodeName, uid: await node.uid, version: version,
            time: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
        do throws(KubernetesError) {
            try await client.apply(Self.path(node: nodeName), manager: "shriked", body: body)
            state.withLock { $0.writes &+= 1 }
            return true
        } catch {
            let isFirst = state.withLock { state in
                state.errors &+= 1
                return state.errors == 1
            }
            if isFirst, !Task.isCancelled {
                logger.warning(
                    "the node's status cannot be written", metadata: ["kubernetes.error": "\(error)"])
            }
            return false
        }
    }
}
