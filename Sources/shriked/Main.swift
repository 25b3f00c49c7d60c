// SPDX-License-Identifier: Apache-2.0
// The daemon's command line: flags into a configuration, then run.

internal import ArgumentParser
internal import Glibc
internal import Logging
internal import ShrikeCluster
internal import ShrikeControl
internal import ShrikeDaemon
internal import ShrikeMetrics
internal import ShrikeReactions
internal import ShrikeServer

/// `shriked`
struct ShrikeDaemonCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shriked",
        abstract: "Watches what processes do, tells it as JSON lines, and stops what a policy forbids.",
        discussion: """
            Events go to stdout (or a file), logs to stderr. Needs root and Linux 6.1 or later.

            Example: shriked --tracing-policy policy.yaml | shrike getevents -o compact
            """,
        version: "shriked \(ShrikeVersion.current)")

    @Option(name: .customLong("tracing-policy"), help: "A policy file. May be given more than once.")
    var policies: [String] = []

    @Option(
        name: .customLong("tracing-policy-dir"),
        help: "A folder of policy files (*.yaml, *.yml, *.json). May be given more than once.")
    var policyFolders: [String] = []

    @OptionGroup(title: "Export") var export: ExportFlags
    @OptionGroup(title: "Events") var events: EventFlags

    @Option(help: "The node's name in events. Default: HUBBLE_NODE_NAME, NODE_NAME or the host's name.")
    var nodeName: String?

    @Option(help: "The cluster's name in events.")
    var clusterName = ""

    @Option(help: "Where procfs is mounted.")
    var procfs = "/proc"

    @Option(
        help:
            "A file that tells of containers and pods, for machines without Kubernetes. Read again on SIGHUP."
    )
    var workloadFile = ""

    @Option(
        name: .customLong("rb-size"),
        help: "Bytes of the ring for observations; K, M or G may follow. Rounded up to a power of two.")
    var observationRing = RingSize(bytes: 4 << 20)

    @Option(
        name: .customLong("rb-critical-size"),
        help: "Bytes of the ring for fork, exec, exit and enforcement.")
    var criticalRing = RingSize(bytes: 1 << 20)

    @Option(
        name: .customLong("bpf-dir"),
        help: ArgumentHelp(
            """
            The folder on a BPF file system that links are pinned in, so that enforcement outlives a crash of \
            the daemon. Empty: pin nothing.
            """, valueName: "folder"))
    var bpfFolder = "/sys/fs/bpf/shrike"

    @Flag(help: "Leave enforcement in place when the daemon is stopped; the next one takes it over.")
    var keepEnforcing = false

    @Flag(help: "Check and plan the policies for this kernel, attach nothing, and end.")
    var checkPolicies = false

    @OptionGroup(title: "API") var server: ServerFlags

    @OptionGroup(title: "Kubernetes") var kubernetes: KubernetesFlags

    @Option(help: "How much is logged.")
    var logLevel = LogLevel(level: .info)

    @Flag(name: .shortAndLong, help: "The same as --log-level debug.")
    var debug = false

    func run() throws {
        // Before services and reactions are made, which start threads.
        let signals = Signals.block()
        let level = SharedLogLevel(debug ? .debug : logLevel.level)
        LoggingSystem.bootstrap { SharedLevelLogHandler(StreamLogHandler.standardError(label: $0), level) }
        let logger = Logger(label: "shriked")
        var configuration = DaemonConfiguration()
        configuration.policyFiles = policies
        configuration.policyFolders = policyFolders
        export.apply(to: &configuration, logger)
        try events.apply(to: &configuration)
        configuration.nodeName = nodeName
        configuration.clusterName = clusterName
        configuration.procfs = procfs
        configuration.workloadFile = workloadFile
        configuration.criticalRingBytes = criticalRing.bytes
        configuration.observationRingBytes = observationRing.bytes
        configuration.bpfFolder = bpfFolder
        configuration.keepsEnforcing = keepEnforcing
        configuration.measuresHandling = server.enableMsgHandlingLatency
        let cluster = KubernetesService(settings: kubernetes.settings, logger: logger)
        let usesCluster = kubernetes.isEnabled
        configuration.expectsPods = usesCluster
        do throws(DaemonError) {
            let daemon = Daemon(
                configuration: configuration, logger: logger, logLevel: level,
                services: [
                    GRPCService(configuration: server.configuration, logger: logger),
                    MetricsService(
                        address: server.metricsServer, prefix: server.metricsPrefix.rawValue,
                        version: ShrikeVersion.current,
                        labels: MetricLabels(
                            server.metricsLabelFilter.split(separator: ",").map(String.init)),
                        logger: logger),
                    cluster,
                ], reactions: Reactions(logger: logger), cluster: { usesCluster ? cluster.figures : nil })
            guard checkPolicies else { return try daemon.run(until: signals) }
            let (policies, hooks) = try daemon.check()
            StandardError.print("\(policies) policies on \(hooks) hooks can be loaded")
        } catch {
            StandardError.print("\(error)")
            throw ExitCode(1)
        }
    }
}

/// A log level on the command line; `warn` is taken for `warning`.
struct LogLevel: ExpressibleByArgument, CustomStringConvertible {
    var level: Logger.Level

    init(level: Logger.Level) { self.level = level }

    init?(argument: String) {
        guard let level = Logger.Level(rawValue: argument == "warn" ? "warning" : argument) else {
            return nil
        }
        self.level = level
    }

    static var allValueStrings: [String] { Logger.Level.allCases.map(\.rawValue) }
    var description: String { level.rawValue }
}

/// A ring's size on the command line.
struct RingSize: ExpressibleByArgument, CustomStringConvertible {
    var bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
        let unit = argument.last.flatMap { units[$0] }
        guard let number = Int(unit == nil ? argument[...] : argument.dropLast()), number > 0,
            number <= (1 << 30) / (unit ?? 1)
        else { return nil }
        // The kernel wants a power of two of whole pages (kernel/bpf/ringbuf.c).
        var size = 4096
        while size < number * (unit ?? 1) { size *= 2 }
        bytes = size
    }

    var description: String { bytes.isMultiple(of: 1 << 20) ? "\(bytes >> 20)M" : "\(bytes >> 10)K" }
}

@main
enum Main {
    static func main() {
        do {
            var command = try ShrikeDaemonCommand.parseAsRoot()
            try command.run()
        } catch {
            // Help and version are no errors; everything else ends with 1, as the API promises.
            let code = ShrikeDaemonCommand.exitCode(for: error)
            guard !code.isSuccess else { ShrikeDaemonCommand.exit(withError: error) }
            if !(error is ExitCode) { StandardError.print(ShrikeDaemonCommand.fullMessage(for: error)) }
            exit(1)
        }
    }
}

/// Lines for a person.
enum StandardError {
    static func print(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
    }
}
