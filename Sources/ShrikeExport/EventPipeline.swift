// SPDX-License-Identifier: Apache-2.0
// From ring bytes to lines: the one object that the ring thread drives.

internal import ShrikeEvents
internal import ShrikeJSON
public import ShrikeProcesses

/// Turns records into lines.
///
/// One thread owns it; not Sendable. In steady state an event allocates nothing. Order of records: an image's
/// fork or exec must come before its hook events, so with two rings the thread notes where the ring of
/// observations ends, drains the ring of processes, and then takes observations up to that place. Hook events
/// may come behind their process's exit (`ProcessTreeConfiguration.retainedBatches`).
public final class EventPipeline {
    private static let maximumPreparedHooks = 8_192
    /// Lines with huge argvs may take more, but not for ever.
    private static let keptRoom = 4 << 20

    /// The processes of this node; for the same thread only.
    public let processes: ProcessTree
    private let layouts: any HookLayoutProvider
    private let sink: any LineSink
    private let clock: () -> ClockReading
    private let flushBytes: Int

    private var encoder: LineEncoder
    private var lines: ByteBuffer
    private var prepared: [UInt64: PreparedHook] = [:]
    private var latest: PreparedHook?
    private var counts = PipelineCounters()
    private let notice: LossNotice
    private let losses: StreamLosses
    /// Lines that the sink refused and the stream has told of.
    private var toldDropped: UInt64 = 0
    private var nextNotice = ContinuousClock.now

    /// What went through and what did not. The lines of the current batch count as exported until the sink
    /// refuses them.
    public var counters: PipelineCounters { counts }

    /// Makes a pipeline that knows no process yet.
    /// - Parameter clock: reads the clocks; called once a batch.
    public init(
        configuration: ExportConfiguration,
        processes: ProcessTreeConfiguration = ProcessTreeConfiguration(),
        layouts: any HookLayoutProvider, sink: any LineSink, losses: StreamLosses = StreamLosses(),
        clock: @escaping () -> ClockReading = ClockReading.now
    ) {
        self.processes = ProcessTree(
            nodeName: configuration.nodeName, configuration: processes, clock: clock())
        self.layouts = layouts
        self.sink = sink
        self.clock = clock
        self.losses = losses
        notice = LossNotice(nodeName: configuration.nodeName, clusterName: configuration.clusterName)
        flushBytes = configuration.flushBytes
        encoder = LineEncoder(configuration)
        lines = ByteBuffer(capacity: configuration.flushBytes + 65_536)
    }

    /// Takes the processes that were there before the agent and exports the exec event of each that is not a
    /// kernel thread, in the order given (`ProcfsReader.complete` gives the incumbent's).
    public func seed(_ seeds: [SeededProcess]) {
        processes.seed(seeds)
        for process in seeds where !process.seed.isKernelThread {
            guard let reference = processes.find(process.seed.process) else { continue }
            encoder.append(seed: reference, ktime: process.seed.process.ktime, processes, to: &lines)
            counts.exported.exec &+= 1
            flushIfNeeded()
        }
    }

    /// Takes one sample of a ring; the bytes are not used after the call.
    public func process(_ record: UnsafeRawBufferPointer) {
        counts.records &+= 1
        do throws(DecodeError) {
            switch try EventRecord(decoding: record) {
            case .hook(let hook): process(hook)
            case .fork(let fork): processes.apply(fork)
            case .execArgs(let part): processes.apply(part)
            case .exec(let exec):
                encoder.append(exec, processes.apply(exec), processes, to: &lines)
                counts.exported.exec &+= 1
            case .exit(let exit):
                encoder.append(exit, processes.apply(exit), processes, to: &lines)
                counts.exported.exit &+= 1
            }
        } catch {
            counts.undecodable &+= 1
            counts.latestDecodeError = error
        }
        flushIfNeeded()
    }

    /// Hands the collected lines to the sink, forgets what ended long enough ago and reads the clocks.
    ///
    /// To be called when every record that was in the rings when the batch began has been processed.
    public func endOfBatch() {
        tellLosses()
        flush()
        processes.endOfBatch()
        processes.clock = clock()
    }

    private func process(_ record: HookRecord) {
        guard let hook = preparedHook(record.hookID, record.generation) else {
            counts.unknownLayouts &+= 1
            return
        }
        if processes.find(record.process) == nil { processes.countUnknownProcess() }
        var result = LineEncoder.FanOut()
        var selector = 0
        // A record can match two thousand policies: the buffer holds a part of their lines at a time.
        while encoder.append(
            record, hook, from: &selector, limit: flushBytes, &result, processes, to: &lines)
        {
            counts.exported.add(result.lines, of: hook.kind)
            result.lines = 0
            flush()
        }
        counts.exported.add(result.lines, of: hook.kind)
        counts.suppressed &+= result.suppressed
        if !result.fits { counts.layoutMismatches &+= 1 }
    }

    private func preparedHook(_ id: UInt32, _ generation: UInt32) -> PreparedHook? {
        if let latest, latest.hookID == id, latest.generation == generation { return latest }
        let name = UInt64(id) << 32 | UInt64(generation)
        if let known = prepared[name] {
            latest = known
            return known
        }
        guard let layout = layouts.layout(hookID: id, generation: generation) else { return nil }
        // Old generations are of no use for long; whatever still is comes back by one look-up.
        if prepared.count >= Self.maximumPreparedHooks { prepared.removeAll(keepingCapacity: true) }
        let hook = PreparedHook(layout)
        prepared[name] = hook
        latest = hook
        return hook
    }

    /// Tells of lost events in the stream itself, once a second at most. What the sink does not take is told later.
    private func tellLosses() {
        let dropped = counts.dropped.total &- toldDropped
        guard dropped > 0 || losses.hasSome else { return }
        let now = ContinuousClock.now
        guard now >= nextNotice else { return }
        nextNotice = now + .seconds(1)
        flush()
        let others = losses.take()
        let count = counts.dropped.total &- toldDropped &+ others
        notice.append(count: count, to: &lines)
        if sink.write(lines.bytes) == lines.count {
            toldDropped = counts.dropped.total
        } else {
            losses.add(others)
        }
        lines.removeAll()
    }

    @inline(__always)
    private func flushIfNeeded() {
        if lines.count >= flushBytes { flush() }
    }

    private func flush() {
        guard lines.count > 0 else { return }
        let bytes = lines.bytes
        let taken = sink.write(bytes)
        if taken < bytes.count { counts.drop(UnsafeRawBufferPointer(rebasing: bytes[taken...])) }
        lines.removeAll()
        if lines.capacity > Self.keptRoom { lines.releaseRoom(above: Self.keptRoom) }
    }
}
