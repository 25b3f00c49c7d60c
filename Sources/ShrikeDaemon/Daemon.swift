// SPDX-License-Identifier: Apache-2.0
// The wiring: policies into the kernel, records out of it, and an orderly end.

internal import CShrikeShims
internal import Glibc
public import Logging
internal import ShrikeBPF
internal import ShrikeEvents
public import ShrikeExport
internal import ShrikePins
internal import ShrikePolicy
internal import ShrikePolicyCompiler
internal import ShrikeProcesses
internal import ShrikeSensors
internal import ShrikeSymbols
internal import ShrikeWorkloads

/// One run of the daemon.
public struct Daemon {
    let configuration: DaemonConfiguration
    let logger: Logger
    private let logLevel: SharedLogLevel
    private let services: [any DaemonService]
    private let reactions: (any EventReactions)?
    private let cluster: @Sendable () -> ClusterFigures?

    /// A daemon that is not started.
    /// - Parameters:
    ///   - services: what runs beside it; started in this order, stopped in the other.
    ///   - reactions: does what policies want in user space when a hook is hit; nil: nobody does.
    ///   - cluster: what a service knows of Kubernetes; nil where none is used.
    public init(
        configuration: DaemonConfiguration, logger: Logger, logLevel: SharedLogLevel,
        services: [any DaemonService] = [], reactions: (any EventReactions)? = nil,
        cluster: @escaping @Sendable () -> ClusterFigures? = { nil }
    ) {
        self.configuration = configuration
        self.logger = logger
        self.logLevel = logLevel
        self.services = services
        self.reactions = reactions
        self.cluster = cluster
    }

    /// Runs until SIGTERM or SIGINT; everything is detached when it returns.
    ///
    /// Call it on the main thread.
    /// - Parameter signals: blocked before any other thread existed, the services' own among them.
    /// - Throws: `DaemonError` when it cannot start; nothing stays attached then.
    public func run(until signals: Signals) throws(DaemonError) {
        let missing = Privileges.missingCapabilities()
        guard missing.isEmpty else {
            throw .refused(
                "shriked needs root or \(missing.joined(separator: ", ")), which this process lacks")
        }
        LibbpfMessages.collect { [logger] message in
            logger.debug("libbpf", metadata: ["message": .string(message)])
        }
        let pins = try takePins()
        do throws(DaemonError) {
            try serve(signals, try load(pins), pins)
        } catch {
            pins?.removeOwn()
            throw error
        }
    }

    /// Reads and checks the policies for this kernel and plans their hooks; nothing is loaded or attached.
    /// - Returns: how many policies and hooks there are.
    /// - Throws: `DaemonError` with all that is wrong.
    public func check() throws(DaemonError) -> (policies: Int, hooks: Int) {
        let kernel = try KernelFactsReading(configuration)
        let (policies, warnings) = try PolicyFiles.load(
            files: configuration.policyFiles, folders: configuration.policyFolders, kernel: kernel.facts)
        for warning in warnings { logger.warning("policy", metadata: ["diagnostic": "\(warning)"]) }
        let undecided = NodeSelectors.check(policies)
        guard undecided.isEmpty else { throw .policies(undecided) }
        do throws(CompileError) {
            return (policies.count, try PolicyCompiler.compile(policies, kernel: kernel.facts).hooks.count)
        } catch {
            throw .policies(error.diagnostics)
        }
    }

    /// Everything that is in the kernel or on its way out.
    struct Engine {
        var processes: ProcessSensor
        /// The processes that were there before.
        var seeds: [SeededProcess]
        /// When they had been looked at.
        var seededAt: UInt64
        var layouts: HookLayouts
        var policies: PolicyManager
        var sink: FileDescriptorSink
        var stage: ExportStage?
        var health: HealthMonitor
        var symbols: StackSymbols
        var workloads: WorkloadFollower
        var pods: PodInbox
        var scopes: ScopeFollower
        /// Whose groups tell containers; nil: there are no control groups.
        var hierarchy: CgroupHierarchy?
        /// uids of pods that the workload file told of.
        var podsOfFile: Set<String>
    }

