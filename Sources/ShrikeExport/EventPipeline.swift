// SPDX-License-Identifier: Apache-2.0
// From ring bytes to lines: the one object that the ring thread drives.

internal import ShrikeEvents
internal import ShrikeJSON
public import ShrikeProcesses
public import ShrikeSymbols

/// A control group that came or went.
public enum GroupChange: Sendable, Equatable {
    /// It is new: no process is in it yet.
    case made(cgroupID: UInt64, parentID: UInt64, name: String, ktime: UInt64)
    /// Its directory has been removed.
    case gone(cgroupID: UInt64)
}

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
    internal var counts = PipelineCounters()
    internal var held: HeldEvents
    /// Something has become known since the held events were looked at.
    internal var heldIsStale = false
    internal let now: () -> ContinuousClock.Instant
    private let onGroup: (GroupChange, ProcessTree) -> Void
    private let notice: LossNotice
    private var awaited = AwaitedHashes()
    private let losses: StreamLosses
    /// Lines that the sink refused and the stream has told of.
    private var toldDropped: UInt64 = 0
    private var nextNotice = ContinuousClock.now
    private let monotonic: () -> UInt64
    /// Kernel times of the events whose lines are collected.
    private var collected: ContiguousArray<UInt64> = []
    /// Asked before the latencies, which are large, are touched.
    private let measuresHandling: Bool
    private var handling: HandlingLatencies?
    private var throttles = Throttles()
    private var loads = Loads()
    private var series = EventSeries()

    /// Events by kind, binary and pod, those that the sink refused among them.
    public var eventSeries: EventSeries {
        var series = series
        series.labels = processes.seriesLabels
        return series
    }
    private let lastOverLimit: (UInt64) -> UInt64?

    /// How long records took to handle, by kind; nil unless the configuration asks for it.
    public var handlingLatencies: HandlingLatencies? { handling }

    /// What went through and what did not. The lines of the current batch count as exported until the sink
    /// refuses them.
    public var counters: PipelineCounters { counts }

    /// Makes a pipeline that knows no process yet.
    /// - Parameters:
    ///   - symbols: names the addresses of stack traces.
    ///   - reactions: does what policies want in user space; nil: nobody does.
    ///   - clock: reads the clocks; called once a batch.
    ///   - monotonic: the clock of records, nanoseconds; called for each piece of lines that is handed on.
    ///   - now: the time that events wait by.
    ///   - onGroup: takes in control groups that come and go, and tells the tree of those that are containers.
    ///   - lastOverLimit: when a control group was last above the operator's limit, in that clock; asked once a second
    ///     about those that were.
    public init(
        configuration: ExportConfiguration,
        processes: ProcessTreeConfiguration = ProcessTreeConfiguration(),
        layouts: any HookLayoutProvider, sink: any LineSink, losses: StreamLosses = StreamLosses(),
        symbols: StackSymbols = StackSymbols(),
        reactions: (any EventReactions)? = nil,
        clock: @escaping () -> ClockReading = ClockReading.now,
        monotonic: @escaping () -> UInt64 = ClockReading.monotonicNow,
        now: @escaping () -> ContinuousClock.Instant = { .now },
        onGroup: @escaping (GroupChange, ProcessTree) -> Void = { _, _ in },
        lastOverLimit: @escaping (UInt64) -> UInt64? = { _ in nil }
    ) {
        self.processes = ProcessTree(
            nodeName: configuration.nodeName, configuration: processes, clock: clock())
        self.layouts = layouts
        self.sink = sink
        self.clock = clock
        self.losses = losses
        self.monotonic = monotonic
        self.lastOverLimit = lastOverLimit
        self.now = now
        self.onGroup = onGroup
        held = HeldEvents(patience: configuration.containerPatience)
        measuresHandling = configuration.measuresHandling
        handling = measuresHandling ? HandlingLatencies() : nil
        collected.reserveCapacity(4_096)
        notice = LossNotice(nodeName: configuration.nodeName, clusterName: configuration.clusterName)
        flushBytes = configuration.flushBytes
        encoder = LineEncoder(configuration, symbols, reactions)
        lines = ByteBuffer(capacity: configuration.flushBytes + 65_536)
    }

    /// Takes the processes that were there before the agent and exports the exec event of each that is not a
    /// kernel thread, in the order given (`ProcfsReader.complete` gives the incumbent's).
    /// - Parameter time: when all of them had been looked at, in the kernel's time.
    public func seed(_ seeds: [SeededProcess], at time: UInt64 = 0) {
        processes.seededAt = time
        processes.seed(seeds)
        for process in seeds where !process.seed.isKernelThread {
            guard let reference = processes.find(process.seed.process) else { continue }
            let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
            if hold(nothing, of: reference, ktime: process.seed.process.ktime) { continue }
            tell(seed: reference, ktime: process.seed.process.ktime)
            flushIfNeeded()
        }
    }

    internal func tell(seed process: ProcessReference, ktime: UInt64) {
        series.add(1, kind: EventSeries.exec, series: processes.seriesNumber(of: process))
        encoder.append(seed: process, ktime: ktime, processes, to: &lines)
        counts.exported.exec &+= 1
    }

    /// Something has become known of containers, and the tree was told: events that wait for it go out with the batch.
    public func containersChanged() { heldIsStale = true }

    /// Takes one sample of a ring; the bytes are not used after the call.
    public func process(_ record: UnsafeRawBufferPointer) {
        counts.records &+= 1
        let began = measuresHandling ? monotonic() : 0
        do throws(DecodeError) {
            let event = try EventRecord(decoding: record)
            handle(event, record)
            if measuresHandling { handling?.add(event, nanoseconds: monotonic() &- began) }
        } catch {
            counts.undecodable &+= 1
            counts.latestDecodeError = error
        }
        flushIfNeeded()
    }

    @inline(__always)
    private func handle(_ event: EventRecord, _ record: UnsafeRawBufferPointer) {
        switch event {
        case .hook(let hook) where hook.flags.contains(.hashFollows):
            let key = AwaitedHashes.Key(tid: hook.header.tid, ktime: hook.header.ktime)
            if let oldest = awaited.add(record, key) { process(copy: oldest, nil) }
        case .hook(let hook):
            // One that waited for its hash goes at once: it has waited.
            if processes.awaitsContainers, let process = processes.find(hook.process),
                hold(record, of: process)
            {
                return
            }
            tell(hook)
        case .groupMade(let group):
            onGroup(
                .made(
                    cgroupID: group.cgroupID, parentID: group.parentID, name: group.name,
                    ktime: group.header.ktime), processes)
        case .groupGone(let group):
            onGroup(.gone(cgroupID: group.cgroupID), processes)
            heldIsStale = true
        case .hash(let hash):
            let key = AwaitedHashes.Key(tid: hash.header.tid, ktime: hash.recordTime)
            if let waiting = awaited.take(key) { process(copy: waiting, hash) }
        case .fork(let fork):
            counts.kinds.forks &+= 1
            processes.apply(fork)
        case .execArgs(let part):
            counts.kinds.argumentParts &+= 1
            counts.kinds.argumentPartBytes &+= UInt64(part.arguments.count)
            processes.apply(part)
        case .execEnvironment(let part):
            counts.kinds.argumentParts &+= 1
            counts.kinds.argumentPartBytes &+= UInt64(part.arguments.count)
            processes.apply(environment: part)
        case .throttle(let record):
            guard throttles.begin(record) else { return }
            encoder.append(
                throttle: "THROTTLE_START", record.name, at: record.header.ktime, processes, to: &lines)
            counts.exported.throttle &+= 1
            counts.kinds.throttles &+= 1
        case .exec(let exec):
            counts.kinds.addExec(flags: exec.flags.rawValue)
            let process = processes.apply(exec)
            if !hold(record, of: process) { tell(exec, process) }
            for load in loads.take(pid: exec.process.pid) {
                self.process(copy: load, of: process, exec.process)
            }
        case .loader(let load) where load.isInExec:
            if !loads.wait(load, record) { counts.lostLoads &+= 1 }
        case .loader(let load): self.process(load, record, processes.find(load.process), load.process)
        case .exit(let exit):
            counts.kinds.exits &+= 1
            // Of an exec that failed when the old image was gone.
            _ = loads.take(pid: exit.process.pid)
            let process = processes.apply(exit)
            if process == nil, processes.endedUnseen(exit) { return }
            if let process, hold(record, of: process) { return }
            tell(exit, process)
        }
    }

    @inline(__always)
    internal func tell(_ exec: ExecRecord, _ process: ProcessReference) {
        series.add(1, kind: EventSeries.exec, series: processes.seriesNumber(of: process))
        encoder.append(exec, process, processes, to: &lines)
        counts.exported.exec &+= 1
        collected.append(exec.header.ktime)
    }

    @inline(__always)
    internal func tell(_ exit: ExitRecord, _ process: ProcessReference?) {
        series.add(1, kind: EventSeries.exit, series: process.map(processes.seriesNumber) ?? 0)
        encoder.append(exit, process, processes, to: &lines)
        counts.exported.exit &+= 1
        collected.append(exit.header.ktime)
    }

    /// Hands the collected lines to the sink, forgets what ended long enough ago and reads the clocks.
    ///
    /// To be called when every record that was in the rings when the batch began has been processed.
    public func endOfBatch() {
        while let overdue = awaited.takeOverdue() { process(copy: overdue, nil) }
        releaseHeld()
        tellLosses()
        endThrottles()
        flush()
        processes.endOfBatch()
        series.clear(processes.takeEndedSeries())
        processes.clock = clock()
    }

    /// A record that has waited for its hash.
    private func process(copy record: [UInt8], _ hash: HashRecord?) {
        record.withUnsafeBytes { bytes in
            // It was decoded once already.
            guard case .hook(let hook)? = try? EventRecord(decoding: bytes) else { return }
            tell(hook, hash)
        }
    }

    /// A file that was mapped for an image that is known now.
    private func process(copy record: [UInt8], of process: ProcessReference, _ key: ProcessKey) {
        record.withUnsafeBytes { bytes in
            // It was decoded once already.
            guard case .loader(let load)? = try? EventRecord(decoding: bytes) else { return }
            self.process(load, bytes, process, key)
        }
    }

    private func process(
        _ load: LoaderRecord, _ record: UnsafeRawBufferPointer, _ process: ProcessReference?,
        _ key: ProcessKey
    ) {
        counts.kinds.loads &+= 1
        if process == nil { processes.countUnknownProcess() }
        guard loads.isNew(load.path, of: key) else { return }
        if let process, hold(record, of: process) { return }
        tell(load, process)
    }

    internal func tell(_ load: LoaderRecord, _ process: ProcessReference?) {
        encoder.append(load, process, processes, to: &lines)
        counts.exported.loader &+= 1
        series.add(1, kind: EventSeries.loader, series: process.map(processes.seriesNumber) ?? 0)
        collected.append(load.header.ktime)
    }

    internal func tell(_ record: HookRecord, _ hash: HashRecord? = nil) {
        guard let hook = preparedHook(record.hookID, record.generation) else {
            counts.unknownLayouts &+= 1
            return
        }
        counts.kinds.hooks.add(1, of: hook.kind)
        let process = processes.find(record.process)
        if process == nil { processes.countUnknownProcess() }
        var total: UInt64 = 0
        var result = LineEncoder.FanOut()
        var selector = 0
        // A record can match two thousand policies: the buffer holds a part of their lines at a time.
        while encoder.append(
            record, hook, hash, from: &selector, limit: flushBytes, &result, &series, processes, to: &lines)
        {
            counts.exported.add(result.lines, of: hook.kind)
            total &+= result.lines
            result.lines = 0
            flush()
        }
        counts.exported.add(result.lines, of: hook.kind)
        total &+= result.lines
        if let slot = hook.systemCallSlot, total > 0, slot < record.argumentCount {
            series.add(
                total, systemCall: record.argument(slot).integer,
                series: process.map(processes.seriesNumber) ?? 0)
        }
        counts.suppressed &+= result.suppressed
        if total > 0 { collected.append(record.header.ktime) }
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
        if !series.hasRoom(for: layout) {
            series.forgetHooks()
            prepared.removeAll(keepingCapacity: true)
        }
        let hook = PreparedHook(layout, numbers: series.numbers(of: layout))
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
    internal func flushIfNeeded() {
        if lines.count >= flushBytes { flush() }
    }

    private func flush() {
        guard lines.count > 0 else { return }
        let bytes = lines.bytes
        noteLatencies()
        let taken = sink.write(bytes)
        if taken < bytes.count { counts.drop(UnsafeRawBufferPointer(rebasing: bytes[taken...])) }
        lines.removeAll()
        if lines.capacity > Self.keptRoom { lines.releaseRoom(above: Self.keptRoom) }
    }

    private func endThrottles() {
        guard !throttles.isEmpty else { return }
        let now = monotonic()
        for name in throttles.ended(now, lastOver: lastOverLimit) {
            encoder.append(throttle: "THROTTLE_STOP", name, at: now, processes, to: &lines)
            counts.exported.throttle &+= 1
            counts.endedThrottles &+= 1
        }
    }

    private func noteLatencies() {
        guard let latest = collected.last else { return }
        let now = monotonic()
        for ktime in collected { counts.latency.add(nanoseconds: now > ktime ? now &- ktime : 0) }
        counts.latestEventTime = processes.clock.wallTime(monotonic: latest)
        collected.removeAll(keepingCapacity: true)
    }
}
