// SPDX-License-Identifier: Apache-2.0
// The metrics server as a service of the daemon.

public import Logging
public import ShrikeDaemon

/// Serves the daemon's metrics while it runs.
public final class MetricsService: DaemonService {
    private let address: String
    private let prefix: String
    private let version: String
    private let labels: MetricLabels
    private let logger: Logger
    private var server: MetricsServer?

    /// Not listening yet.
    /// - Parameters:
    ///   - address: `host:port` or `:port`; empty: nothing is served.
    ///   - prefix: of all names, `tetragon` or `shrike`.
    ///   - labels: of event metrics.
    public init(
        address: String, prefix: String, version: String, labels: MetricLabels = MetricLabels(),
        logger: Logger
    ) {
        self.labels = labels
        self.address = address
        self.prefix = prefix
        self.version = version
        self.logger = logger
    }

    /// Listens. An address that cannot be listened at is logged: enforcement and events go on without metrics.
    public func start(_ interfaces: DaemonInterfaces) {
        guard !address.isEmpty else { return }
        let metrics = DaemonMetrics(interfaces: interfaces, version: version, labels: labels)
        let (host, port) = Self.split(address)
        do {
            let server = try MetricsServer(
                host: host, port: port,
                text: { [prefix] format in format.text(metrics.families(), prefix: prefix) },
                health: interfaces.health)
            self.server = server
            logger.info(
                "metrics served", metadata: ["metrics.address": "\(host.isEmpty ? "*" : host):\(server.port)"]
            )
        } catch {
            logger.error(
                "metrics are not served", metadata: ["metrics.address": "\(address)", "error": "\(error)"])
        }
    }

    /// Takes no more connections.
    public func stop() { server?.stop() }

    /// Whether a text is an address to listen at.
    public static func isAddress(_ text: String) -> Bool {
        guard let colon = text.lastIndex(of: ":") else { return false }
        return UInt16(text[text.index(after: colon)...]) != nil
    }

    private static func split(_ address: String) -> (host: String, port: Int) {
        guard let colon = address.lastIndex(of: ":") else { return (address, 0) }
        let host = address[..<colon].filter { $0 != "[" && $0 != "]" }
        return (String(host), Int(address[address.index(after: colon)...]) ?? 0)
    }
}
