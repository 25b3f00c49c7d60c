// SPDX-License-Identifier: Apache-2.0
// Lines to a file, a pipe or standard output, without ever waiting for it.

internal import Glibc
internal import Synchronization

/// Why a sink could not be opened or written to.
public struct SinkError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system call.
    public var operation: String
    /// The file; nil for a descriptor that was passed in.
    public var path: String?
    /// errno.
    public var code: Int32

    /// Makes an error from its parts.
    public init(operation: String, path: String? = nil, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// `open /var/log/shrike.log: No such file or directory`
    public var description: String {
        let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        return "\(operation)\(path.map { " \($0)" } ?? ""): \(reason)"
    }
}

/// What a sink has to tell; each outage is told once.
public enum SinkEvent: Sendable, Equatable {
    /// Lines are being lost, or a file could not be rotated, for this reason.
    case failed(SinkError)
    /// Writing has worked again for some seconds; so many lines were lost meanwhile.
    case recovered(lostLines: UInt64)
}

/// What a sink did with the lines that it took.
public struct SinkCounters: Sendable, Equatable {
    /// Bytes that reached the descriptor.
    public var writtenBytes: UInt64
    /// Lines that reached the descriptor, to their end.
    public var writtenLines: UInt64
    /// Lines that were taken and lost: a write failed, or the sink was closed before its deadline let them out.
    public var lostLines: UInt64
    /// Writes that failed.
    public var failedWrites: UInt64
    /// Bytes that wait.
    public var queuedBytes: Int

    /// Counters with these values.
    public init(
        writtenBytes: UInt64 = 0, writtenLines: UInt64 = 0, lostLines: UInt64 = 0, failedWrites: UInt64 = 0,
        queuedBytes: Int = 0
    ) {
        self.writtenBytes = writtenBytes
        self.writtenLines = writtenLines
        self.lostLines = lostLines
        self.failedWrites = failedWrites
        self.queuedBytes = queuedBytes
    }
}

/// Writes lines to a descriptor or a rotated file through a bounded queue and a thread of its own
/// (`shrike-export`).
///
/// `write(_:)` is for one thread at a time, the pipeline's; everything else for any. A full queue refuses lines. A
/// failed write (EPIPE, ENOSPC, EIO) loses the lines it had, counts them, is reported once for each errno of an
/// outage, and never leaves a line that is continued later: a file is cut back to its last whole line, and on
/// anything else the next line begins on a line of its own. SIGPIPE is blocked on the writer's thread, so the
/// daemon's own setting does not matter.
public final class FileDescriptorSink: LineSink, @unchecked Sendable {
    // SAFETY (unchecked): `writer` synchronises itself; `thread` is touched under `closing` only; `file` is only
    // asked for what any thread may ask for.
    private let writer: LineWriter
    private let file: RotatingFile?
    private var thread = pthread_t()
    private let closing = Mutex(false)

    /// Starts writing to a descriptor.
    /// - Parameters:
    ///   - ownsDescriptor: whether it is closed with the sink.
    ///   - queueBytes: bound of the queue, rounded up to a power of two.
    ///   - stage: decides about lines before they are written; belongs to the writer's thread from now on.
    ///   - onEvent: called on the writer's thread.
    /// - Throws: `SinkError` when there can be no thread.
    public convenience init(
        descriptor: Int32, ownsDescriptor: Bool = false, queueBytes: Int = 8 << 20,
        stage: (any LineStage)? = nil, onEvent: @escaping @Sendable (SinkEvent) -> Void
    ) throws(SinkError) {
        try self.init(
            DescriptorOutput(descriptor: descriptor, ownsDescriptor: ownsDescriptor), nil, queueBytes, stage,
            onEvent)
    }

