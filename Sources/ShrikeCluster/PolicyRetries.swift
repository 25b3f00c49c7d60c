// SPDX-License-Identifier: Apache-2.0
// When refused policies are tried again: the kernel may have room by then, a module be loaded, a name be free.

/// The refused policies, each with its next time.
struct PolicyRetries {
    /// How long to wait.
    struct Timing: Sendable {
        /// After the first refusal; twice as long after each further one.
        var first = Duration.seconds(30)
        /// At most, up to a quarter less at random: not all nodes at once.
        var most = Duration.seconds(900)
    }

    private struct Entry {
        var object: PolicyObject
        var pause: Duration
        var due: ContinuousClock.Instant
    }

    /// Most policies that are tried in one go.
    private static let batchLimit = 20

    private let timing: Timing
    private var entries: [PolicyObject.Key: Entry] = [:]

    init(_ timing: Timing) { self.timing = timing }

    /// A policy was refused, the first time or again.
    mutating func refused(_ object: PolicyObject, now: ContinuousClock.Instant) {
        var pause = timing.first
        if let earlier = entries[object.key], earlier.object == object {
            pause = min(earlier.pause * 2, timing.most)
        }
        entries[object.key] = Entry(
            object: object, pause: pause, due: now + pause * Double.random(in: 0.75...1))
    }

    /// A policy is not refused any more, or gone.
    mutating func forget(_ key: PolicyObject.Key) { entries[key] = nil }

    /// Those whose time has come, the longest due first.
    func due(now: ContinuousClock.Instant) -> [PolicyObject] {
        entries.values.filter { $0.due <= now }.sorted { $0.due < $1.due }.prefix(Self.batchLimit)
            .map(\.object)
    }
}

/// Lets one change at a time through, in the order of their coming.
struct ChangeQueue {
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Whether the caller may go ahead; if not, it is to `wait`.
    mutating func enter() -> Bool {
        guard !isBusy else { return false }
        isBusy = true
        return true
    }

    mutating func wait(_ continuation: CheckedContinuation<Void, Never>) { waiting.append(continuation) }

    /// Hands over to the next.
    mutating func leave() {
        guard !waiting.isEmpty else {
            isBusy = false
            return
        }
        // It stays busy: nobody can come between.
        waiting.removeFirst().resume()
    }
}
