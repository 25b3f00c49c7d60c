// SPDX-License-Identifier: Apache-2.0
// How long the pipeline takes for one record, by kind; measured when the operator asks, since it reads a clock twice
// a record.

internal import ShrikeEvents

/// Times of handling by kind of record.
public struct HandlingLatencies: Sendable, Equatable {
    /// Execs.
    public private(set) var exec = LatencyHistogram(bounds: LatencyHistogram.handling)
    /// Exits.
    public private(set) var exit = LatencyHistogram(bounds: LatencyHistogram.handling)
    /// Forks.
    public private(set) var fork = LatencyHistogram(bounds: LatencyHistogram.handling)
    /// Parts of long argument lists.
    public private(set) var argumentPart = LatencyHistogram(bounds: LatencyHistogram.handling)
    /// Hits of hooks, of all kinds.
    public private(set) var hook = LatencyHistogram(bounds: LatencyHistogram.handling)

    /// None measured yet.
    public init() {}

    internal mutating func add(_ event: EventRecord, nanoseconds: UInt64) {
        switch event {
        case .exec: exec.add(nanoseconds: nanoseconds)
        case .exit: exit.add(nanoseconds: nanoseconds)
        case .throttle, .groupMade, .groupGone, .hash, .loader: break
        case .fork: fork.add(nanoseconds: nanoseconds)
        case .execArgs, .execEnvironment: argumentPart.add(nanoseconds: nanoseconds)
        case .hook: hook.add(nanoseconds: nanoseconds)
        }
    }
}
