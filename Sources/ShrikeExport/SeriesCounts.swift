// SPDX-License-Identifier: Apache-2.0
// Counts of things that many processes do: a policy's events on a hook, a system call, each by series.

/// How often each of some numbered things was counted for each series. Bounded, since both numbers may be many.
internal struct SeriesCounts: Sendable {
    /// Most rows beside those of the series of all that have none of their own, which always has room: there is one for
    /// each thing.
    private static let limit = 16_384

    /// What there is a count of, and how often it was counted.
    internal struct Row: Sendable {
        internal var item: Int32
        internal var series: Int32
        internal var count: UInt64
    }

    internal private(set) var rows: [Row] = []
    private var places: [UInt64: Int32] = [:]
    private var ownRows = 0
    /// Places of rows that were counted lately, by a few bits of their keys: most lines need no hash.
    private var recent = [Recent](repeating: Recent(), count: recentCount)
    private static let recentCount = 256

    private struct Recent: Sendable {
        var key = UInt64.max
        var place: Int32 = 0
    }

    internal init() {}

    private static func key(_ item: Int32, _ series: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: item)) << 32 | UInt64(UInt32(bitPattern: series))
    }

    @inline(__always)
    internal mutating func add(_ events: UInt64, item: Int32, series: Int) {
        let number = Int32(truncatingIfNeeded: series)
        let key = Self.key(item, number)
        let slot = (Int(truncatingIfNeeded: item) &* 31 &+ series) & (Self.recentCount - 1)
        if recent[slot].key != key { recent[slot] = Recent(key: key, place: place(of: item, number)) }
        rows[Int(recent[slot].place)].count &+= events
    }

    @inline(never)
    private mutating func place(of item: Int32, _ series: Int32) -> Int32 {
        let key = Self.key(item, series)
        if let known = places[key] { return known }
        if series != 0 {
            guard ownRows < Self.limit else { return place(of: item, 0) }
            ownRows += 1
        }
        let place = Int32(rows.count)
        places[key] = place
        rows.append(Row(item: item, series: series, count: 0))
        return place
    }

    /// Series have ended; their numbers may come to mean others. Walks all rows.
    internal mutating func clear(_ series: Set<Int32>) {
        keep { !series.contains($0.series) }
    }

    /// Forgets all other rows.
    private mutating func keep(where isKept: (Row) -> Bool) {
        let kept = rows.filter(isKept)
        guard kept.count < rows.count else { return }
        rows = kept
        ownRows = kept.count { $0.series != 0 }
        recent = [Recent](repeating: Recent(), count: Self.recentCount)
        places.removeAll(keepingCapacity: true)
        for (place, row) in kept.enumerated() { places[Self.key(row.item, row.series)] = Int32(place) }
    }

    /// Forgets everything.
    internal mutating func removeAll() {
        keep { _ in false }
    }
}
