// SPDX-License-Identifier: Apache-2.0
// A file of whole lines that is moved aside when it is large or old enough.

internal import Glibc
internal import Synchronization

/// Appends whole lines to a file and rotates it between them.
///
/// What can fail on the way (a full disk, a kill) leaves whole lines only: a line that a failed write has begun is
/// cut off again, and so is one that an earlier run was killed in.
internal final class RotatingFile: LineOutput, @unchecked Sendable {
    // SAFETY (unchecked): `parameters` and `wantsReopen` synchronise themselves; everything else is the writer's
    // thread's, after the initialiser.
    /// The queue in one piece, so that the end of the first line is always seen.
    internal let offeredBytes = Int.max
    private static let writeLimit = 1 << 20
    /// Seconds before a rotation that failed is tried again.
    private static let retrySeconds = 1.0

    private let path: String
    private let settings: ExportFileSettings
    private let names: RotatedFileNames
    private let keeper: RotatedFileKeeper
    private let onError: @Sendable (SinkError) -> Void
    private let parameters: Mutex<ExportFileRotation>
    private let wantsReopen = Atomic<Bool>(false)

    private var descriptor: Int32 = -1
    /// Bytes of the file, and those of its whole lines.
    private var size = 0
    private var wholeSize = 0
    private var openedAt = ContinuousClock.now
    private var noRotationBefore = ContinuousClock.now
    private var latestRotationError: Int32 = 0
    private var latestName = 0
    private var isTorn = false

    /// Opens the file, and makes it and its folders when they are not there.
    /// - Parameter onError: called for a rotation that failed, once for each errno in a row; writing goes on.
    internal init(
        path: String, settings: ExportFileSettings, onError: @escaping @Sendable (SinkError) -> Void
    ) throws(SinkError) {
        self.path = path
        self.settings = settings
        self.onError = onError
        names = RotatedFileNames(path: path)
        keeper = RotatedFileKeeper(names: names, compresses: settings.compresses)
        parameters = Mutex(settings.rotation)
        makeFolders()
        try open(owner: nil)
        keeper.tidy(keeping: settings.rotation.keptFiles)
    }

    /// When it is rotated. Any thread.
    internal var rotation: ExportFileRotation {
        get { parameters.withLock { $0 } }
        set { parameters.withLock { $0 = newValue } }
    }

    /// Asks for the file to be opened by name again. Any thread.
    internal func reopen() { wantsReopen.store(true, ordering: .relaxed) }

    internal func write(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, isMidLine: Bool
    ) -> LineWriteResult {
        do throws(SinkError) {
            if isMidLine {
                let rest = lineEnd(first, second, from: 0) ?? first.count + second.count
                return .written(try append(first, second, rest))
            }
            reopenIfAsked()
            let maximum = rotation.maximumBytes
            let line = lineEnd(first, second, from: 0) ?? first.count + second.count
            if line > maximum { return .tooLong(line) }
            if size + line > maximum { rotate() }
            if descriptor < 0 { try open(owner: nil) }
            // A rotation that fails makes a large file, not a lost line.
            let room = min(max(maximum - size, line), Self.writeLimit)
            return .written(try append(first, second, max(line, lastLineEnd(first, second, within: room))))
        } catch {
            return .failed(error)
        }
    }

    internal func cutLine() {
        guard descriptor >= 0, size > wholeSize else { return }
        if ftruncate(descriptor, wholeSize) == 0 { size = wholeSize } else { isTorn = true }
    }

    internal func tick() {
        reopenIfAsked()
        if let interval = rotation.interval, size > 0, ContinuousClock.now - openedAt >= interval { rotate() }
    }

