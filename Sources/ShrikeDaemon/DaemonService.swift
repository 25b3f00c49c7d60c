// SPDX-License-Identifier: Apache-2.0
// What runs beside the engine (gRPC, metrics, Kubernetes) and what it may touch.

public import Logging
public import ShrikeExport
public import ShrikeProcesses
public import ShrikeWorkloads
internal import Synchronization

/// What a service of the daemon works with. Everything in it may be used from any thread.
public struct DaemonInterfaces: Sendable {
    /// Changes and lists policies.
    public var policies: any PolicyControl
    /// Told of the pods of this node, see `DaemonConfiguration.expectsPods`.
    public var pods: any PodSink
    /// The events, live.
    public var events: EventBroadcast
    /// What was lost and hampered, by name; reads the kernel's counters.
    public var counters: @Sendable () -> [String: UInt64]
    /// Records that found no room in their ring, by kind and CPU.
    public var ringLosses: @Sendable () -> [RingLoss]
    /// What went through the event thread.
    public var figures: @Sendable () -> EventFigures
    /// What probes are told.
    public var health: @Sendable () -> EngineHealth
    /// How the file of events is rotated.
    public var exportRotation: ExportRotationControl
    /// All process images that are known.
    public var processes: ProcessDumper
    /// What the hooks of container runtimes told.
    public var containerHooks = ContainerHooks()
    /// How much is logged.
    public var logLevel: SharedLogLevel
    /// The name in events.
    public var nodeName: String
    /// The configuration of this run.
    public var configuration: DaemonConfiguration
    /// How the daemon gets on with the API server of Kubernetes; nil: it does not use any.
    public var cluster: @Sendable () -> ClusterFigures? = { nil }
}

/// Records of a kind that a CPU found no room for.
public struct RingLoss: Sendable, Equatable {
    /// `fork`, `exec`, `exit`, `exec_args`, `observation` or `enforcement`.
    public var kind: String
    /// The CPU.
    public var cpu: Int
    /// How many, since the sensor was loaded.
    public var count: UInt64
}

/// What went through the event thread, as of its last pass.
public struct EventFigures: Sendable {
    /// Records read from the rings.
    public var records: UInt64
    /// Lines made, by kind.
    public var exported: EventCounts
    /// Process images that are known.
    public var processCount: Int
    /// Most process images that are kept.
    public var processCapacity: Int
    /// What the export has done.
    public var export: SinkCounters
    /// What lists, folding and the rate limit did with the export's lines.
    public var stage: ExportStageCounters
    /// How full the rings are.
    public var rings: RingFigures
    /// Counters of the process tree.
    public var processes: ProcessCounters
    /// Counters of the pipeline.
    public var pipeline: PipelineCounters
    /// Control groups, containers and pods that are known.
    public var workloads: WorkloadFigures
    /// How long records took to handle; nil when it is not measured.
    public var handling: HandlingLatencies?
    /// Events by kind and binary, as of the last second.
    public var series: EventSeries
}

/// Reads and changes how the file of events is rotated. Any thread; a change is in force from the next line on.
public struct ExportRotationControl: Sendable {
    /// The rotation of now; nil when events go to no file.
    public var get: @Sendable () -> ExportFileRotation?
    /// Changes it.
    public var set: @Sendable (ExportFileRotation) -> Void

    /// A control.
    public init(
        get: @escaping @Sendable () -> ExportFileRotation? = { nil },
        set: @escaping @Sendable (ExportFileRotation) -> Void = { _ in }
    ) {
        self.get = get
        self.set = set
    }
}

/// Something that runs while the daemon does.
public protocol DaemonService {
    /// Starts; called once, on the main thread, before the first event is read.
    /// - Throws: anything; its text is what the daemon says when it does not start.
    func start(_ interfaces: DaemonInterfaces) throws

    /// Ends in an orderly way, within a second.
    func stop()
}

/// A log level that can be changed while the daemon runs. Any thread.
public final class SharedLogLevel: Sendable {
    private let level: Mutex<Logger.Level>

    /// Starts with a level.
    public init(_ level: Logger.Level) { self.level = Mutex(level) }

    /// The level of now.
    public var value: Logger.Level {
        get { level.withLock { $0 } }
        set { level.withLock { $0 = newValue } }
    }
}

/// A log handler whose level is shared by all loggers made with it.
public struct SharedLevelLogHandler: LogHandler {
    private var base: any LogHandler
    private let shared: SharedLogLevel

    /// Prints by `base` what `shared` lets through.
    public init(_ base: any LogHandler, _ shared: SharedLogLevel) {
        self.base = base
        self.base.logLevel = .trace
        self.shared = shared
    }

    /// The shared level.
    public var logLevel: Logger.Level {
        get { shared.value }
        set { shared.value = newValue }
    }

    /// See `LogHandler`.
    public var metadata: Logger.Metadata {
        get { base.metadata }
        set { base.metadata = newValue }
    }

    /// See `LogHandler`.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: key] }
        set { base[metadataKey: key] = newValue }
    }

    /// See `LogHandler`.
    public func log(event: LogEvent) { base.log(event: event) }
}
