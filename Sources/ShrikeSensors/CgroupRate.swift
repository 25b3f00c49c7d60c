// SPDX-License-Identifier: Apache-2.0
// What a control group may send of itself.

/// A limit on the forks, execs and exits of each control group, for each CPU by itself. Hooks and what they enforce are
/// not limited.
public struct CgroupRate: Sendable, Equatable {
    /// Most of them in an interval.
    public var events: UInt32
    /// Its length.
    public var intervalNanoseconds: UInt64

    /// A limit.
    public init(events: UInt32, intervalNanoseconds: UInt64) {
        self.events = events
        self.intervalNanoseconds = intervalNanoseconds
    }
}
