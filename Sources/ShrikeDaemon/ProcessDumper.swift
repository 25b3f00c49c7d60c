// SPDX-License-Identifier: Apache-2.0
// All known processes for somebody who asks, without a lock on the event thread's tree.

internal import ShrikeProcesses
internal import Synchronization

/// Asks the event thread for its processes. Any thread.
public final class ProcessDumper: Sendable {
    private typealias Answer = @Sendable ([UInt8]) -> Void

    /// Looked at by the event thread after each batch; the rest only when it is set.
    private let isAsked = Atomic<Bool>(false)
    private let answers = Mutex<[Answer]>([])

    /// Nobody asks yet.
    public init() {}

    /// One JSON object a line: `process`, `color` (`inUse`, `deletePending`, `deleteReady`), `refcnt` and `refcnt_ops`.
    ///
    /// Comes within about a second, when the event thread next looks at the rings, and holds it up for some
    /// milliseconds when there are many.
    public func dump() async -> [UInt8] {
        await withCheckedContinuation { continuation in
            answers.withLock { $0.append { continuation.resume(returning: $0) } }
            isAsked.store(true, ordering: .releasing)
        }
    }

    /// Answers whoever asked. Event thread.
    func answer(from tree: ProcessTree) {
        guard isAsked.load(ordering: .acquiring) else { return }
        isAsked.store(false, ordering: .relaxed)
        let waiting = answers.withLock { answers in
            defer { answers = [] }
            return answers
        }
        guard !waiting.isEmpty else { return }
        let lines = tree.dump()
        for answer in waiting { answer(lines) }
    }

    /// Answers with nothing: the event thread has ended.
    func end() {
        for answer in answers.withLock({ $0 }) { answer([]) }
        answers.withLock { $0 = [] }
    }
}
