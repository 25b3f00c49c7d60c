// SPDX-License-Identifier: Apache-2.0
// Identical events of a time window as one line with a count.

internal import ShrikeJSON

/// Holds lines back for a window. Two are identical when they differ in the envelope's time only; what comes out
/// has the time of the first and, for more than one, `aggregation_info`.
internal struct LineAggregator {
    internal enum Outcome { case held, folded, refused }

    private struct Event {
        var line: [UInt8]
        var count: UInt64 = 1
        /// Where `aggregation_info` goes: behind the time.
        var place: Int
    }

    private let window: Duration
    private let limit: Int
    private var opened: ContinuousClock.Instant
    private var events: [Event] = []
    private var places: [[UInt8]: Int] = [:]

    internal init(window: Duration, limit: Int, now: ContinuousClock.Instant) {
        self.window = window
        self.limit = limit
        opened = now
    }

    /// Takes a line, with its `\n`. A line without a time, and one too many, is refused.
    internal mutating func take(_ line: UnsafeRawBufferPointer) -> Outcome {
        guard let time = Self.time(in: line) else { return .refused }
        var key = Array(line[..<time.lowerBound])
        key += line[time.upperBound...]
        if let known = places[key] {
            events[known].count += 1
            return .folded
        }
        guard events.count < limit else { return .refused }
        places[key] = events.count
        events.append(Event(line: Array(line), place: time.upperBound))
        return .held
    }

    /// The lines of the window when it is over, in the order of their first events.
    internal mutating func due(_ now: ContinuousClock.Instant, isLast: Bool) -> [[UInt8]] {
        guard isLast || now - opened >= window else { return [] }
        opened = now
        defer {
            events.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
        }
        return events.map { event in
            guard event.count > 1 else { return event.line }
            let info = ",\"aggregation_info\":{\"count\":\"\(event.count)\"}"
            return event.line[..<event.place] + Array(info.utf8) + event.line[event.place...]
        }
    }

    /// Where the value of the envelope's time is.
    private static func time(in line: UnsafeRawBufferPointer) -> Range<Int>? {
        guard let start = line.baseAddress, let value = JSONView(line)?.member("time")?.bytes,
            let found = value.baseAddress
        else { return nil }
        let offset = found - start
        return offset..<offset + value.count
    }
}
