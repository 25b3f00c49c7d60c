// SPDX-License-Identifier: Apache-2.0
// The parts of long argvs, and of environments, until their exec record comes. Execs on different CPUs mix in the ring.

internal import ShrikeEvents
internal import ShrikeJSON

/// The parts of one argv.
internal final class PendingExec {
    fileprivate(set) internal var key = ProcessKey(ktime: 0, pid: 0)
    fileprivate(set) internal var isUsed = false
    internal var bytes = ByteBuffer(capacity: 64)
    /// Where the next part should begin.
    fileprivate(set) internal var expected = 0
    /// argv bytes that were kept.
    fileprivate(set) internal var received = 0
    fileprivate var parts: UInt64 = 0
    fileprivate var age: UInt64 = 0

    fileprivate init() {}
}

/// Collects parts for at most `limit` execs at a time. One owner.
internal struct PendingArguments: ~Copyable {
    private static let limit = 32
    /// A collected argv above this gives its memory back.
    private static let keptRoom = 64 << 10

    private let maximumBytes: Int
    private var execs: [PendingExec] = []
    private var clock: UInt64 = 0
    /// Bytes of parts whose exec never came.
    internal private(set) var droppedBytes: UInt64 = 0
    /// Those parts.
    internal private(set) var droppedParts: UInt64 = 0

    internal init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    /// Takes one part.
    internal mutating func collect(_ record: ExecArgsRecord) {
        let exec = find(record.process) ?? begin(record.process)
        exec.parts += 1
        // A part that comes twice; what it displaced is missing when the exec counts its bytes.
        guard record.offset >= exec.expected else { return }
        // A lost part must not make one argument of the two it separates.
        if record.offset > exec.expected { exec.bytes.append("\0") }
        append(to: exec, record.arguments)
        exec.expected = record.offset + record.arguments.count
    }

    /// The parts of an exec, or nil when it had none. Call `end(_:)` when done with it.
    internal func find(_ key: ProcessKey) -> PendingExec? {
        for exec in execs where exec.isUsed && exec.key == key { return exec }
        return nil
    }

    /// Adds the bytes of the exec record itself, the last part of the argv.
    internal func complete(_ exec: PendingExec, with last: UnsafeRawBufferPointer) {
        append(to: exec, last)
    }

    /// Forgets the parts of an exec.
    internal func end(_ exec: PendingExec) {
        exec.isUsed = false
        exec.bytes.releaseRoom(above: Self.keptRoom)
    }

    private func append(to exec: PendingExec, _ part: UnsafeRawBufferPointer) {
        let room = max(0, maximumBytes - exec.bytes.count)
        exec.bytes.append(UnsafeRawBufferPointer(rebasing: part.prefix(room)))
        exec.received += min(room, part.count)
    }

    private mutating func begin(_ key: ProcessKey) -> PendingExec {
        clock += 1
        let exec = idle()
        exec.key = key
        exec.isUsed = true
        exec.age = clock
        exec.expected = 0
        exec.received = 0
        exec.parts = 0
        exec.bytes.removeAll()
        return exec
    }

    /// An unused place, or the one of the oldest exec: its record was lost.
    private mutating func idle() -> PendingExec {
        for exec in execs where !exec.isUsed { return exec }
        if execs.count < Self.limit {
            let exec = PendingExec()
            execs.append(exec)
            return exec
        }
        var oldest = execs[0]
        for exec in execs where exec.age < oldest.age { oldest = exec }
        droppedBytes += UInt64(oldest.received)
        droppedParts += oldest.parts
        return oldest
    }
}
