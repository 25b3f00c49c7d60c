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
    /// `process_throttle`.
    public var throttle: UInt64 = 0
    /// `process_uprobe`.
    public var uprobe: UInt64 = 0
    /// `process_usdt`.
    public var usdt: UInt64 = 0
    /// `process_loader`.
    public var loader: UInt64 = 0

    /// All zero.
    public init() {}

    /// Counts the events of a hook.
    internal mutating func add(_ lines: UInt64, of kind: HookEventKind) {
        switch kind {
        case .kprobe: kprobe &+= lines
        case .lsm: lsm &+= lines
        case .tracepoint: tracepoint &+= lines
        case .uprobe: uprobe &+= lines
        case .usdt: usdt &+= lines
        }
    }

    /// All kinds.
    public var total: UInt64 {
        exec &+ exit &+ kprobe &+ lsm &+ tracepoint &+ throttle &+ uprobe &+ usdt &+ loader
    }
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
    /// Records by kind.
    public var kinds = RecordCounts()
    /// From the kernel's time stamp of an event until its line was handed to the sink.
    public var latency = LatencyHistogram()
    /// When the latest exported event happened, nanoseconds since 1970; 0: there was none.
    public var latestEventTime: Int64 = 0
    /// Mapped files of execs for which there was no room: no line.
    public var lostLoads: UInt64 = 0
    /// Control groups that are no longer throttled.
    public var endedThrottles: UInt64 = 0
    /// Events that wait until more is known of their container.
    public var waitingEvents = 0
    /// Events that waited so.
    public var heldEvents: UInt64 = 0
    /// Those that went without: their process has `docker`, and no `pod` or one without the container's name.
    public var incompleteEvents: UInt64 = 0
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
            // {"process_exec  {"process_exit  {"process_kprobe  {"process_lsm  {"process_tracepoint  {"process_uprobe  {"process_usdt
            let kind = lines[start...].dropFirst(10).prefix(4)
            start = (lines.newline(from: start) ?? lines.endIndex - 1) + 1
            if kind.starts(with: "exec".utf8) {
                exported.exec &-= 1
                dropped.exec &+= 1
            } else if kind.starts(with: "exit".utf8) {
                exported.exit &-= 1
                dropped.exit &+= 1
            } else if kind.starts(with: "lsm".utf8) {
                exported.lsm &-= 1
                dropped.lsm &+= 1
            } else if kind.starts(with: "thro".utf8) {
                exported.throttle &-= 1
                dropped.throttle &+= 1
            } else if kind.starts(with: "trac".utf8) {
                exported.tracepoint &-= 1
                dropped.tracepoint &+= 1
            } else if kind.starts(with: "upro".utf8) {
                exported.uprobe &-= 1
                dropped.uprobe &+= 1
            } else if kind.starts(with: "load".utf8) {
                exported.loader &-= 1
                dropped.loader &+= 1
            } else if kind.starts(with: "usdt".utf8) {
                exported.usdt &-= 1
                dropped.usdt &+= 1
            } else {
                exported.kprobe &-= 1
                dropped.kprobe &+= 1
            }
        }
    }
}
