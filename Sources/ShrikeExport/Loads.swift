// SPDX-License-Identifier: Apache-2.0
// Files that processes map to execute: each file of an image once, and those of an exec when it is told of.

internal import ShrikeEvents
internal import ShrikeProcesses

/// What was mapped. One owner, the pipeline.
internal struct Loads {
    /// Files of execs on their way, of all processes.
    private static let waitingLimit = 1_024
    /// Files that are remembered; what takes another's place may be told of twice.
    private static let rememberedLimit = 1_024

    /// By process id.
    private var waiting: [UInt32: [[UInt8]]] = [:]
    private var waitingCount = 0
    private var remembered = [UInt64](repeating: 0, count: Loads.rememberedLimit)

    /// Keeps a file's record until the exec that it belongs to.
    /// - Returns: whether there is room for it.
    internal mutating func wait(_ record: LoaderRecord, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard waitingCount < Self.waitingLimit else { return false }
        waiting[record.header.pid, default: []].append(Array(bytes))
        waitingCount += 1
        return true
    }

    /// The records that waited for a process's exec, or will be in vain, since the process has ended.
    internal mutating func take(pid: UInt32) -> [[UInt8]] {
        guard waitingCount > 0, let records = waiting.removeValue(forKey: pid) else { return [] }
        waitingCount -= records.count
        return records
    }

    /// Whether a file is new for an image. Asked once for each file.
    internal mutating func isNew(_ path: UnsafeRawBufferPointer, of process: ProcessKey) -> Bool {
        var hasher = Hasher()
        hasher.combine(process.pid)
        hasher.combine(process.ktime)
        hasher.combine(bytes: path)
        let hash = UInt64(truncatingIfNeeded: Int64(hasher.finalize())) | 1
        let place = Int(hash >> 1 % UInt64(Self.rememberedLimit))
        if remembered[place] == hash { return false }
        remembered[place] = hash
        return true
    }
}
