// SPDX-License-Identifier: Apache-2.0
// What went through the pipeline and what did not come out of it.

public import ShrikeEvents

/// One count for each kind of event.
public struct EventCounts: Sendable, Equatable {
    /// `process_exec`.
    public var exec: UInt64 = 0
    /// `process_exit`.
    public var exit: UInt64 = 0
    /// `process_kprobe`.
    public var kprobe: UInt64 = 0
    /// `process_lsm`.
    public var lsm: UInt64 = 0
    /// `process_tracepoint`.
    public var tracepoint: UInt64 = 0

    /// All zero.
    public init() {}

    /// Counts the events of a hook.
    internal mutating func add(_ lines: UInt64, of kind: HookEventKind) {
        switch kind {
        case .kprobe: kprobe &+= lines
        case .lsm: lsm &+= lines
        case .tracepoint: tracepoint &+= lines
        }
    }

    /// All kinds.
    public var total: UInt64 { exec &+ exit &+ kprobe &+ lsm &+ tracepoint }
}

/// Counters of a pipeline, from its creation on. Copied out by the pipeline's thread.
public struct PipelineCounters: Sendable, Equatable {
    /// Samples taken.
    public var records: UInt64 = 0
    /// Samples that were not records.
    public var undecodable: UInt64 = 0
    /// Why, for the latest one.
    public var latestDecodeError: DecodeError?
    /// Hook records whose layout nobody knows: no line.
    public var unknownLayouts: UInt64 = 0
    /// Hook records that do not fit their layout: a selector or a slot that it does not have.
    public var layoutMismatches: UInt64 = 0
    /// Matches of a policy that posts no event.
    public var suppressed: UInt64 = 0
    /// Lines that the sink took.
    public var exported = EventCounts()
    /// Lines that the sink refused.
    public var dropped = EventCounts()

    /// All zero.
    public init() {}

    /// Moves lines that were not taken from exported to dropped.
    internal mutating func drop(_ lines: UnsafeRawBufferPointer) {
        var start = lines.startIndex
        // Without allocations: this is what happens when there is no time.
        while start < lines.endIndex {
            // {"process_exec  {"process_exit  {"process_kprobe  {"process_lsm  {"process_tracepoint
            let kind = lines[start...].dropFirst(10).prefix(4)
            start = (lines[start...].firstIndex(of: UInt8(ascii: "\n")) ?? lines.endIndex - 1) + 1
            if kind.starts(with: "exec".utf8) {
                exported.exec &-= 1
                dropped.exec &+= 1
            } else if kind.starts(with: "exit".utf8) {
                exported.exit &-= 1
                dropped.exit &+= 1
            } else if kind.starts(with: "lsm".utf8) {
                exported.lsm &-= 1
                dropped.lsm &+= 1
            } else if kind.starts(with: "trac".utf8) {
                exported.tracepoint &-= 1
                dropped.tracepoint &+= 1
            } else {
                exported.kprobe &-= 1
                dropped.kprobe &+= 1
            }
        }
    }
}
