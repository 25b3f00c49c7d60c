// SPDX-License-Identifier: Apache-2.0
// What runs beside the engine (gRPC, metrics, Kubernetes) and what it may touch.

public import Logging
public import ShrikeExport
internal import Synchronization

/// What a service of the daemon works with. Everything in it may be used from any thread.
public struct DaemonInterfaces: Sendable {
    /// Changes and lists policies.
    public var policies: any PolicyControl
    /// The events, live.
    public var events: EventBroadcast
    /// What was lost and hampered, by name; reads the kernel's counters.
    public var counters: @Sendable () -> [String: UInt64]
    /// What went through the event thread.
    public var figures: @Sendable () -> EventFigures
    /// How much is logged.
    public var logLevel: SharedLogLevel
    /// The name in events.
    public var nodeName: String
    /// The configuration of this run.
    public var configuration: DaemonConfiguration
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
    /// Bytes that the export has written.
    public var exportedBytes: UInt64
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
