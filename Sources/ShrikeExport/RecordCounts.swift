// SPDX-License-Identifier: Apache-2.0
// Records by kind, as they came from the rings.

/// What a pipeline was given.
public struct RecordCounts: Sendable, Equatable {
    /// Forks.
    public var forks: UInt64 = 0
    /// Execs.
    public var execs: UInt64 = 0
    /// Parts of long argument lists.
    public var argumentParts: UInt64 = 0
    /// Their bytes.
    public var argumentPartBytes: UInt64 = 0
    /// Exits.
    public var exits: UInt64 = 0
    /// Hits of hooks, by what they are told as; a hit that several policies match is one record.
    public var hooks = EventCounts()
    /// Files that processes mapped to execute.
    public var loads: UInt64 = 0
    /// Control groups that came to be throttled.
    public var throttles: UInt64 = 0
    /// Bits of the flags of execs: how often bit n was set.
    public var execFlags = SIMD32<UInt64>()

    /// All zero.
    public init() {}

    @inline(__always)
    internal mutating func addExec(flags: UInt32) {
        execs &+= 1
        var rest = flags
        while rest != 0 {
            execFlags[rest.trailingZeroBitCount] &+= 1
            rest &= rest &- 1
        }
    }
}
