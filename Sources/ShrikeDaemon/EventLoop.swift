// SPDX-License-Identifier: Apache-2.0
// What the event thread owns: the rings and the pipeline that their records go through.

internal import ShrikeExport

/// One pass after the other over the rings.
// SAFETY: not Sendable by itself. It is made before the event thread starts, touched by that thread alone while it
// runs, and read again only after the thread was joined.
final class EventLoop: @unchecked Sendable {
    private var rings: RingMerge
    private let pipeline: EventPipeline

    init(rings: consuming RingMerge, pipeline: EventPipeline) {
        self.rings = rings
        self.pipeline = pipeline
    }

    /// Takes what is there, a batch at most.
    /// - Returns: whether there may be more.
    func pass() -> Bool {
        let count = rings.drain { [pipeline] in unsafe pipeline.process($0) }
        pipeline.endOfBatch()
        return count > 0
    }
}
