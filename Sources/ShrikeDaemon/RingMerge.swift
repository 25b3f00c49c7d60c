// SPDX-License-Identifier: Apache-2.0
// Two rings, one order: what happened first comes out first.

internal import Glibc
internal import ShrikeBPF

/// Reads the critical and the observation ring as one stream, ordered by the records' kernel time.
///
/// A task publishes its records one after the other, so a record of one ring may depend on an earlier one of the
/// other: an observation on its process's exec, an exec on the parts of its arguments. Whenever
/// one ring has a head and the other looked empty *before*, the other is looked at again: what was
/// published before the head is then visible.
struct RingMerge: ~Copyable {
    private var critical: RingBuffer
    private var observation: RingBuffer
    /// Records after which a batch ends, so that the kernel gets its space back.
    static let batchRecords = 4096
    /// How often a ring whose next record is being written is looked at again before the other goes ahead.
    private let busyLooks = 10_000
    /// Records taken ahead of a busy ring's.
    private(set) var passedBusy = 0

    init(critical: consuming RingBuffer, observation: consuming RingBuffer) {
        self.critical = critical
        self.observation = observation
    }

    var descriptors: [Int32] { [critical.fileDescriptor, observation.fileDescriptor] }

    /// Sizes of the rings, nothing waiting.
    var emptyFigures: RingFigures {
        RingFigures(criticalBytes: critical.sizeBytes, observationBytes: observation.sizeBytes)
    }

    /// Notes what waits in the rings.
    func note(in figures: inout RingFigures, at now: ContinuousClock.Instant) {
        figures.note(critical: critical.pendingBytes, observation: observation.pendingBytes, at: now)
    }

    /// Hands on all that is published, up to a batch's worth; the bytes are valid during the call only.
    /// - Returns: how many records there were.
    mutating func drain(_ handle: (UnsafeRawBufferPointer) -> Void) -> Int {
        var count = 0
        while count < Self.batchRecords, let (record, isCritical) = next() {
            unsafe handle(record)
            if isCritical {
                unsafe critical.advance(past: record)
            } else {
                unsafe observation.advance(past: record)
            }
            count += 1
        }
        critical.commit()
        observation.commit()
        return count
    }

    private mutating func next() -> (record: UnsafeRawBufferPointer, isCritical: Bool)? {
        var first = unsafe Self.settled(&critical, busyLooks, &passedBusy)
        var second = unsafe Self.settled(&observation, busyLooks, &passedBusy)
        if unsafe first == nil, unsafe second != nil {
            unsafe first = Self.settled(&critical, busyLooks, &passedBusy)
        } else if unsafe second == nil, unsafe first != nil {
            unsafe second = Self.settled(&observation, busyLooks, &passedBusy)
        }
        switch unsafe (first, second) {
        case (nil, nil): return nil
        case (let record?, nil): return unsafe (record, true)
        case (nil, let record?): return unsafe (record, false)
        case (let left?, let right?):
            // The parts of a long command line carry their exec's time and come before it.
            return unsafe Self.time(left) < Self.time(right) ? (left, true) : (right, false)
        }
    }

    /// The head of a ring; a head that is still being written is waited for, briefly.
    private static func settled(
        _ ring: inout RingBuffer, _ looks: Int, _ passedBusy: inout Int
    ) -> UnsafeRawBufferPointer? {
        for _ in 0..<looks {
            switch ring.peek() {
            case .record(let bytes): return unsafe bytes
            case .empty: return nil
            case .busy: sched_yield()
            }
        }
        passedBusy += 1
        return nil
    }

    /// `ktime_ns` of `struct shrike_event_header`; 0 for a record too short to have one.
    private static func time(_ record: UnsafeRawBufferPointer) -> UInt64 {
        record.count >= 16 ? unsafe record.loadUnaligned(fromByteOffset: 8, as: UInt64.self) : 0
    }
}
