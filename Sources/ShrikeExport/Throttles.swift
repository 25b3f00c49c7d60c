// SPDX-License-Identifier: Apache-2.0
// Control groups that are above the operator's limit: each is told of when that begins and when it ends.

internal import ShrikeEvents

/// What is throttled now. One owner, the pipeline.
internal struct Throttles {
    /// Control groups that are remembered; of more, no end is told.
    private static let limit = 4_096
    /// A control group that has been below its limit for so long is no longer throttled; nanoseconds.
    internal static let endNanoseconds: UInt64 = 5_000_000_000

    private var names: [UInt64: [UInt8]] = [:]
    private var nextLook: UInt64 = 0

    internal var isEmpty: Bool { names.isEmpty }

    /// Takes in a record.
    /// - Returns: whether the control group was not throttled before: other CPUs say the same.
    internal mutating func begin(_ record: ThrottleRecord) -> Bool {
        guard names[record.cgroupID] == nil, names.count < Self.limit else { return false }
        names[record.cgroupID] = record.name
        return true
    }

    /// The control groups that are below their limits again; looked for once a second.
    /// - Parameter lastOver: when a control group was last above its limit on any CPU; nil: it is not known any more.
    internal mutating func ended(_ now: UInt64, lastOver: (UInt64) -> UInt64?) -> [[UInt8]] {
        guard !names.isEmpty, now >= nextLook else { return [] }
        nextLook = now &+ 1_000_000_000
        var ended: [[UInt8]] = []
        for (id, name) in names {
            if let last = lastOver(id), now < last &+ Self.endNanoseconds { continue }
            names[id] = nil
            ended.append(name)
        }
        return ended
    }
}