    internal func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
        keeper.finish()
    }

    private func append(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, _ count: Int
    ) throws(SinkError) -> Int {
        let front = min(count, first.count)
        let parts = (
            UnsafeRawBufferPointer(rebasing: first.prefix(front)),
            UnsafeRawBufferPointer(rebasing: second.prefix(count - front))
        )
        while true {
            let result = writeLines(to: descriptor, parts.0, parts.1, newlineFirst: isTorn)
            if result < 0 {
                if errno == EINTR { continue }
                throw SinkError(operation: "write", path: path, code: errno)
            }
            let written = isTorn && result > 0 ? result - 1 : result
            if isTorn && result > 0 {
                isTorn = false
                size += 1
                wholeSize = size
            }
            // Zero bytes of a regular file would be a kernel that makes no progress and says nothing.
            if result == 0 { throw SinkError(operation: "write", path: path, code: EIO) }
            let last = lastLineEnd(parts.0, parts.1, within: written)
            if last > 0 { wholeSize = size + last }
            size += written
            return written
        }
    }

    /// Moves the file aside and opens a new one. On failure writing goes on in the old one.
    private func rotate() {
        guard descriptor >= 0, size > 0, ContinuousClock.now >= noRotationBefore else { return }
        var owner = stat()
        let isOwnerKnown = fstat(descriptor, &owner) == 0
        let target = names.unused(after: &latestName)
        guard rename(path, target) == 0 else { return failRotation("rename", errno) }
        let old = descriptor
        do throws(SinkError) {
            try open(owner: isOwnerKnown ? owner : nil)
        } catch {
            // The name is given back: a reader that follows it still gets everything.
            rename(target, path)
            return failRotation(error.operation, error.code)
        }
        Glibc.close(old)
        latestRotationError = 0
        keeper.tidy(keeping: rotation.keptFiles)
    }

    private func failRotation(_ operation: String, _ code: Int32) {
        noRotationBefore = .now + .seconds(Self.retrySeconds)
        // Somebody has moved the file away himself: a new one is due, as after SIGHUP.
        if operation == "rename", code == ENOENT { return reopen() }
        guard code != latestRotationError else { return }
        latestRotationError = code
        onError(SinkError(operation: "\(operation), to rotate", path: path, code: code))
    }

    private func reopenIfAsked() {
        guard wantsReopen.exchange(false, ordering: .relaxed) else { return }
        let old = descriptor
        do throws(SinkError) {
            makeFolders()
            try open(owner: nil)
            if old >= 0 { Glibc.close(old) }
        } catch {
            onError(error)
        }
    }

    /// Opens the file by name; the descriptor that there was stays open, and in use when this fails.
    private func open(owner: stat?) throws(SinkError) {
        let opened = Glibc.open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, settings.permissions)
        guard opened >= 0 else { throw SinkError(operation: "open", path: path, code: errno) }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            Glibc.close(opened)
            throw SinkError(operation: "open", path: path, code: EISDIR)
        }
        // The owner is a courtesy to readers: only root can give files away.
        if let owner { fchown(opened, owner.st_uid, owner.st_gid) }
        descriptor = opened
        openedAt = .now
        size = status.st_size
        isTorn = false
        if size > 0 { endLastLine() }
        wholeSize = size
    }

    /// Takes back the beginning of a line that an earlier run was killed in. Anything that does not look like the
    /// beginning of an event stays and gets its newline.
    private func endLastLine() {
        let window = 1 << 16
        var start = size
        while start > 0 {
            let from = max(0, start - window)
            var bytes = [UInt8](repeating: 0, count: start - from)
            guard pread(descriptor, &bytes, bytes.count, from) == bytes.count else {
                isTorn = true
                return
            }
            if let newline = bytes.lastIndex(of: 0x0a) {
                start = from + newline + 1
                break
            }
            start = from
        }
        guard start < size else { return }
        let begin: StaticString = "{\"process_"
        var head = [UInt8](repeating: 0, count: min(begin.utf8CodeUnitCount, size - start))
        let isEvent =
            pread(descriptor, &head, head.count, start) == head.count
            && head.elementsEqual(UnsafeBufferPointer(start: begin.utf8Start, count: head.count))
        if isEvent, ftruncate(descriptor, start) == 0 { size = start } else { isTorn = true }
    }

    private func makeFolders() {
        var end = path.startIndex
        while let slash = path[end...].dropFirst().firstIndex(of: "/") {
            // What cannot be made is told by open(2).
            mkdir(String(path[..<slash]), 0o755)
            end = slash
        }
    }

    /// Where the line ends that begins at an offset, its `\n` included.
    private func lineEnd(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, from start: Int
    ) -> Int? {
        if let newline = first.newline(from: start) { return newline + 1 }
        return second.newline().map { first.count + $0 + 1 }
    }

    /// Where the last line ends that is inside the first bytes; 0: none.
    private func lastLineEnd(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, within count: Int
    ) -> Int {
        if count > first.count, let newline = second.prefix(count - first.count).lastIndex(of: 0x0a) {
            return first.count + newline + 1
        }
        return first.prefix(count).lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    }
}
