// SPDX-License-Identifier: Apache-2.0
// Events of many nodes in the order of their times, as far as a bounded wait can give it.

/// An event that came from a node.
struct NodeEvent {
    /// When it happened, nanoseconds since 1970.
    var time: Int64
    /// Its line of JSON.
    var line: [UInt8]
}

/// Holds events back until no earlier one is to be expected. Pure: whoever calls says what time it is.
///
/// An event leaves when each other source has a later one waiting, or when it has been held as long as is allowed.
/// Events of long ago do not wait for sources that have had nothing to say for that time: such sources are at the end
/// of their past.
struct EventMerge {
    /// Of a pod.
    typealias Source = String

    /// How long events are held, and how many.
    struct Limits {
        /// How long an event is held at most.
        var hold = Duration.seconds(1)
        /// How long is waited for sources that have not answered yet.
        var opening = Duration.seconds(5)
        /// Events older than this are of the past.
        var past = Duration.seconds(5)
        /// Events of the past that one source may have waiting; it is not read from beyond.
        var pastEvents = 1_000
        /// Bytes of all lines that are held; beyond them the earliest leave at once.
        var bytes = 64 << 20
    }

    private struct Entry {
        var time: Int64
        var number: UInt64
        var arrival: ContinuousClock.Instant
        var source: Source
        var line: [UInt8]

        func isBefore(_ other: Entry) -> Bool { (time, number) < (other.time, other.number) }
    }

    private struct SourceState {
        var waiting = 0
        var since: ContinuousClock.Instant
        var isOpen = false
    }

    private let limits: Limits
    private var heap: [Entry] = []
    private var sources: [Source: SourceState] = [:]
    private var number: UInt64 = 0
    private var bytes = 0

    init(limits: Limits = Limits()) { self.limits = limits }

    /// How many events are held.
    var count: Int { heap.count }

    /// Whether more is held than should be: something is to be taken out now.
    var isOverfull: Bool { bytes > limits.bytes }

    /// A source is to be waited for.
    mutating func add(_ source: Source, now: ContinuousClock.Instant) {
        if sources[source] == nil { sources[source] = SourceState(since: now) }
    }

    /// A source has answered.
    mutating func open(_ source: Source, now: ContinuousClock.Instant) {
        guard sources[source]?.isOpen == false else { return }
        sources[source]?.isOpen = true
        sources[source]?.since = now
    }

    /// A source says no more for now; what it has said stays.
    mutating func remove(_ source: Source) { sources[source] = nil }

    /// Whether a source has to wait before it says more about the past.
    func isFull(_ source: Source, at time: Int64, wallClock: Int64) -> Bool {
        (sources[source]?.waiting ?? 0) >= limits.pastEvents && isPast(time, wallClock)
    }

    /// Takes an event.
    mutating func push(_ event: NodeEvent, from source: Source, now: ContinuousClock.Instant) {
        number &+= 1
        bytes += event.line.count
        sources[source]?.waiting += 1
        sources[source]?.since = now
        insert(
            Entry(time: event.time, number: number, arrival: now, source: source, line: event.line))
    }

    /// Takes out what may leave, the earliest first.
    /// - Parameter wallClock: nanoseconds since 1970.
    mutating func release(now: ContinuousClock.Instant, wallClock: Int64) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var (missing, quiet) = (0, 0)
        var isOpening = false
        for state in sources.values {
            if !state.isOpen, now - state.since < limits.opening { isOpening = true }
            guard state.waiting == 0 else { continue }
            if isQuiet(state, now) { quiet += 1 } else { missing += 1 }
        }
        while let first = heap.first {
            let isComplete = missing == 0 && (quiet == 0 || isPast(first.time, wallClock))
            let isHeld = now - first.arrival >= limits.hold && !isOpening
            guard isComplete || isHeld || bytes > limits.bytes else { break }
            removeFirst()
            bytes -= first.line.count
            lines.append(first.line)
            guard var state = sources[first.source] else { continue }
            state.waiting = max(0, state.waiting - 1)
            sources[first.source] = state
            guard state.waiting == 0 else { continue }
            if isQuiet(state, now) { quiet += 1 } else { missing += 1 }
        }
        return lines
    }

    /// All that is held, in its order.
    mutating func drain() -> [[UInt8]] {
        var lines: [[UInt8]] = []
        while let first = heap.first {
            removeFirst()
            lines.append(first.line)
        }
        bytes = 0
        for source in sources.keys { sources[source]?.waiting = 0 }
        return lines
    }

    /// Whether a source, from which nothing waits, is not to be waited for.
    private func isQuiet(_ state: SourceState, _ now: ContinuousClock.Instant) -> Bool {
        now - state.since >= (state.isOpen ? limits.hold : limits.opening)
    }

    private func isPast(_ time: Int64, _ wallClock: Int64) -> Bool {
        let components = limits.past.components
        return wallClock - time > components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }

    // MARK: The heap

    private mutating func insert(_ entry: Entry) {
        heap.append(entry)
        var index = heap.count - 1
        while index > 0, heap[index].isBefore(heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heap.count && heap[child].isBefore(heap[least]) {
                least = child
            }
            guard least != index else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
