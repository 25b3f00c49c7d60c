// SPDX-License-Identifier: Apache-2.0
// How full the two rings are, now and at worst lately: what is about to be lost.

/// Fill levels of one ring.
public struct RingFill: Sendable, Equatable {
    /// Bytes of records that the ring holds.
    public var capacityBytes: Int
    /// Bytes that waited when the event thread last looked.
    public var pendingBytes = 0
    /// Most bytes that waited within the last one to two minutes.
    public var peakBytes: Int { max(peak, previousPeak) }

    private var peak = 0
    private var previousPeak = 0

    /// An empty ring.
    public init(capacityBytes: Int) { self.capacityBytes = capacityBytes }

    mutating func note(_ pending: Int) {
        pendingBytes = pending
        if pending > peak { peak = pending }
    }

    mutating func beginMinute() {
        previousPeak = peak
        peak = pendingBytes
    }
}

/// Fill levels of both rings.
public struct RingFigures: Sendable, Equatable {
    /// For fork, exec, exit and enforcement.
    public var critical: RingFill
    /// For what policies observe.
    public var observation: RingFill

    private var minuteBegan = ContinuousClock.now

    /// Empty rings.
    public init(criticalBytes: Int, observationBytes: Int) {
        critical = RingFill(capacityBytes: criticalBytes)
        observation = RingFill(capacityBytes: observationBytes)
    }

    mutating func note(
        critical criticalBytes: Int, observation observationBytes: Int, at now: ContinuousClock.Instant
    ) {
        if now - minuteBegan >= .seconds(60) {
            minuteBegan = now
            critical.beginMinute()
            observation.beginMinute()
        }
        critical.note(criticalBytes)
        observation.note(observationBytes)
    }
}
