// SPDX-License-Identifier: Apache-2.0
// What the process tree could not know or had to forget.

/// Counters of the process tree, from its creation on.
public struct ProcessCounters: Sendable, Equatable {
    /// Exits and hook events of an image that is not in the tree: its fork or exec was lost.
    public var unknownProcesses: UInt64 = 0
    /// Forks, execs and seeds whose parent is not in the tree.
    public var unknownParents: UInt64 = 0
    /// Forks, execs and seeds of an image that is already there.
    public var duplicates: UInt64 = 0
    /// Images whose pid came back without an exit in between.
    public var lostExits: UInt64 = 0
    /// Ended images forgotten before their time because the tree was full.
    public var evictedEnded: UInt64 = 0
    /// Living images forgotten because the tree was full.
    public var evictedLive: UInt64 = 0
    /// Chains that lost images in front of their root because they were too long.
    public var shortenedChains: UInt64 = 0
    /// argv bytes that were lost, came without their exec, or were above the limit.
    public var droppedArgumentBytes: UInt64 = 0
    /// Parts of long argvs and environments whose exec was lost.
    public var unmatchedArgumentParts: UInt64 = 0
    /// Arguments of parents and ancestors that were left out because the line was long already.
    public var omittedArguments: UInt64 = 0
    /// Processes whose texts were cut because rendered processes took too much memory.
    public var reducedProcesses: UInt64 = 0

    /// All zero.
    public init() {}
}
