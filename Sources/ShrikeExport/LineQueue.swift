// SPDX-License-Identifier: Apache-2.0
// The bounded queue between the pipeline's thread and a writer's: a ring of bytes without locks, so that a writer
// that is stuck in write(2) holds nothing the pipeline needs.

internal import Synchronization

/// A ring of whole lines for one producer and one consumer.
internal final class LineQueue: @unchecked Sendable {
    // SAFETY (unchecked): `head` and `origin` are stored by the producer only and `tail` by the consumer only; bytes
    // between `tail` and `head` belong to the consumer, all others to the producer, and the atomics order their accesses.
    private let storage: UnsafeMutableRawPointer
    internal let capacity: Int
    private let head = Atomic<Int>(0)
    private let tail = Atomic<Int>(0)
    /// The position whose byte is the storage's first. It changes while the queue is empty only, before `head` does: who
    /// sees bytes in the queue sees where they are.
    private let origin = Atomic<Int>(0)

    /// - Parameter capacity: bytes, rounded up to a power of two.
    internal init(capacity: Int) {
        var size = 4_096
        while size < capacity { size *= 2 }
        self.capacity = size
        storage = .allocate(byteCount: size, alignment: 4_096)
    }

    deinit {
        storage.deallocate()
    }

    /// Bytes that wait. Any thread.
    internal var count: Int {
        head.load(ordering: .sequentiallyConsistent) - tail.load(ordering: .sequentiallyConsistent)
    }

    /// Takes as many of the lines as fit. Producer.
    /// - Returns: bytes taken, up to and including a `\n`; 0 when not even the first line fits.
    internal func put(_ lines: UnsafeRawBufferPointer) -> Int {
        guard let start = lines.baseAddress else { return 0 }
        let position = head.load(ordering: .relaxed)
        let waiting = position - tail.load(ordering: .acquiring)
        // An empty queue begins at its storage's start again: with a writer that keeps up, few pages are ever touched.
        if waiting == 0 { origin.store(position, ordering: .relaxed) }
        let room = capacity - waiting
        var size = lines.count
        if size > room {
            guard let newline = lines.prefix(room).lastIndex(of: 0x0a) else { return 0 }
            size = newline + 1
        }
        let offset = offset(of: position)
        let first = min(size, capacity - offset)
        // SAFETY: offset + first <= capacity, and size - first <= offset because size <= room.
        (storage + offset).copyMemory(from: start, byteCount: first)
        if first < size { storage.copyMemory(from: start + first, byteCount: size - first) }
        head.store(position + size, ordering: .sequentiallyConsistent)
        return size
    }

    /// The oldest bytes, at most `limit`, in two parts when they wrap. Consumer; valid until `advance(_:)`.
    internal func peek(limit: Int) -> (UnsafeRawBufferPointer, UnsafeRawBufferPointer) {
        let position = tail.load(ordering: .relaxed)
        let size = min(limit, head.load(ordering: .acquiring) - position)
        let offset = offset(of: position)
        let first = min(size, capacity - offset)
        return (
            // SAFETY: both parts lie between tail and head and inside the storage.
            UnsafeRawBufferPointer(start: storage + offset, count: first),
            UnsafeRawBufferPointer(start: storage, count: size - first)
        )
    }

    /// Forgets the oldest bytes. Consumer.
    internal func advance(_ size: Int) {
        tail.store(tail.load(ordering: .relaxed) + size, ordering: .sequentiallyConsistent)
    }

    private func offset(of position: Int) -> Int {
        (position - origin.load(ordering: .relaxed)) & (capacity - 1)
    }
}