    /// Puts the policies of files into the kernel. An earlier run's are still in force beside them.
    private func load(_ pins: PinFolder?) throws(DaemonError) -> Engine {
        // Most of the program is touched once: reading flags and setting up services goes through all types that there are.
        // So now, before the kernel's types are in memory too, and again when it is ready.
        shrike_forget_code()
        let kernel = try KernelFactsReading(configuration)
        let (files, warnings) = try PolicyFiles.load(
            files: configuration.policyFiles, folders: configuration.policyFolders, kernel: kernel.facts)
        for warning in warnings { logger.warning("policy", metadata: ["diagnostic": "\(warning)"]) }
        let pods = PodInbox()
        let told =
            configuration.workloadFile.isEmpty ? nil : try WorkloadFile(reading: configuration.workloadFile)
        if let told { pods.podsChanged(told.pods, gone: [], isComplete: true) }
        let health = HealthMonitor()
        let stage = makeStage()
        let sink = try openSink(stage, health)
        let found = CgroupHierarchy.find(procfs: configuration.procfs)
        let source = found?.source(kernel.facts.types)
        let hierarchy = source == nil ? nil : found
        let processes = try startProcessSensor(kernel, pins, source ?? CgroupSource())
        // At once: a process that ends while policies are loaded is known then.
        let (seeds, seededAt) = try readSeeds(processes)
        let layouts = HookLayouts()
        let engine = HookEngine(layouts: layouts, processes: processes, pins: pins)
        let workloads = followWorkloads(hierarchy, engine.workloads, pods, told)
        do throws(BPFError) {
            for facts in told?.scopes ?? [] { try engine.workloads.learn(facts.cgroupID, facts.content) }
        } catch {
            throw .kernel(error)
        }
        let symbols = StackSymbols(procfs: configuration.procfs)
        let policies = PolicyManager(
            engine: engine, symbols: symbols, logger: logger
        ) { [configuration] () throws(PolicyRefusal) in
            do throws(DaemonError) { return try KernelFactsReading(configuration) } catch {
                throw .refused("\(error)")
            }
        }
        do throws(PolicyRefusal) { try policies.start(with: files, kernel) } catch {
            throw DaemonError(error)
        }
        // Only now: where a policy is refused, the refusal is all that there is to read.
        log(hierarchy)
        for hook in policies.attached {
            var metadata: Logger.Metadata = [
                "hook.symbol": .string(hook.target.symbol), "hook.mechanism": "\(hook.mechanism)",
            ]
            if let refusal = hook.refusal { metadata["hook.refusal"] = "\(refusal)" }
            logger.info("hook attached", metadata: metadata)
        }
        return Engine(
            processes: processes, seeds: seeds, seededAt: seededAt, layouts: layouts, policies: policies,
            sink: sink,
            stage: stage, health: health, symbols: symbols, workloads: workloads, pods: pods,
            scopes: engine.workloads, hierarchy: hierarchy, podsOfFile: Set((told?.pods ?? []).map(\.uid)))
    }

    /// The folder for links that outlive this process; nil when the operator wants none.
    private func takePins() throws(DaemonError) -> PinFolder? {
        guard !configuration.bpfFolder.isEmpty else { return nil }
        do throws(PinError) {
            let pins = try PinFolder(root: configuration.bpfFolder)
            try pins.begin()
            return pins
        } catch {
            throw .refused("\(error)")
        }
    }

    private func startProcessSensor(
        _ kernel: KernelFactsReading, _ pins: PinFolder?, _ cgroups: CgroupSource
    ) throws(DaemonError) -> ProcessSensor {
        do throws(BPFError) {
            let sensor = try ProcessSensor(
                kernel: kernel.facts.types, criticalRingBytes: configuration.criticalRingBytes,
                observationRingBytes: configuration.observationRingBytes,
                cgroups: cgroups,
                readsEnvironment: configuration.processes.environment != nil,
                cgroupRate: configuration.cgroupRate)
            if let pins { try sensor.pin(in: pins) }
            return sensor
        } catch {
            throw .kernel(error)
        }
    }

