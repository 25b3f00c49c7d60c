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
    private let workloads: WorkloadFollower
    private let published: Mutex<Figures>
    private var ringFigures: RingFigures
    private var series = EventSeries()
    private var seriesAt = ContinuousClock.now

    /// What the thread lets others see.
    struct Figures: Sendable {
        var pipeline = PipelineCounters()
        var passedBusy = 0
        var processes = ProcessCounters()
        /// Process images in the tree, and the bytes of their texts.
        var processCount = 0
        var processBytes = 0
        /// When the rings were last looked at.
        var passedAt = ContinuousClock.now
        var rings: RingFigures
        var handling: HandlingLatencies?
        /// As of the last second.
        var series = EventSeries()
        var workloads = WorkloadFigures()
    }

    /// The counters as of the last pass; any thread.
    var figures: Figures { published.withLock { $0 } }

    /// Tells the tree's processes to whoever asks.
    let dumper = ProcessDumper()

    /// Readable when there are records.
    let descriptors: [Int32]

    init(
        rings: consuming RingMerge, pipeline: EventPipeline, workloads: WorkloadFollower, wakeUp: Int32
    ) {
        descriptors = rings.descriptors + [wakeUp]
        self.workloads = workloads
        let empty = rings.emptyFigures
        ringFigures = empty
        published = Mutex(Figures(rings: empty))
        self.rings = rings
        self.pipeline = pipeline
    }

    /// At the end nothing is waited for: what was held back goes out. After the event thread has ended.
    func finish() {
        pipeline.endHeld()
        _ = pass()
    }

    /// Takes what is there, a batch at most.
    func pass() -> EventThread.Pass {
        let now = ContinuousClock.now
        rings.note(in: &ringFigures, at: now)
        if workloads.takePods(pipeline.processes) { pipeline.containersChanged() }
        let count = rings.drain { [pipeline] in unsafe pipeline.process($0) }
        pipeline.endOfBatch()
        if now - seriesAt >= .seconds(1) {
            seriesAt = now
            series = pipeline.eventSeries
        }
        // Once a batch and held for a copy only: a reader never keeps the ring waiting.
        let figures = Figures(
            pipeline: pipeline.counters, passedBusy: rings.passedBusy, processes: pipeline.processes.counters,
            processCount: pipeline.processes.count, processBytes: pipeline.processes.fragmentBytes,
            passedAt: now, rings: ringFigures, handling: pipeline.handlingLatencies, series: series,
            workloads: workloads.figures)
        published.withLock { $0 = figures }
        dumper.answer(from: pipeline.processes)
        switch count {
        case 0: return .idle
        case ...EventThread.fewRecords: return .few
        case ..<RingMerge.batchRecords: return .drained
        default: return .full
        }
    }
}
