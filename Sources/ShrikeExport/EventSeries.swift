// SPDX-License-Identifier: Apache-2.0
// Events counted by kind, by the binary of their process and its pod, and system calls by their number.

internal import ShrikeEvents
public import ShrikeProcesses

/// Counts by kind and series.
public struct EventSeries: Sendable {
    /// The kinds, by their names in the API.
    public static let kinds = [
        "PROCESS_EXEC", "PROCESS_EXIT", "PROCESS_KPROBE", "PROCESS_LSM", "PROCESS_TRACEPOINT",
        "PROCESS_UPROBE", "PROCESS_USDT", "PROCESS_LOADER",
    ]
    internal static let exec = 0
    internal static let exit = 1
    internal static let loader = 7

    /// What the series are; the first stands for all that have none of their own.
    public internal(set) var labels = SeriesLabels()
    /// Row after row, one for each series with a count for each kind.
    internal var counts: [UInt64]
    /// By number, those of the other ABI behind those of the machine's, then what has no place; empty before the first.
    private var calls: [UInt64] = []

    /// All zero.
    public init() { counts = [UInt64](repeating: 0, count: Self.kinds.count) }

    /// How many events of a kind a series has.
    public func count(kind: Int, series: Int) -> UInt64 {
        let place = series * Self.kinds.count + kind
        return place < counts.count ? counts[place] : 0
    }

    @inline(__always)
    internal mutating func add(_ events: UInt64, kind: Int, series: Int) {
        let place = series * Self.kinds.count + kind
        // Grows with the number of series, which is bounded.
        if place >= counts.count {
            counts += [UInt64](repeating: 0, count: place + Self.kinds.count - counts.count)
        }
        counts[place] &+= events
    }

    /// A series has ended; its number may come to mean another.
    internal mutating func clear(_ series: Int) {
        let start = series * Self.kinds.count
        guard start < counts.count else { return }
        for place in start..<start + Self.kinds.count { counts[place] = 0 }
    }
}

/// A system call as an ABI numbers it.
public struct SystemCallNumber: Sendable, Equatable {
    /// The number; nil stands for all that are too large to be one.
    public var number: Int?
    /// Whether it is of the ABI of 32 bits that the machine has besides its own.
    public var isCompat: Bool

    /// A number of one of the ABIs.
    public init(_ number: Int?, isCompat: Bool = false) {
        self.number = number
        self.isCompat = isCompat
    }
}

extension EventSeries {
    /// Larger numbers than those of any kernel.
    private static let numbers = 1_024

    /// How often each was told of by events of `raw_syscalls/sys_enter`; only what there was.
    public var systemCalls: [(call: SystemCallNumber, count: UInt64)] {
        calls.indices.compactMap { place in
            guard calls[place] > 0 else { return nil }
            let isCounted = place < 2 * Self.numbers
            let call = SystemCallNumber(
                isCounted ? place % Self.numbers : nil, isCompat: isCounted && place >= Self.numbers)
            return (call, calls[place])
        }
    }

    /// Counts events of a call.
    /// - Parameter value: the number as records have it; the highest of 32 bits says that it is the other ABI's.
    internal mutating func add(_ events: UInt64, systemCall value: UInt64) {
        if calls.isEmpty { calls = [UInt64](repeating: 0, count: 2 * Self.numbers + 1) }
        let bits = UInt32(truncatingIfNeeded: value)
        let number = Int(bits & 0x7fff_ffff)
        let place = number < Self.numbers ? number + (bits >> 31 == 0 ? 0 : Self.numbers) : 2 * Self.numbers
        calls[place] &+= events
    }
}

extension HookEventKind {
    /// Its place in `EventSeries.kinds`.
    internal var seriesKind: Int {
        switch self {
        case .kprobe: 2
        case .lsm: 3
        case .tracepoint: 4
        case .uprobe: 5
        case .usdt: 6
        }
    }
}