    /// What is done with lines before they are written; nil: nothing.
    private func makeStage() -> ExportStage? {
        guard !configuration.exportStage.isEmpty else { return nil }
        return ExportStage(
            configuration.exportStage,
            notice: LossNotice(
                nodeName: configuration.nodeName ?? NodeName.ofThisMachine(),
                clusterName: configuration.clusterName))
    }

    private func openSink(
        _ stage: ExportStage?, _ health: HealthMonitor
    ) throws(DaemonError) -> FileDescriptorSink {
        do throws(SinkError) {
            return try FileDescriptorSink(
                path: configuration.exportFilename.isEmpty ? "/dev/null" : configuration.exportFilename,
                settings: configuration.exportFile, queueBytes: configuration.queueBytes, stage: stage,
                onEvent: { [logger] event in
                    switch event {
                    case .failed(let error):
                        health.note(outputError: "\(error)")
                        logger.error(
                            "events cannot be written; enforcement goes on",
                            metadata: ["export.error": "\(error)"])
                    case .recovered(let lost):
                        logger.notice(
                            "events are written again",
                            metadata: ["export.lost_lines": .stringConvertible(lost)])
                    }
                })
        } catch {
            throw .refused("cannot write events: \(error)")
        }
    }

    /// Reads events until a signal, then what is left in the rings.
    private func serve(
        _ signals: Signals, _ engine: consuming Engine, _ pins: PinFolder?
    ) throws(DaemonError) {
        let nodeName = configuration.nodeName ?? NodeName.ofThisMachine()
        let events = EventBroadcast()
        let streamLosses = StreamLosses()
        var export = ExportConfiguration(
            nodeName: nodeName, clusterName: configuration.clusterName, ancestors: configuration.ancestors)
        export.containerPatience = configuration.podPatience
        export.measuresHandling = configuration.measuresHandling
        export.exposesStackAddresses = configuration.exposesStackAddresses
        let pipeline = EventPipeline(
            configuration: export,
            processes: configuration.processes, layouts: LayoutProvider(layouts: engine.layouts),
            sink: BroadcastSink(engine.sink, events), losses: streamLosses, symbols: engine.symbols,
            reactions: reactions,
            onGroup: { [workloads = engine.workloads] in workloads.take($0, $1) },
            lastOverLimit: { [sensor = engine.processes] in sensor.lastOverLimit(cgroupID: $0) })
        let loop = try makeLoop(pipeline, engine)
        engine.seeds = []
        let counters = LossCounters(
            processes: engine.processes, loop: loop, sink: engine.sink, stage: engine.stage, events: events,
            symbols: engine.symbols, reactions: reactions)
        let running = try startServices(
            DaemonInterfaces(
                policies: engine.policies, pods: engine.pods, events: events, counters: { counters.read() },
                ringLosses: { counters.lossesByCPU() },
                figures: {
                    [capacity = configuration.processes.capacity, sink = engine.sink, stage = engine.stage] in
                    let figures = loop.figures
                    return EventFigures(
                        records: figures.pipeline.records, exported: figures.pipeline.exported,
                        processCount: figures.processCount, processCapacity: capacity,
                        export: sink.counters, stage: stage?.counters ?? ExportStageCounters(),
                        rings: figures.rings, processes: figures.processes, pipeline: figures.pipeline,
                        workloads: figures.workloads,
                        handling: figures.handling, series: figures.series)
                },
                health: { [monitor = engine.health, cluster] in
                    monitor.health(lastPass: loop.figures.passedAt).adding(cluster())
                },
                exportRotation: ExportRotationControl(
                    get: { [sink = engine.sink] in sink.rotation },
                    set: { [sink = engine.sink] in sink.rotation = $0 }),
                processes: loop.dumper,
                logLevel: logLevel,
                nodeName: nodeName, configuration: configuration, cluster: cluster))
        let thread = EventThread(descriptors: loop.descriptors) { loop.pass() }
        var hasTakenOver = takeOver(pins)
        engine.health.markReady()
        logger.info("ready")
        shrike_forget_code()

        // Services go on starting for a while, in threads of their own.
        var isStarting = true
        var losses = LossReport()
        var podsOfFile = engine.podsOfFile
        var lostGroups: UInt64 = 0
        while true {
            let signal = signals.wait(seconds: isStarting ? 1 : configuration.lossReportSeconds)
            if isStarting { shrike_forget_code() }
            isStarting = false
            if signal == SIGHUP {
                engine.sink.reopen()
                readWorkloadFile(engine, &podsOfFile)
                logger.info(
                    "export file opened again", metadata: ["export.file": "\(configuration.exportFilename)"])
            } else if signal != nil {
                break
            }
            let current = counters.read()
            if let lost = current["lost.group"], lost > lostGroups {
                lostGroups = lost
                readGroupsAgain(engine.hierarchy, engine.pods)
            }
            engine.health.note(current)
            streamLosses.add(losses.report(current, logger))
            engine.policies.settle()
            if !hasTakenOver { hasTakenOver = takeOver(pins) }
        }
        engine.health.markEnding()
        thread.stopAndJoin()
        loop.finish()
        loop.dumper.end()
        events.endAll()
        for service in running.reversed() { service.stop() }
        engine.sink.close(within: .seconds(configuration.closeSeconds))
        losses.report(counters.read(), logger)
        end(engine, pins)
        logger.info("stopped")
    }

