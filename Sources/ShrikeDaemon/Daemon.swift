// SPDX-License-Identifier: Apache-2.0
// The wiring: policies into the kernel, records out of it, and an orderly end.

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

    /// A daemon that is not started.
    public init(configuration: DaemonConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
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
        let kernel = try KernelFactsReading(procfs: configuration.procfs)
        let (files, warnings) = try PolicyFiles.load(
            files: configuration.policyFiles, folders: configuration.policyFolders, kernel: kernel.facts)
        for warning in warnings { logger.warning("policy", metadata: ["diagnostic": "\(warning)"]) }
        let sink = try openSink()
        let pins = try takePins()
        let processes = try startProcessSensor(pins)
        let layouts = HookLayouts()
        let policies = PolicyManager(
            engine: HookEngine(layouts: layouts, processes: processes, pins: pins), logger: logger
        ) { [procfs = configuration.procfs] () throws(PolicyRefusal) in
            do throws(DaemonError) { return try KernelFactsReading(procfs: procfs) } catch {
                throw .refused("\(error)")
            }
        }
        do throws(PolicyRefusal) {
            try policies.start(with: files, kernel)
        } catch {
            pins?.removeOwn()
            throw DaemonError(error)
        }
        if let count = pins?.removeEarlierRuns(), count > 0 {
            logger.info("took over from an earlier run", metadata: ["links": "\(count)"])
        }
        for hook in policies.attached {
            logger.info(
                "hook attached",
                metadata: [
                    "hook.symbol": .string(hook.target.symbol), "hook.mechanism": "\(hook.mechanism)",
                ])
        }
        do throws(BPFError) {
            try serve(signals, processes, layouts, sink, policies)
        } catch {
            throw .kernel(error)
        }
        if configuration.keepsEnforcing, pins != nil {
            policies.leaveInPlace()
            logger.info("enforcement goes on without the daemon; `shrike policy clear` ends it")
            return
        }
        policies.removeAll()
        pins?.removeAll()
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

    private func startProcessSensor(_ pins: PinFolder?) throws(DaemonError) -> ProcessSensor {
        do throws(BPFError) {
            let sensor = try ProcessSensor(
                criticalRingBytes: configuration.criticalRingBytes,
                observationRingBytes: configuration.observationRingBytes)
            if let pins { try sensor.pin(in: pins) }
            return sensor
        } catch {
            pins?.removeOwn()
            throw .kernel(error)
        }
    }

    private func openSink() throws(DaemonError) -> FileDescriptorSink {
        do throws(SinkError) {
            return try FileDescriptorSink(
                path: configuration.exportFilename, queueBytes: configuration.queueBytes,
                onError: { [logger] error in
                    logger.error(
                        "events cannot be written; enforcement goes on",
                        metadata: ["export.error": "\(error)"])
                })
        } catch {
            throw .refused("cannot write events: \(error)")
        }
    }

    /// Reads events until a signal, then what is left in the rings.
    private func serve(
        _ signals: Signals, _ processes: ProcessSensor, _ layouts: HookLayouts,
        _ sink: FileDescriptorSink, _ policies: PolicyManager
    ) throws(BPFError) {
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(
                nodeName: configuration.nodeName ?? NodeName.ofThisMachine(),
                clusterName: configuration.clusterName),
            layouts: LayoutProvider(layouts: layouts), sink: sink)
        let seeds = TaskSeeds.decode(try processes.readSeeds())
        pipeline.seed(ProcfsReader(root: configuration.procfs).complete(seeds))
        pipeline.endOfBatch()
        let rings = RingMerge(
            critical: try processes.criticalRing(), observation: try processes.observationRing())
        let descriptors = rings.descriptors
        let loop = EventLoop(rings: rings, pipeline: pipeline)
        let thread = EventThread(descriptors: descriptors) { loop.pass() }
        logger.info("ready")

        var losses = LossReport()
        while signals.wait(seconds: configuration.lossReportSeconds) == nil {
            losses.report(try LossCounters.read(processes, loop, sink), logger)
        }
        thread.stopAndJoin()
        sink.close(within: .seconds(configuration.closeSeconds))
        losses.report(try LossCounters.read(processes, loop, sink), logger)
        logger.info("stopped")
    }
}
