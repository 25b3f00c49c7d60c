// SPDX-License-Identifier: Apache-2.0
// Numbers: the values of all filters on an argument cut the numbers into intervals, within which every
// selector's answer is the same.

/// One entry of a hook's interval table.
public struct Interval: Sendable, Hashable {
    /// The first number, as the kernel compares it: signed ones are shifted by 2^63.
    public var start: UInt64
    /// The selectors alive from here to the next interval.
    public var alive: SelectorSet
}

/// One filter on a number: satisfied inside any of the ranges, or, negated, outside all of them.
struct NumberFilter {
    var selector: Int
    var isNegated: Bool
    /// In the order of the numbers, both ends included.
    var ranges: [ClosedRange<UInt64>]

    func isSatisfied(by number: UInt64) -> Bool {
        ranges.contains { $0.contains(number) } != isNegated
    }
}

/// The intervals of one argument, ascending, the first at 0.
struct NumberDimension {
    var intervals: [Interval] = []

    init(filters: [NumberFilter], everyone: SelectorSet) {
        var starts: Set<UInt64> = [0]
        for range in filters.lazy.flatMap(\.ranges) {
            starts.insert(range.lowerBound)
            if range.upperBound < .max { starts.insert(range.upperBound + 1) }
        }
        for start in starts.sorted() {
            var alive = everyone
            for filter in filters where !filter.isSatisfied(by: start) { alive.remove(filter.selector) }
            if intervals.last?.alive != alive { intervals.append(Interval(start: start, alive: alive)) }
        }
    }
}

extension UInt64 {
    /// A number of the language as the kernel orders it.
    init(ordered number: Int128, isSigned: Bool) {
        self = UInt64(truncatingIfNeeded: isSigned ? number + (1 << 63) : number)
    }
}