    /// Opens a file to append to, or standard output for `-`. A regular file is rotated as the settings say; a
    /// pipe or a device is written to as it is.
    /// - Throws: `SinkError` with the path.
    public convenience init(
        path: String, settings: ExportFileSettings = ExportFileSettings(), queueBytes: Int = 8 << 20,
        stage: (any LineStage)? = nil, onEvent: @escaping @Sendable (SinkEvent) -> Void
    ) throws(SinkError) {
        if path == "-" {
            try self.init(
                descriptor: STDOUT_FILENO, queueBytes: queueBytes, stage: stage, onEvent: onEvent)
            return
        }
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
            guard descriptor >= 0 else { throw SinkError(operation: "open", path: path, code: errno) }
            let output = DescriptorOutput(descriptor: descriptor, ownsDescriptor: true, path: path)
            try self.init(output, nil, queueBytes, stage, onEvent)
            return
        }
        let file = try RotatingFile(path: path, settings: settings, onError: { onEvent(.failed($0)) })
        try self.init(file, file, queueBytes, stage, onEvent)
    }

    private init(
        _ output: any LineOutput, _ file: RotatingFile?, _ queueBytes: Int, _ stage: (any LineStage)?,
        _ onEvent: @escaping @Sendable (SinkEvent) -> Void
    ) throws(SinkError) {
        self.file = file
        writer = LineWriter(output: output, queueBytes: queueBytes, stage: stage, onEvent: onEvent)
        // SAFETY: the thread owns this reference and releases it at its end.
        let reference = Unmanaged.passRetained(writer)
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<LineWriter>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, reference.toOpaque())
        guard code == 0 else {
            reference.release()
            closing.withLock { $0 = true }
            throw SinkError(operation: "pthread_create", code: code)
        }
    }

    deinit {
        close(within: .zero)
    }

    /// Queues lines; never blocks.
    public func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        let taken = writer.queue.put(bytes)
        writer.wake()
        return taken
    }

    /// What became of the lines so far.
    public var counters: SinkCounters {
        SinkCounters(
            writtenBytes: writer.writtenBytes.load(ordering: .relaxed),
            writtenLines: writer.writtenLines.load(ordering: .relaxed),
            lostLines: writer.lostLines.load(ordering: .relaxed),
            failedWrites: writer.failedWrites.load(ordering: .relaxed), queuedBytes: writer.queue.count)
    }

    /// How the file is rotated; nil when it is none. A change is in force from the next line on.
    public var rotation: ExportFileRotation? {
        get { file?.rotation }
        set {
            if let newValue { file?.rotation = newValue }
            writer.wake()
        }
    }

    /// Opens the file by its name again, before the next line: somebody has moved it away. Nothing is lost; when
    /// it cannot be opened, writing goes on where it was.
    public func reopen() {
        file?.reopen()
        writer.wake()
    }

    /// Waits until the queue has been empty once.
    /// - Returns: false when it was not within the time.
    @discardableResult
    public func flush(within limit: Duration) -> Bool {
        wait(limit) { writer.queue.count == 0 }
    }

    /// Writes out what is queued and ends the thread. Lines that come later are refused by nobody and lost.
    ///
    /// When the time is up, queued lines are lost and counted. A thread that a write still holds is left alone;
    /// it ends, and closes the descriptor, when the write returns.
    /// - Returns: whether everything was written within the time.
    @discardableResult
    public func close(within limit: Duration) -> Bool {
        closing.withLock { isClosed in
            if isClosed { return true }
            isClosed = true
            writer.stop(abandon: limit <= .zero)
            let isDone = wait(limit) { writer.isFinished.load(ordering: .sequentiallyConsistent) }
            if !isDone { writer.stop(abandon: true) }
            // The thread may only be in its last steps: no reason to leave it behind.
            if isDone
                || wait(.milliseconds(20), { writer.isFinished.load(ordering: .sequentiallyConsistent) })
            {
                pthread_join(thread, nil)
            } else {
                pthread_detach(thread)
            }
            return isDone
        }
    }

    private func wait(_ limit: Duration, _ condition: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + limit
        while !condition() {
            if ContinuousClock.now >= deadline { return false }
            usleep(500)
        }
        return true
    }
}
