// SPDX-License-Identifier: Apache-2.0
// Hook records that wait for the hash of their file, which the kernel sends a little later.

/// Copies of records, for a short time. For one thread.
internal struct AwaitedHashes {
    /// Which hit a hash is of.
    internal struct Key: Hashable {
        internal var tid: UInt32
        internal var ktime: UInt64
    }

    /// As many calls can be amid a hash at once, or were refused behind their event.
    internal static let capacity = 256
    /// After this time a hash does not come any more.
    internal static let patience = Duration.seconds(2)

    private var records: [Key: [UInt8]] = [:]
    /// The oldest first, with their arrival.
    private var order: [(key: Key, since: ContinuousClock.Instant)] = []

    internal var isEmpty: Bool { records.isEmpty }

    /// Keeps a record.
    /// - Returns: the oldest one when there is no room; it goes without a hash.
    internal mutating func add(_ record: UnsafeRawBufferPointer, _ key: Key) -> [UInt8]? {
        let oldest = order.count < Self.capacity ? nil : take(order[0].key)
        if records.updateValue(Array(record), forKey: key) == nil { order.append((key, .now)) }
        return oldest
    }

    /// The record that a hash is of; nil when it did not wait so long.
    internal mutating func take(_ key: Key) -> [UInt8]? {
        guard let record = records.removeValue(forKey: key) else { return nil }
        order.removeAll { $0.key == key }
        return record
    }

    /// A record that has waited too long.
    internal mutating func takeOverdue() -> [UInt8]? {
        guard let first = order.first, .now > first.since + Self.patience else { return nil }
        return take(first.key)
    }
}
