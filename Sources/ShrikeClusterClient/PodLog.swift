// SPDX-License-Identifier: Apache-2.0
// Follows the log of one pod, over lost connections and restarts of its container.

internal import ShrikeJSON
internal import ShrikeKubernetes
internal import Synchronization

/// The events of one pod.
final class PodLog: Sendable {
    private struct State {
        var pod: ShrikePod
        var isGone = false
        var position = LogPosition()
        /// Since when to read as long as no line has come; nil: from the beginning.
        var start: Int64?
        /// Whether nothing that is there already is wanted.
        var isFromNow: Bool
        var isOpen = false
    }

    private let client: APIClient
    private let gate: EventGate
    private let note: @Sendable (String) -> Void
    private let state: Mutex<State>
    private let uid: String

    /// - Parameters:
    ///   - since: only lines from then on, nanoseconds since 1970.
    ///   - isFromNow: only lines that come from now on.
    ///   - note: is told about outages.
    init(
        _ pod: ShrikePod, client: APIClient, gate: EventGate, since: Int64?, isFromNow: Bool,
        note: @escaping @Sendable (String) -> Void
    ) {
        (self.client, self.gate, self.note) = (client, gate, note)
        uid = pod.uid
        state = Mutex(State(pod: pod, start: since, isFromNow: isFromNow && since == nil))
    }

    /// What the API server says about the pod now.
    func update(_ pod: ShrikePod) { state.withLock { $0.pod = pod } }

    /// The pod is gone: what its log still gives is read, and no more asked for.
    func end() { state.withLock { $0.isGone = true } }

    /// Reads until the pod is gone or the task is cancelled.
    func run() async {
        var random = SystemRandomNumberGenerator()
        var backoff = Backoff(first: client.timing.firstPause, most: client.timing.longestPause)
        var lastRun: Int64?
        var isAway = false
        await gate.add(uid)
        while !Task.isCancelled {
            let (pod, isGone) = state.withLock { ($0.pod, $0.isGone) }
            guard let run = pod.logRun else {
                if isGone { break }
                try? await Task.sleep(for: .milliseconds(200))
                continue
            }
            var error: KubernetesError?
            var lines = 0
            do throws(KubernetesError) {
                // The end of an earlier run that was not read to its end.
                if let lastRun, lastRun != run { lines += try await readEarlierRun(of: pod) }
                lastRun = run
                lines += try await read(pod, isEarlier: false)
            } catch let failure {
                error = failure
            }
            if Task.isCancelled { break }
            if lines > 0 {
                backoff.reset()
                isAway = false
            }
            if isGone, error == nil || error?.isNotFound == true { break }
            if let error {
                if await isFatal(error) { break }
                // A log in which nothing happens is silent too.
                if error == .timedOut, isOpen { continue }
                if case .tooLarge = error { skip() }
                if !isAway {
                    note("the events of \(pod.node) are not to be had, and are asked for again: \(error)")
                }
                isAway = true
            }
            try? await Task.sleep(for: backoff.next(after: error, using: &random))
        }
        await gate.remove(uid)
    }

    /// A line that is too long would come again and again: goes on with what comes from now on.
    private func skip() {
        state.withLock { state in
            state.position.forget()
            (state.start, state.isFromNow) = (nil, true)
        }
    }

    private var isOpen: Bool { state.withLock { $0.isOpen } }

    /// An earlier run's log may be cleared away: no reason not to read the present one.
    private func readEarlierRun(of pod: ShrikePod) async throws(KubernetesError) -> Int {
        guard state.withLock({ $0.position.time != nil }) else { return 0 }
        do throws(KubernetesError) {
            return try await read(pod, isEarlier: true)
        } catch {
            guard case .refused(400...404, _, _) = error else { throw error }
            return 0
        }
    }

    /// Whether nobody may read logs: that will not change by asking again.
    private func isFatal(_ error: KubernetesError) async -> Bool {
        guard case .refused(let status, _, _) = error, status == 401 || status == 403,
            state.withLock({ !$0.isOpen })
        else { return false }
        await gate.fail(error)
        return true
    }

    // MARK: One answer

    /// Reads what the server gives.
    /// - Returns: how many new lines there were.
    private func read(_ pod: ShrikePod, isEarlier: Bool) async throws(KubernetesError) -> Int {
        let asked = WallClock.now
        var query = [("container", ShrikePod.logContainer), ("timestamps", "true")]
        query.append(isEarlier ? ("previous", "true") : ("follow", "true"))
        query += state.withLock { state in
            state.position.begin()
            if let since = state.position.time ?? state.start { return [("sinceTime", Self.second(since))] }
            return state.isFromNow ? [("tailLines", "0")] : []
        }
        let counter = Mutex(0)
        do throws(KubernetesError) {
            try await client.lines(
                "/api/v1/namespaces/\(pod.namespace)/pods/\(pod.name)/log", query: query,
                within: .seconds(24 * 3_600),
                opened: { [self] in
                    state.withLock { state in
                        state.isOpen = true
                        // Who comes back before the first line wants all since the first time; clocks differ a little.
                        if state.isFromNow, state.start == nil { state.start = asked - 5_000_000_000 }
                    }
                    Task { [self] in await gate.open(uid) }
                },
                body: { [self] line in
                    if let event = take(line) {
                        counter.withLock { $0 += 1 }
                        try await gate.push(event, from: uid)
                    }
                })
        } catch {
            let count = counter.withLock { $0 }
            // What came is not forgotten because of how it ended.
            guard count > 0, error == .timedOut else { throw error }
            return count
        }
        return counter.withLock { $0 }
    }

    /// A new event of a line `TIME TEXT`; nil: it is an old one, or none.
    private func take(_ line: [UInt8]) -> NodeEvent? {
        guard let space = line.firstIndex(of: UInt8(ascii: " ")),
            let logged = nanoseconds(rfc3339: line[..<space])
        else { return nil }
        guard state.withLock({ $0.position.take(logged) }) else { return nil }
        let text = Array(line[(space + 1)...])
        guard text.first == UInt8(ascii: "{") else { return nil }
        let time = text.withUnsafeBytes { bytes in
            JSONView(bytes)?.member("time")?.string.flatMap { nanoseconds(rfc3339: $0.utf8) }
        }
        return NodeEvent(time: time ?? logged, line: text)
    }

    /// A time as the API takes it: the whole second before it.
    static func second(_ time: Int64) -> String {
        var buffer = ByteBuffer(capacity: 40)
        var writer = TimestampWriter()
        writer.append(time, to: &buffer)
        return String(
            decoding: buffer.bytes.prefix { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "Z") },
            as: UTF8.self)
            + "Z"
    }
}

extension KubernetesError {
    fileprivate var isNotFound: Bool {
        if case .refused(404, _, _) = self { true } else { false }
    }
}
