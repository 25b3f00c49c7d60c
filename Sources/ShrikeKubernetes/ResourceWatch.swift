// SPDX-License-Identifier: Apache-2.0
// List and watch: keeps somebody up to date about a collection, whatever the server does.

public import Logging
internal import ShrikeJSON
internal import Synchronization

/// Follows a collection.
public final class ResourceWatch<Sink: ResourceSink>: Sendable {
    /// What is followed.
    public let collection: ResourceCollection
    private let client: APIClient
    private let sink: Sink
    private let logger: Logger
    private let state = Mutex(WatchFigures())

    /// Nothing is asked for before `run`.
    public init(client: APIClient, collection: ResourceCollection, sink: Sink, logger: Logger) {
        self.client = client
        self.collection = collection
        self.sink = sink
        self.logger = logger
    }

    /// How it goes. Any thread.
    public var figures: WatchFigures { state.withLock { $0 } }

    /// Follows the collection until the task is cancelled.
    public func run() async {
        var random = SystemRandomNumberGenerator()
        var backoff = Backoff(first: client.timing.firstPause, most: client.timing.longestPause)
        var pageSize = collection.pageSize
        // "0" is whatever the server has at hand: a list of many nodes at once costs it little.
        var version = "0"
        var isListed = false
        while !Task.isCancelled {
            do throws(KubernetesError) {
                if !isListed {
                    version = try await list(from: version, pageSize: pageSize)
                    isListed = true
                }
                let (last, hasNews) = try await watch(from: version, seed: &random)
                version = last
                // A server that closes each watch at once is not asked without a pause.
                if hasNews {
                    backoff.reset()
                } else {
                    await pause(backoff.next(using: &random))
                }
            } catch {
                guard !Task.isCancelled else { return }
                note(error)
                switch error {
                case .expired:
                    // What the server has at hand may be older than what is known already.
                    (isListed, version) = (false, "")
                case .tooLarge:
                    (isListed, version) = (false, "")
                    pageSize = max(1, pageSize / 4)
                default: break
                }
                await pause(backoff.next(after: error, using: &random))
            }
        }
    }

    private func pause(_ duration: Duration) async { try? await Task.sleep(for: duration) }

    private func note(_ error: KubernetesError) {
        let wasConnected = state.withLock { state in
            defer {
                state.errors &+= 1
                state.isConnected = false
                state.lastError = error.description
            }
            return state.isConnected || state.errors == 0
        }
        // Once for each time away.
        guard wasConnected, error != .expired else { return }
        logger.warning(
            "the API server does not answer; what is known stays in force",
            metadata: ["kubernetes.resource": "\(collection.name)", "kubernetes.error": "\(error)"])
    }

    private func noteContact() {
        let isBack = state.withLock { state in
            defer {
                state.isConnected = true
                state.lastContact = .now
            }
            return !state.isConnected && state.errors > 0
        }
        guard isBack else { return }
        logger.notice("the API server answers", metadata: ["kubernetes.resource": "\(collection.name)"])
    }

    // MARK: List

    /// Reads all pages and tells the sink.
    /// - Parameter version: the oldest that is good enough; `0`: any; empty: the newest.
    /// - Returns: the version to watch from.
    private func list(from version: String, pageSize: Int) async throws(KubernetesError) -> String {
        var items: [Sink.Item] = []
        var query = collection.selection + [("limit", "\(pageSize)")]
        if !version.isEmpty { query.append(("resourceVersion", version)) }
        var page: ResourcePage<Sink.Item>
        var token = ""
        repeat {
            page = try ResourcePage(
                try await client.get(
                    collection.path,
                    query: token.isEmpty
                        ? query : collection.selection + [("limit", "\(pageSize)"), ("continue", token)]))
            noteContact()
            let room = max(0, collection.itemLimit - items.count)
            let leftOut = page.unreadable + max(0, page.items.count - room)
            items += page.items.prefix(room)
            if leftOut > 0 { state.withLock { $0.leftOut &+= UInt64(leftOut) } }
            // A server that gives the same page for ever is not followed for ever.
            guard page.next != token || token.isEmpty else {
                throw .malformed("a list goes round in circles")
            }
            token = page.next
        } while !token.isEmpty && items.count < collection.itemLimit
        await sink.replaced(items)
        state.withLock { state in
            state.lists &+= 1
            state.isSynced = true
        }
        return page.version
    }

