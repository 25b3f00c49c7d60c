// SPDX-License-Identifier: Apache-2.0
// What a writer writes: the queue's bytes as they are, or what a stage makes of the queue's lines.

public import ShrikeJSON

/// Decides about lines between the queue and the output, on the writer's thread.
public protocol LineStage: AnyObject {
    /// Takes one line.
    /// - Parameters:
    ///   - line: ends in `\n`; valid during the call only.
    ///   - lines: where to append what goes out, whole lines.
    func take(_ line: UnsafeRawBufferPointer, into lines: inout ByteBuffer)

    /// Called about once a second: what is due goes out.
    func tick(into lines: inout ByteBuffer)

    /// Called at the end: what was held back goes out.
    func finish(into lines: inout ByteBuffer)
}

/// The lines that are next. One owner, the writer's thread.
internal final class LineSource {
    /// Bytes after which what the stage let through is written before more lines are looked at.
    private static let batchBytes = 256 << 10
    /// Room that is kept; a burst may take more for a while.
    private static let keptRoom = 1 << 20

    private let queue: LineQueue
    private let stage: (any LineStage)?
    private var passed = ByteBuffer(capacity: 4_096)
    private var written = 0
    /// A line that wraps around the queue's end.
    private var wrapped = ByteBuffer(capacity: 4_096)
    private var isFinished = false

    internal init(queue: LineQueue, stage: (any LineStage)?) {
        self.queue = queue
        self.stage = stage
    }

    /// Whether nothing is left to look at or to write.
    internal var isEmpty: Bool { queue.count == 0 && written == passed.count }

    /// What is next, at most `limit` bytes, in two parts; valid until the next call.
    internal func peek(limit: Int) -> (UnsafeRawBufferPointer, UnsafeRawBufferPointer) {
        guard let stage else { return queue.peek(limit: limit) }
        if written == passed.count { refill(stage) }
        let rest = passed.bytes[written...]
        return (
            UnsafeRawBufferPointer(rebasing: rest.prefix(limit)), UnsafeRawBufferPointer(start: nil, count: 0)
        )
    }

    /// Forgets the first bytes.
    internal func advance(_ count: Int) {
        if stage == nil { queue.advance(count) } else { written += count }
    }

    /// Lets the stage bring out what is due.
    internal func tick() {
        stage?.tick(into: &passed)
    }

    /// Lets the stage bring out what it held back, once.
    /// - Returns: whether there is something to write now.
    internal func finish() -> Bool {
        guard let stage, !isFinished else { return false }
        isFinished = true
        stage.finish(into: &passed)
        return written < passed.count
    }

    private func refill(_ stage: any LineStage) {
        passed.removeAll()
        if passed.capacity > Self.keptRoom { passed.releaseRoom(above: Self.keptRoom) }
        written = 0
        while passed.count < Self.batchBytes {
            let (first, second) = queue.peek(limit: .max)
            if first.isEmpty { return }
            if let newline = first.newline() {
                stage.take(UnsafeRawBufferPointer(rebasing: first[...newline]), into: &passed)
                queue.advance(newline + 1)
            } else {
                // The queue holds whole lines only: the rest is in the second part.
                let end = (second.newline() ?? second.count - 1) + 1
                wrapped.removeAll()
                wrapped.append(first)
                wrapped.append(UnsafeRawBufferPointer(rebasing: second.prefix(end)))
                stage.take(wrapped.bytes, into: &passed)
                queue.advance(first.count + end)
            }
        }
    }
}
