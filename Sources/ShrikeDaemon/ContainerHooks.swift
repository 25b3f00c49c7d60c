// SPDX-License-Identifier: Apache-2.0
// What the hooks of container runtimes told before they started containers, counted.

internal import Synchronization

/// Counts the calls of runtimes' hooks. Any thread.
public final class ContainerHooks: Sendable {
    /// How many there were.
    public struct Counts: Sendable, Equatable {
        /// Containers that were let go on.
        public var accepted: UInt64 = 0
        /// Calls that say nothing of a container: their containers are not started by the runtime.
        public var refused: UInt64 = 0
        /// Accepted ones without the container's name.
        public var withoutName: UInt64 = 0
        /// Accepted ones without an image.
        public var withoutImage: UInt64 = 0

        /// None.
        public init() {}
    }

    private let state = Mutex(Counts())

    /// No calls yet.
    public init() {}

    /// The calls so far.
    public var counts: Counts { state.withLock { $0 } }

    /// A container was let go on.
    public func accept(hasName: Bool, hasImage: Bool) {
        state.withLock { counts in
            counts.accepted &+= 1
            if !hasName { counts.withoutName &+= 1 }
            if !hasImage { counts.withoutImage &+= 1 }
        }
    }

    /// A call was refused.
    public func refuse() { state.withLock { $0.refused &+= 1 } }
}
