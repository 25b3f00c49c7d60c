// SPDX-License-Identifier: Apache-2.0
// Events whose container is not known yet: they wait for its pod, for a short time.

internal import ShrikeProcesses

/// Copies of records in the order in which they came. For one thread.
internal struct HeldEvents {
    /// One event that waits.
    internal struct Event {
        /// The record; empty: the exec event of a process that was there at start.
        internal var record: [UInt8]
        /// Kept in the tree for as long.
        internal var process: ProcessReference
        /// Its time, for the latter.
        internal var ktime: UInt64
        internal var since: ContinuousClock.Instant
    }

    /// As many events wait at most, of so many bytes; beyond that the oldest goes without.
    internal static let capacity = 8_192
    internal static let maximumBytes = 8 << 20

    private let patience: Duration
    private var events: [Event] = []
    /// Where the oldest is; those before it are gone.
    private var first = 0
    private var bytes = 0

    internal init(patience: Duration) { self.patience = patience }

    internal var isEmpty: Bool { first == events.count }
    internal var count: Int { events.count - first }
    internal var isFull: Bool { count >= Self.capacity || bytes >= Self.maximumBytes }

    internal mutating func append(_ event: Event) {
        events.append(event)
        bytes += event.record.count
    }

    /// The oldest one.
    internal mutating func takeOldest() -> Event? {
        guard !isEmpty else { return nil }
        let event = events[first]
        first += 1
        bytes -= event.record.count
        if isEmpty {
            events.removeAll(keepingCapacity: false)
            first = 0
        }
        return event
    }

    /// Whether the oldest has waited long enough.
    internal func isOverdue(at now: ContinuousClock.Instant) -> Bool {
        !isEmpty && now >= events[first].since + patience
    }

    /// All that wait for nothing any more, the oldest first.
    internal mutating func take(where isReady: (ProcessReference) -> Bool) -> [Event] {
        var ready: [Event] = []
        var others: [Event] = []
        for event in events[first...] {
            if isReady(event.process) {
                ready.append(event)
                bytes -= event.record.count
            } else {
                others.append(event)
            }
        }
        (events, first) = (others, 0)
        return ready
    }
}
