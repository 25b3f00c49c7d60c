// SPDX-License-Identifier: Apache-2.0
// The wiring: policies into the kernel, records out of it, and an orderly end.

internal import Glibc
public import Logging
internal import ShrikeBPF
internal import ShrikeEvents
internal import ShrikeExport
internal import ShrikePins
internal import ShrikePolicy
internal import ShrikePolicyCompiler
internal import ShrikeProcesses
internal import ShrikeSensors

/// One run of the daemon.
public struct Daemon {
    private let configuration: DaemonConfiguration
    private let logger: Logger
    private let logLevel: SharedLogLevel
    private let services: [any DaemonService]

    /// A daemon that is not started.
    /// - Parameter services: what runs beside it; started in this order, stopped in the other.
    public init(
        configuration: DaemonConfiguration, logger: Logger, logLevel: SharedLogLevel,
        services: [any DaemonService] = []
    ) {
        self.configuration = configuration
        self.logger = logger
        self.logLevel = logLevel
        self.services = services
    }

    /// Runs until SIGTERM or SIGINT; everything is detached when it returns.
    ///
    /// Call it on the main thread before any other thread exists: it blocks the signals that it waits for.
    /// - Throws: `DaemonError` when it cannot start; nothing stays attached then.
    public func run() throws(DaemonError) {
        let signals = Signals.block()
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
        do throws(CompileError) {
            return (policies.count, try PolicyCompiler.compile(policies, kernel: kernel.facts).hooks.count)
        } catch {
            throw .policies(error.diagnostics)
        }
    }

    /// Everything that is in the kernel or on its way out.
    private struct Engine {
        var processes: ProcessSensor
        var layouts: HookLayouts
        var policies: PolicyManager
        var sink: FileDescriptorSink
    }

    /// Puts the policies of files into the kernel. An earlier run's are still in force beside them.
    private func load(_ pins: PinFolder?) throws(DaemonError) -> Engine {
        let kernel = try KernelFactsReading(configuration)
        let (files, warnings) = try PolicyFiles.load(
            files: configuration.policyFiles, folders: configuration.policyFolders, kernel: kernel.facts)
        for warning in warnings { logger.warning("policy", metadata: ["diagnostic": "\(warning)"]) }
        let workloads =
            configuration.workloadFile.isEmpty ? [] : try WorkloadFile.read(configuration.workloadFile)
        let sink = try openSink()
        let processes = try startProcessSensor(kernel, pins)
        let layouts = HookLayouts()
        let engine = HookEngine(layouts: layouts, processes: processes, pins: pins)
        do throws(BPFError) { for facts in workloads { try engine.learn(facts) } } catch {
            throw .kernel(error)
        }
        let policies = PolicyManager(
            engine: engine, logger: logger
        ) { [configuration] () throws(PolicyRefusal) in
            do throws(DaemonError) { return try KernelFactsReading(configuration) } catch {
                throw .refused("\(error)")
            }
        }
        do throws(PolicyRefusal) { try policies.start(with: files, kernel) } catch {
            throw DaemonError(error)
        }
        for hook in policies.attached {
            logger.info(
                "hook attached",
                metadata: [
                    "hook.symbol": .string(hook.target.symbol), "hook.mechanism": "\(hook.mechanism)",
                ])
        }
        return Engine(processes: processes, layouts: layouts, policies: policies, sink: sink)
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
        _ kernel: KernelFactsReading, _ pins: PinFolder?
    ) throws(DaemonError) -> ProcessSensor {
        do throws(BPFError) {
            let sensor = try ProcessSensor(
                kernel: kernel.facts.types, criticalRingBytes: configuration.criticalRingBytes,
                observationRingBytes: configuration.observationRingBytes)
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

    private func openSink() throws(DaemonError) -> FileDescriptorSink {
        do throws(SinkError) {
            return try FileDescriptorSink(
                path: configuration.exportFilename.isEmpty ? "/dev/null" : configuration.exportFilename,
                settings: configuration.exportFile, queueBytes: configuration.queueBytes, stage: makeStage(),
                onEvent: { [logger] event in
                    switch event {
                    case .failed(let error):
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
    private func serve(_ signals: Signals, _ engine: Engine, _ pins: PinFolder?) throws(DaemonError) {
        let nodeName = configuration.nodeName ?? NodeName.ofThisMachine()
        let events = EventBroadcast()
        let streamLosses = StreamLosses()
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(
                nodeName: nodeName, clusterName: configuration.clusterName,
                ancestors: configuration.ancestors),
            processes: configuration.processes, layouts: LayoutProvider(layouts: engine.layouts),
            sink: BroadcastSink(engine.sink, events), losses: streamLosses)
        let loop = try makeLoop(pipeline, engine.processes)
        let counters = LossCounters(
            processes: engine.processes, loop: loop, sink: engine.sink, events: events)
        let running = try startServices(
            DaemonInterfaces(
                policies: engine.policies, events: events, counters: { counters.read() },
                figures: { [capacity = configuration.processes.capacity, sink = engine.sink] in
                    let figures = loop.figures
                    return EventFigures(
                        records: figures.pipeline.records, exported: figures.pipeline.exported,
                        processCount: figures.processCount, processCapacity: capacity,
                        exportedBytes: sink.counters.writtenBytes)
                }, logLevel: logLevel,
                nodeName: nodeName, configuration: configuration))
        let thread = EventThread(descriptors: loop.descriptors) { loop.pass() }
        if let count = pins?.removeEarlierRuns(), count > 0 {
            logger.info("took over from an earlier run", metadata: ["links": "\(count)"])
        }
        logger.info("ready")

        var losses = LossReport()
        while true {
            let signal = signals.wait(seconds: configuration.lossReportSeconds)
            if signal == SIGHUP {
                engine.sink.reopen()
                logger.info(
                    "export file opened again", metadata: ["export.file": "\(configuration.exportFilename)"])
            } else if signal != nil {
                break
            }
            streamLosses.add(losses.report(counters.read(), logger))
            engine.policies.settle()
        }
        thread.stopAndJoin()
        events.endAll()
        for service in running.reversed() { service.stop() }
        engine.sink.close(within: .seconds(configuration.closeSeconds))
        losses.report(counters.read(), logger)
        end(engine, pins)
        logger.info("stopped")
    }

    /// The processes that were there before, and the rings to read on from.
    private func makeLoop(
        _ pipeline: EventPipeline, _ processes: ProcessSensor
    ) throws(DaemonError) -> EventLoop {
        do throws(BPFError) {
            let seeds = TaskSeeds.decode(try processes.readSeeds())
            pipeline.seed(ProcfsReader(root: configuration.procfs).complete(seeds))
            pipeline.endOfBatch()
            let rings = RingMerge(
                critical: try processes.criticalRing(), observation: try processes.observationRing())
            return EventLoop(rings: rings, pipeline: pipeline)
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