    /// Takes away what earlier runs left in the kernel, as soon as this run enforces as much.
    ///
    /// Policies of an API server may be late; it may be away for long. What an earlier run had of them goes on until then.
    /// - Returns: whether it is done.
    private func takeOver(_ pins: PinFolder?) -> Bool {
        guard cluster()?.isSettled ?? true else { return false }
        if let count = pins?.removeEarlierRuns(), count > 0 {
            logger.info("took over from an earlier run", metadata: ["links": "\(count)"])
        }
        return true
    }

    /// The processes that were there before, from the kernel and from procfs, and when the kernel had told of all.
    private func readSeeds(
        _ processes: ProcessSensor
    ) throws(DaemonError) -> (seeds: [SeededProcess], at: UInt64) {
        do throws(BPFError) {
            let reader = ProcfsReader(
                root: configuration.procfs, readsEnvironment: configuration.processes.environment != nil)
            let seeds = TaskSeeds.decode(try processes.readSeeds())
            let time = ClockReading.monotonicNow()
            return (reader.complete(seeds), time)
        } catch {
            throw .kernel(error)
        }
    }

    /// The processes that were there before, and the rings to read on from.
    private func makeLoop(_ pipeline: EventPipeline, _ engine: Engine) throws(DaemonError) -> EventLoop {
        do throws(BPFError) {
            engine.workloads.tellBefore(pipeline.processes)
            pipeline.seed(engine.seeds, at: engine.seededAt)
            pipeline.endOfBatch()
            let rings = RingMerge(
                critical: try engine.processes.criticalRing(),
                observation: try engine.processes.observationRing())
            return EventLoop(
                rings: rings, pipeline: pipeline, workloads: engine.workloads,
                wakeUp: engine.pods.descriptor)
        } catch {
            throw .kernel(error)
        }
    }

    /// Starts all services or none.
    private func startServices(_ interfaces: DaemonInterfaces) throws(DaemonError) -> [any DaemonService] {
        var running: [any DaemonService] = []
        for service in services {
            do {
                try service.start(interfaces)
                running.append(service)
            } catch {
                for service in running.reversed() { service.stop() }
                throw .refused("\(error)")
            }
        }
        return running
    }

    private func end(_ engine: Engine, _ pins: PinFolder?) {
        if configuration.keepsEnforcing, pins != nil {
            engine.policies.leaveInPlace()
            logger.info("enforcement goes on without the daemon; `shrike policy clear` ends it")
        } else {
            engine.policies.removeAll()
            pins?.removeAll()
        }
    }
}
