// SPDX-License-Identifier: Apache-2.0
// Events a minute, and how many were too many.

/// A bucket of tokens: full at the start, refilled evenly, one token an event.
internal struct RateLimiter {
    private static let reportInterval = Duration.seconds(60)
    private let capacity: Double
    private var tokens: Double
    private var refilled: ContinuousClock.Instant
    private var reported: ContinuousClock.Instant
    private var dropped: UInt64 = 0

    internal init(eventsPerMinute: Int, now: ContinuousClock.Instant) {
        capacity = Double(max(0, eventsPerMinute))
        tokens = capacity
        refilled = now
        reported = now
    }

    /// Whether an event may pass now.
    internal mutating func admits(_ now: ContinuousClock.Instant) -> Bool {
        let passed = now - refilled
        refilled = now
        let seconds = Double(passed.components.seconds) + Double(passed.components.attoseconds) / 1e18
        tokens = min(capacity, tokens + seconds * capacity / 60)
        guard tokens >= 1 else {
            dropped &+= 1
            return false
        }
        tokens -= 1
        return true
    }

    /// The events dropped since the last report, once a minute when there are any.
    internal mutating func report(_ now: ContinuousClock.Instant) -> UInt64? {
        guard now - reported >= Self.reportInterval else { return nil }
        reported = now
        return finish()
    }

    /// The events dropped since the last report, when there are any.
    internal mutating func finish() -> UInt64? {
        defer { dropped = 0 }
        return dropped > 0 ? dropped : nil
    }
}
