// SPDX-License-Identifier: Apache-2.0
// How long things took, in buckets; no allocation, so the event thread can keep some and copy them out.

/// Counts of times by bucket.
public struct LatencyHistogram: Sendable, Equatable {
    /// Upper bounds of the buckets in nanoseconds, ascending; at most 15. What is longer is counted behind the last.
    public let bounds: [UInt64]
    /// Times by bucket, not cumulative; the one at `bounds.count` has no upper bound.
    public private(set) var counts = SIMD16<UInt64>()
    /// All times together.
    public private(set) var sumNanoseconds: UInt64 = 0

    /// From the kernel's time stamp until a line is handed to the export and to clients: 100 µs to 10 s.
    public static let fromKernel: [UInt64] = [
        100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
        100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 10_000_000_000,
    ]

    /// The incumbent's for the handling of one record: 50 µs to 100 ms.
    public static let handling: [UInt64] = [50_000, 100_000, 500_000, 1_000_000, 10_000_000, 100_000_000]

    /// No times yet.
    public init(bounds: [UInt64] = fromKernel) {
        precondition(bounds.count < 16, "a histogram has 15 bounds at most")
        self.bounds = bounds
    }

    /// How many times there are.
    public var count: UInt64 { counts.wrappedSum() }

    /// Adds one time.
    @inline(__always)
    public mutating func add(nanoseconds: UInt64) {
        var bucket = 0
        while bucket < bounds.count, nanoseconds > bounds[bucket] { bucket += 1 }
        counts[bucket] &+= 1
        sumNanoseconds &+= nanoseconds
    }
}
