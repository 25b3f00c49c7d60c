// SPDX-License-Identifier: Apache-2.0
// What the event thread owns: the rings and the pipeline that their records go through.

internal import ShrikeExport
internal import ShrikeProcesses
internal import Synchronization

/// One pass after the other over the rings.
// SAFETY: not Sendable by itself. It is made before the event thread starts, touched by that thread alone while it
// runs, and read again only after the thread was joined.
final class EventLoop: @unchecked Sendable {
    private var rings: RingMerge
    private let pipeline: EventPipeline
    private let published = Mutex(Figures())

    /// What the thread lets others see.
    struct Figures: Sendable {
        var pipeline = PipelineCounters()
        var passedBusy = 0
        var processes = ProcessCounters()
        /// Process images in the tree, and the bytes of their texts.
        var processCount = 0
        var processBytes = 0
    }

    /// The counters as of the last pass; any thread.
    var figures: Figures { published.withLock { $0 } }

    /// Readable when there are records.
    let descriptors: [Int32]

    init(rings: consuming RingMerge, pipeline: EventPipeline) {
        descriptors = rings.descriptors
        self.rings = rings
        self.pipeline = pipeline
    }

    /// Takes what is there, a batch at most.
    /// - Returns: whether there may be more.
    func pass() -> Bool {
        let count = rings.drain { [pipeline] in unsafe pipeline.process($0) }
        pipeline.endOfBatch()
        // Once a batch and held for a copy only: a reader never keeps the ring waiting.
        let figures = Figures(
            pipeline: pipeline.counters, passedBusy: rings.passedBusy, processes: pipeline.processes.counters,
            processCount: pipeline.processes.count, processBytes: pipeline.processes.fragmentBytes)
        published.withLock { $0 = figures }
        return count > 0
    }
}
