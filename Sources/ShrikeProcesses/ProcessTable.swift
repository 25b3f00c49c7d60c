// SPDX-License-Identifier: Apache-2.0
// The entries of the process tree: a slab with indices, and a hash table from a pid to its newest image.

internal import ShrikeEvents

/// One process image.
internal struct ProcessEntry: BitwiseCopyable {
    internal struct State: OptionSet, BitwiseCopyable {
        internal var rawValue: UInt8
        internal static let used = State(rawValue: 1)
        /// It exited or another image replaced it.
        internal static let ended = State(rawValue: 2)
        /// It ended long enough ago: it stays for its descendants only.
        internal static let expired = State(rawValue: 4)
        internal static let inInitTree = State(rawValue: 8)
    }

    internal var key: ProcessKey
    internal var state: State = .used
    /// Steps to the root when it was linked; an upper bound later.
    internal var depth: UInt16 = 0
    /// Index of the parent's image; -1: unknown, or the root.
    internal var parent: Int32 = -1
    /// Images of the same pid: the table knows the newest.
    internal var older: Int32 = -1
    internal var newer: Int32 = -1
    /// Next in the queue of ended entries, or in the list of free ones.
    internal var next: Int32 = -1
    /// Entries whose parent this is.
    internal var references: Int32 = 0
    /// Those of them that have not ended.
    internal var liveChildren: Int32 = 0
    internal var endedBatch: UInt32 = 0
    /// The container that it was executed in; 0: none. See `ContainerTexts`.
    internal var container: UInt32 = 0
    /// Pid in the innermost pid namespace; 0 in the host's.
    internal var namespacePID: UInt32 = 0
    /// See `BinaryLabels`.
    internal var binaryNumber: Int32 = 0
    /// See `SeriesLabels`.
    internal var series: Int32 = 0
    internal var endedTime: UInt64 = 0
    /// nil: a fork that nobody has asked about yet.
    internal var fragment: Fragment? = nil
}

/// A slab of entries and a hash table over their pids. Grows by doubling up to its capacity.
internal struct ProcessTable: ~Copyable {
    internal let capacity: Int
    internal private(set) var count = 0
    internal var entries: ContiguousArray<ProcessEntry> = []
    private var freeHead: Int32 = -1
    private var slots: ContiguousArray<Int32>
    private var pids = 0

    internal init(capacity: Int) {
        self.capacity = capacity
        slots = ContiguousArray(repeating: -1, count: 64)
    }

    internal var isFull: Bool { count >= capacity }

    /// Index of an image, or -1.
    @inline(__always)
    internal func find(_ key: ProcessKey) -> Int32 {
        var index = newest(key.pid)
        while index >= 0 && entries[Int(index)].key.ktime != key.ktime {
            index = entries[Int(index)].older
        }
        return index
    }

    /// Index of the newest image of a pid, or -1.
    @inline(__always)
    internal func newest(_ pid: UInt32) -> Int32 {
        slots[slot(of: pid)]
    }

    /// Adds an image, which becomes the newest of its pid. The table must not be full.
    internal mutating func insert(_ key: ProcessKey) -> Int32 {
        precondition(!isFull)
        if pids * 2 >= slots.count { growSlots() }
        var entry = ProcessEntry(key: key)
        let position = slot(of: key.pid)
        entry.older = slots[position]
        let index: Int32
        if freeHead >= 0 {
            index = freeHead
            freeHead = entries[Int(index)].next
            entries[Int(index)] = entry
        } else {
            index = Int32(entries.count)
            entries.append(entry)
        }
        if entry.older >= 0 {
            entries[Int(entry.older)].newer = index
        } else {
            pids += 1
        }
        slots[position] = index
        count += 1
        return index
    }

    /// Removes an image.
    internal mutating func remove(_ index: Int32) {
        let entry = entries[Int(index)]
        precondition(entry.state.contains(.used))
        if entry.older >= 0 { entries[Int(entry.older)].newer = entry.newer }
        if entry.newer >= 0 {
            entries[Int(entry.newer)].older = entry.older
        } else if entry.older >= 0 {
            slots[slot(of: entry.key.pid)] = entry.older
        } else {
            removeSlot(slot(of: entry.key.pid))
            pids -= 1
        }
        entries[Int(index)].state = []
        entries[Int(index)].fragment = nil
        entries[Int(index)].next = freeHead
        freeHead = index
        count -= 1
    }

    /// Where a pid is or would go: open addressing, linear probing.
    @inline(__always)
    private func slot(of pid: UInt32) -> Int {
        let mask = slots.count - 1
        var position = home(pid)
        while true {
            let index = slots[position]
            if index < 0 || entries[Int(index)].key.pid == pid { return position }
            position = (position + 1) & mask
        }
    }

    @inline(__always)
    private func home(_ pid: UInt32) -> Int {
        // Fibonacci hashing: pids come in runs, which this spreads. The table has a power of two of slots.
        Int(pid &* 0x9e37_79b1 >> 7) & (slots.count - 1)
    }

    /// Empties a slot and moves up those behind it that would not be found any more.
    private mutating func removeSlot(_ start: Int) {
        let mask = slots.count - 1
        var hole = start
        var position = start
        slots[hole] = -1
        while true {
            position = (position + 1) & mask
            let index = slots[position]
            guard index >= 0 else { return }
            let distance = (position - home(entries[Int(index)].key.pid)) & mask
            if distance >= (position - hole) & mask {
                slots[hole] = index
                slots[position] = -1
                hole = position
            }
        }
    }

    private mutating func growSlots() {
        let old = slots
        slots = ContiguousArray(repeating: -1, count: old.count * 2)
        for index in old where index >= 0 {
            slots[slot(of: entries[Int(index)].key.pid)] = index
        }
    }
}
