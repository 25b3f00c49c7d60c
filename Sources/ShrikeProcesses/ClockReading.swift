// SPDX-License-Identifier: Apache-2.0
// Kernel times to wall time.

internal import Glibc

/// The kernel's clocks, read together: what it takes to turn a kernel time into wall time.
public struct ClockReading: Sendable, Equatable {
    /// CLOCK_REALTIME - CLOCK_MONOTONIC in nanoseconds.
    public var monotonicOffset: Int64
    /// CLOCK_REALTIME - CLOCK_BOOTTIME in nanoseconds.
    public var boottimeOffset: Int64

    /// Makes a reading from the three clocks, in nanoseconds.
    public init(realtime: Int64, monotonic: Int64, boottime: Int64) {
        monotonicOffset = realtime - monotonic
        boottimeOffset = realtime - boottime
    }

    /// Reads the clocks now.
    public static func now() -> ClockReading {
        ClockReading(
            realtime: read(CLOCK_REALTIME), monotonic: read(CLOCK_MONOTONIC),
            boottime: read(CLOCK_BOOTTIME))
    }

    /// CLOCK_MONOTONIC now, in nanoseconds: the clock of records.
    public static func monotonicNow() -> UInt64 { UInt64(bitPattern: read(CLOCK_MONOTONIC)) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Wall time of a CLOCK_MONOTONIC time, in nanoseconds since 1970.
    @inlinable
    public func wallTime(monotonic ktime: UInt64) -> Int64 {
        // Wraps instead of trapping: a hostile ktime gives a silly date, not a dead daemon.
        Int64(bitPattern: ktime) &+ monotonicOffset
    }

    /// Wall time of a CLOCK_BOOTTIME time, in nanoseconds since 1970.
    @inlinable
    public func wallTime(boottime ktime: UInt64) -> Int64 {
        Int64(bitPattern: ktime) &+ boottimeOffset
    }
}