    // MARK: Watch

    /// Follows changes until the server ends it.
    /// - Returns: the version to go on from, and whether the server told anything or the watch lasted.
    private func watch(
        from version: String, seed random: inout some RandomNumberGenerator
    ) async throws(KubernetesError) -> (version: String, hasNews: Bool) {
        let seconds = client.timing.watchSeconds
        // Watches of many nodes shall not all end at once.
        let limit = seconds + Int.random(in: 0...seconds / 2, using: &random)
        let progress = Mutex((version: version, lines: 0, isOpen: false))
        let started = ContinuousClock.now
        let failure: KubernetesError?
        do throws(KubernetesError) {
            try await client.lines(
                collection.path,
                query: collection.selection + [
                    ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", version),
                    ("timeoutSeconds", "\(limit)"),
                ], within: .seconds(limit + max(1, limit / 10)),
                opened: { [self] in
                    noteContact()
                    state.withLock { $0.watches &+= 1 }
                    progress.withLock { $0.isOpen = true }
                },
                body: { [self] line in
                    let version = try await take(line)
                    noteContact()
                    progress.withLock { progress in
                        if !version.isEmpty { progress.version = version }
                        progress.lines += 1
                    }
                })
            failure = nil
        } catch {
            failure = error
        }
        let (last, lines, isOpen) = progress.withLock { $0 }
        if let failure {
            // A connection that nothing comes from may be dead on the way: a new one tells.
            if isOpen, failure == .timedOut { return (last, false) }
            // What was told is not asked for again, unless it is forgotten.
            guard failure != .expired, lines > 0 else { throw failure }
            if case .tooLarge = failure { throw failure }
            guard !Task.isCancelled else { throw failure }
            note(failure)
            return (last, false)
        }
        return (last, lines > 0 || ContinuousClock.now - started > .seconds(1))
    }

    /// What one line of a watch says.
    private enum Change {
        case changed(Sink.Item)
        case deleted(Sink.Item)
        case bookmark
        case unreadable
        case failed(KubernetesError)
    }

    /// Handles one line.
    /// - Returns: the object's version; empty when there is none.
    private func take(_ line: [UInt8]) async throws(KubernetesError) -> String {
        let (change, version) = Self.read(line)
        switch change {
        case .changed(let item):
            let isTaken = await sink.changed(item)
            state.withLock { state in
                state.changes &+= 1
                if !isTaken { state.leftOut &+= 1 }
            }
        case .deleted(let item):
            state.withLock { $0.changes &+= 1 }
            await sink.deleted(item)
        case .bookmark: break
        case .unreadable: state.withLock { $0.leftOut &+= 1 }
        case .failed(let error): throw error
        }
        return version
    }

    private static func read(_ line: [UInt8]) -> (Change, version: String) {
        line.withUnsafeBytes { bytes in
            guard let event = JSONView(bytes), let type = event.member("type")?.string,
                let object = event.member("object")
            else { return (.failed(.malformed("a line of a watch is no event")), "") }
            let version = object.member("metadata")?.member("resourceVersion")?.string ?? ""
            switch type {
            case "ADDED", "MODIFIED": return (Sink.Item(object).map { .changed($0) } ?? .unreadable, version)
            case "DELETED": return (Sink.Item(object).map { .deleted($0) } ?? .unreadable, version)
            case "BOOKMARK": return (.bookmark, version)
            case "ERROR":
                let status = Int(object.member("code")?.integer ?? 500)
                guard status != 410 else { return (.failed(.expired), "") }
                let reason = object.member("message")?.string ?? "an error without a message"
                let seconds = object.member("details")?.member("retryAfterSeconds")?.integer
                return (
                    .failed(
                        .refused(
                            status: status, reason: String(reason.prefix(500)),
                            retryAfterSeconds: seconds.map { Int(clamping: $0) })), ""
                )
            default: return (.unreadable, version)
            }
        }
    }
}
