// SPDX-License-Identifier: Apache-2.0
// The wiring: policies into the kernel, records out of it, and an orderly end.

internal import Glibc
public import Logging
internal import ShrikeBPF
internal import ShrikeEvents
internal import ShrikeExport
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
            throw .refused("shriked needs root or \(missing.joined(separator: ", ")), which this process lacks")
        }
        let libbpfLogger = logger
        LibbpfMessages.collect { libbpfLogger.debug("libbpf", metadata: ["message": .string($0)]) }

        let (plan, mechanisms) = try planPolicies()
        do throws(BPFError) {
            let processes = try ProcessSensor(
                criticalRingBytes: configuration.criticalRingBytes,
                observationRingBytes: configuration.observationRingBytes)
            let layouts = HookLayouts()
            let engine = HookEngine(choice: mechanisms, layouts: layouts)
            try engine.apply(plan, processes: processes)
            for hook in engine.attached {
                logger.info(
                    "hook attached",
                    metadata: ["hook.symbol": .string(hook.target.symbol), "hook.mechanism": "\(hook.mechanism)"])
            }
            try serve(signals, processes, layouts)
            engine.removeAll()
        } catch {
            throw .kernel(error)
        }
    }

    /// From files to plans, checked against the running kernel.
    private func planPolicies() throws(DaemonError) -> (PolicyPlan, MechanismChoice) {
        let types: KernelBTF
        do throws(BPFError) { types = try KernelBTF() } catch { throw .kernel(error) }
        let lacking = KernelFeature.missing(types)
        guard lacking.isEmpty else {
            let names = lacking.map { "\($0.name) (Linux \($0.since))" }.joined(separator: ", ")
            throw .refused("kernel \(KernelFacilities.release) lacks what shriked needs: \(names)")
        }
        let (policies, warnings) = try PolicyFiles.load(
            files: configuration.policyFiles, folders: configuration.policyFolders,
            kernel: BTFKernelFacts(types: types))
        for warning in warnings { logger.warning("policy", metadata: ["diagnostic": "\(warning)"]) }
        let choice = MechanismChoice(types: types, hasBPFLSM: KernelFacilities.hasBPFLSM())
        do throws(CompileError) {
            return (try PolicyCompiler.compile(policies), choice)
        } catch {
            throw .policies(error.diagnostics)
        }
    }

    /// Reads events until a signal.
    private func serve(
        _ signals: Signals, _ processes: borrowing ProcessSensor, _ layouts: HookLayouts
    ) throws(BPFError) {
        let sink = openSink()
        let pipeline = EventPipeline(
            configuration: ExportConfiguration(
                nodeName: configuration.nodeName ?? NodeName.ofThisMachine(),
                clusterName: configuration.clusterName),
            layouts: LayoutProvider(layouts: layouts), sink: sink)
        pipeline.seed(ProcfsReader(root: configuration.procfs).complete(TaskSeed.decodeAll(try processes.readSeeds())))
        let rings = RingMerge(critical: try processes.criticalRing(), observation: try processes.observationRing())
        let descriptors = rings.descriptors
        let loop = EventLoop(rings: rings, pipeline: pipeline)
        let thread = EventThread(descriptors: descriptors) { loop.pass() }
        logger.info("ready")
        var losses = LossReport()
        while signals.wait(seconds: configuration.lossReportSeconds) == nil {
            losses.report(LossReport.kernelCounters(try processes.counters()), logger)
        }
        thread.stopAndJoin()
        sink.close()
        losses.report(LossReport.kernelCounters(try processes.counters()), logger)
        logger.info("stopped")
    }
}
