// SPDX-License-Identifier: Apache-2.0
// The thread behind a FileDescriptorSink: moves lines from the queue to a descriptor that may block or fail.

internal import Glibc
internal import Synchronization

/// Writes queued lines to a descriptor on a thread of its own.
internal final class DescriptorWriter: @unchecked Sendable {
    // SAFETY (unchecked): everything that several threads touch is atomic; `isTorn`, `isMidLine` and `reported`
    // are the writer thread's alone; `wakeUp` is a semaphore.
    private static let writeLimit = 1 << 20
    private static let dropLimit = 64 << 10

    internal let queue: LineQueue
    private let descriptor: Int32
    private let ownsDescriptor: Bool
    private let onError: @Sendable (SinkError) -> Void
    private let wakeUp: UnsafeMutablePointer<sem_t>

    private let isSleeping = Atomic<Bool>(false)
    private let isStopping = Atomic<Bool>(false)
    private let isAbandoned = Atomic<Bool>(false)
    internal let isFinished = Atomic<Bool>(false)
    internal let writtenBytes = Atomic<UInt64>(0)
    internal let lostLines = Atomic<UInt64>(0)
    internal let failedWrites = Atomic<UInt64>(0)

    /// A line was cut by an error: the next one begins with a `\n` of its own.
    private var isTorn = false
    /// The last write ended inside a line.
    private var isMidLine = false
    private var reported: Set<Int32> = []

    internal init(
        descriptor: Int32, ownsDescriptor: Bool, queueBytes: Int,
        onError: @escaping @Sendable (SinkError) -> Void
    ) {
        self.descriptor = descriptor
        self.ownsDescriptor = ownsDescriptor
        self.onError = onError
        queue = LineQueue(capacity: queueBytes)
        wakeUp = .allocate(capacity: 1)
        sem_init(wakeUp, 0, 0)
    }

    deinit {
        sem_destroy(wakeUp)
        wakeUp.deallocate()
        if ownsDescriptor { close(descriptor) }
    }

    /// Tells the writer that there are lines. Producer.
    internal func wake() {
        if isSleeping.load(ordering: .sequentiallyConsistent) { sem_post(wakeUp) }
    }

    /// Lets the writer end when the queue is empty; `abandon`: after the write it is in.
    internal func stop(abandon: Bool) {
        if abandon { isAbandoned.store(true, ordering: .sequentiallyConsistent) }
        isStopping.store(true, ordering: .sequentiallyConsistent)
        sem_post(wakeUp)
    }

    /// The writer's thread.
    internal func run() {
        nameThread("shrike-export")
        blockPipeSignal()
        while !isAbandoned.load(ordering: .sequentiallyConsistent) {
            let (first, second) = queue.peek(limit: Self.writeLimit)
            if first.isEmpty {
                if isStopping.load(ordering: .sequentiallyConsistent) && queue.count == 0 { break }
                sleep()
            } else {
                write(first, second)
            }
        }
        dropRest()
        isFinished.store(true, ordering: .sequentiallyConsistent)
    }

    /// pthread_setname_np(3) is not in the Glibc module; the kernel's file does the same. Only a name: failure is
    /// of no consequence.
    private func nameThread(_ name: StaticString) {
        let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = Glibc.write(file, name.utf8Start, name.utf8CodeUnitCount)
        close(file)
    }

    /// A reader that goes away is an error of one write, not the end of the daemon: SIGPIPE goes to the thread
    /// that wrote, where it stays blocked.
    private func blockPipeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    private func sleep() {
        isSleeping.store(true, ordering: .sequentiallyConsistent)
        // Looked at again after the flag is up: a producer that missed the flag has stored its bytes before.
        if queue.count == 0 && !isStopping.load(ordering: .sequentiallyConsistent) { sem_wait(wakeUp) }
        isSleeping.store(false, ordering: .sequentiallyConsistent)
    }

    private func write(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) {
        let newline: StaticString = "\n"
        let result = withUnsafeTemporaryAllocation(of: iovec.self, capacity: 3) { parts in
            var count = 0
            // SAFETY: writev(2) only reads through these pointers, all valid until it returns.
            if isTorn {
                parts[count] = iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: newline.utf8Start), iov_len: 1)
                count += 1
            }
            for part in [first, second] where !part.isEmpty {
                parts[count] = iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: part.baseAddress), iov_len: part.count)
                count += 1
            }
            return writev(descriptor, parts.baseAddress, Int32(count))
        }
        if result < 0 { return fail(errno, first, second) }
        var taken = result
        if isTorn && taken > 0 {
            isTorn = false
            taken -= 1
        }
        guard taken > 0 else { return }
        let last = taken <= first.count ? first[taken - 1] : second[taken - first.count - 1]
        isMidLine = last != 0x0a
        queue.advance(taken)
        writtenBytes.wrappingAdd(UInt64(taken), ordering: .relaxed)
    }

    private func fail(_ code: Int32, _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) {
        if code == EINTR { return }
        if code == EAGAIN { return waitUntilWritable() }
        failedWrites.wrappingAdd(1, ordering: .relaxed)
        if reported.insert(code).inserted { onError(SinkError(operation: "write", code: code)) }
        drop(first, second)
    }

    /// Somebody made the descriptor non-blocking (it may be shared, as standard output is).
    private func waitUntilWritable() {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&request, 1, 100)
    }

    /// Drops whole lines from the front, and the rest of one that was begun.
    private func drop(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) {
        var dropped = 0
        var lines: UInt64 = 0
        for part in [first, second] {
            for byte in part {
                dropped += 1
                guard byte == 0x0a else { continue }
                lines += 1
                if dropped >= Self.dropLimit { return finishDrop(dropped, lines) }
            }
        }
        // The view may end inside a line when lines are longer than a write: the rest goes the next time.
        let isWhole = (second.isEmpty ? first.last : second.last) == 0x0a
        finishDrop(dropped, lines)
        if !isWhole { isMidLine = true }
    }

    private func finishDrop(_ bytes: Int, _ lines: UInt64) {
        if isMidLine { isTorn = true }
        isMidLine = false
        queue.advance(bytes)
        lostLines.wrappingAdd(lines, ordering: .relaxed)
    }

    private func dropRest() {
        while queue.count > 0 {
            let (first, second) = queue.peek(limit: Self.writeLimit)
            drop(first, second)
        }
    }
}
