// SPDX-License-Identifier: Apache-2.0
// Events that were lost before or behind the pipeline and that its stream has yet to tell of.

internal import Synchronization

/// A count that any thread adds to and that the pipeline takes.
public final class StreamLosses: Sendable {
    private let count = Atomic<UInt64>(0)

    /// None.
    public init() {}

    /// Adds lost events.
    public func add(_ events: UInt64) { count.wrappingAdd(events, ordering: .relaxed) }

    internal var hasSome: Bool { count.load(ordering: .relaxed) > 0 }

    internal func take() -> UInt64 { count.exchange(0, ordering: .relaxed) }
}
