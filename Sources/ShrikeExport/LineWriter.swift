// SPDX-License-Identifier: Apache-2.0
// The thread behind a sink: moves lines from the queue to an output that may block or fail.

internal import Glibc
internal import Synchronization

/// Writes queued lines to an output on a thread of its own.
internal final class LineWriter: @unchecked Sendable {
    // SAFETY (unchecked): everything that several threads touch is atomic; `source`, `output`, `isMidLine` and
    // the report of failures are the writer thread's alone; `wakeUp` is a semaphore.
    private static let dropLimit = 64 << 10
    /// Seconds without a failure after which an outage is over: one that comes and goes is one outage.
    private static let calmSeconds = 5.0

    internal let queue: LineQueue
    private let source: LineSource
    private let output: any LineOutput
    private let onEvent: @Sendable (SinkEvent) -> Void
    private let wakeUp: UnsafeMutablePointer<sem_t>

    private let isSleeping = Atomic<Bool>(false)
    private let isStopping = Atomic<Bool>(false)
    private let isAbandoned = Atomic<Bool>(false)
    internal let isFinished = Atomic<Bool>(false)
    internal let writtenBytes = Atomic<UInt64>(0)
    internal let writtenLines = Atomic<UInt64>(0)
    internal let lostLines = Atomic<UInt64>(0)
    internal let failedWrites = Atomic<UInt64>(0)

    /// The last write ended inside a line.
    private var isMidLine = false
    private var reported: Set<Int32> = []
    private var lastFailure: ContinuousClock.Instant?
    private var hasWrittenSince = false
    private var lostAtFailure: UInt64 = 0
    private var lastTick = ContinuousClock.now

    internal init(
        output: any LineOutput, queueBytes: Int, stage: (any LineStage)?,
        onEvent: @escaping @Sendable (SinkEvent) -> Void
    ) {
        self.output = output
        self.onEvent = onEvent
        queue = LineQueue(capacity: queueBytes)
        source = LineSource(queue: queue, stage: stage)
        wakeUp = .allocate(capacity: 1)
        sem_init(wakeUp, 0, 0)
    }

    deinit {
        sem_destroy(wakeUp)
        wakeUp.deallocate()
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
            tickIfDue()
            let (first, second) = source.peek(limit: output.offeredBytes)
            if first.isEmpty {
                if isStopping.load(ordering: .sequentiallyConsistent) && source.isEmpty {
                    if !source.finish() { break }
                } else {
                    sleep()
                }
            } else {
                write(first, second)
            }
        }
        dropRest()
        output.close()
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

    private func tickIfDue() {
        let now = ContinuousClock.now
        guard now - lastTick >= .seconds(1) else { return }
        lastTick = now
        if !isMidLine {
            output.tick()
            source.tick()
        }
        if let lastFailure, hasWrittenSince, now - lastFailure > .seconds(Self.calmSeconds) { endOutage() }
    }

    private func sleep() {
        isSleeping.store(true, ordering: .sequentiallyConsistent)
        // Looked at again after the flag is up: a producer that missed the flag has stored its bytes before.
        if queue.count == 0 && !isStopping.load(ordering: .sequentiallyConsistent) {
            var until = timespec()
            clock_gettime(CLOCK_REALTIME, &until)
            until.tv_sec += 1
            sem_timedwait(wakeUp, &until)
        }
        isSleeping.store(false, ordering: .sequentiallyConsistent)
    }

    private func write(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) {
        switch output.write(first, second, isMidLine: isMidLine) {
        case .written(let count):
            guard count > 0 else { return }
            hasWrittenSince = true
            let last = count <= first.count ? first[count - 1] : second[count - first.count - 1]
            isMidLine = last != 0x0a
            writtenLines.wrappingAdd(lines(first, second, count), ordering: .relaxed)
            writtenBytes.wrappingAdd(UInt64(count), ordering: .relaxed)
            source.advance(count)
        case .tooLong(let count):
            let lost = lines(first, second, count)
            lostLines.wrappingAdd(lost, ordering: .relaxed)
            source.advance(count)
            note(SinkError(operation: "write a line longer than a file may be", code: EFBIG))
        case .failed(let error):
            failedWrites.wrappingAdd(1, ordering: .relaxed)
            note(error)
            drop(first, second)
        }
    }

    /// Reports an error, once for each errno of an outage.
    private func note(_ error: SinkError) {
        if lastFailure == nil { lostAtFailure = lostLines.load(ordering: .relaxed) }
        lastFailure = .now
        hasWrittenSince = false
        if reported.insert(error.code).inserted { onEvent(.failed(error)) }
    }

    private func endOutage() {
        lastFailure = nil
        reported.removeAll()
        onEvent(.recovered(lostLines: lostLines.load(ordering: .relaxed) - lostAtFailure))
    }

    private func lines(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, _ count: Int
    ) -> UInt64 {
        let front = min(count, first.count)
        return UInt64(
            UnsafeRawBufferPointer(rebasing: first.prefix(front)).newlineCount
                + UnsafeRawBufferPointer(rebasing: second.prefix(count - front)).newlineCount)
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
        if isMidLine { output.cutLine() }
        isMidLine = false
        source.advance(bytes)
        lostLines.wrappingAdd(lines, ordering: .relaxed)
    }

    private func dropRest() {
        while true {
            let (first, second) = source.peek(limit: output.offeredBytes)
            if first.isEmpty { return }
            drop(first, second)
        }
    }
}
