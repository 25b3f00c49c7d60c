// SPDX-License-Identifier: Apache-2.0
// The API of the daemon: one gRPC server for each listener, all with the same services.

internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import Glibc
public import Logging
public import ShrikeDaemon
internal import Synchronization

/// Serves the API while the daemon runs.
public final class GRPCService: DaemonService, Sendable {
    private typealias Server = GRPCServer<HTTP2ServerTransport.Posix>

    private struct State {
        var servers: [(server: Server, task: Task<Void, Never>)] = []
        var sockets: [ServedSocket] = []
        var discovery: DiscoveryFile?
        var watch: Task<Void, Never>?
    }

    private let configuration: ServerConfiguration
    private let logger: Logger
    private let state = Mutex(State())

    /// Not listening yet.
    public init(configuration: ServerConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Listens at all addresses or at none.
    public func start(_ interfaces: DaemonInterfaces) throws {
        do {
            try listen(interfaces)
            watchSockets()
        } catch {
            stop()
            throw error
        }
    }

    private func listen(_ interfaces: DaemonInterfaces) throws(ServerError) {
        var unixAddress = ""
        if !configuration.address.isEmpty {
            let address = try ServerAddress(configuration.address)
            try checkSecurity(address)
            var listener = CallAccess.Listener.tcp
            if case .unix(let path) = address {
                listener = .unix(path: path)
                unixAddress = "unix://\(path)"
            }
            let group = configuration.group.isEmpty ? nil : try GroupName.number(of: configuration.group)
            let peers = PeerRegistry()
            try serve(
                address, mode: 0o660, group: group, services(interfaces, listener, peers), security(address),
                peers)
        }
        if !configuration.readAddress.isEmpty {
            guard case .unix(let path) = try ServerAddress(configuration.readAddress) else {
                throw ServerError("\(configuration.readAddress): the address for readers is a unix socket")
            }
            let peers = PeerRegistry()
            try serve(
                .unix(path: path), mode: 0o666, group: nil,
                services(interfaces, .readOnly(path: path), peers),
                .plaintext, peers)
            if unixAddress.isEmpty { unixAddress = "unix://\(path)" }
        }
        if !configuration.healthAddress.isEmpty {
            try serve(
                try ServerAddress(configuration.healthAddress), mode: 0o666, group: nil,
                [HealthService(health: interfaces.health)], .plaintext)
        }
        guard !configuration.discoveryFile.isEmpty, !configuration.address.isEmpty else { return }
        let file = DiscoveryFile(path: configuration.discoveryFile)
        try file.write(
            address: unixAddress.isEmpty ? configuration.address : unixAddress,
            metricsAddress: configuration.metricsAddress,
            exportFile: interfaces.configuration.exportFilename,
            bpfFolder: interfaces.configuration.bpfFolder)
        state.withLock { $0.discovery = file }
    }

    private func services(
        _ interfaces: DaemonInterfaces, _ listener: CallAccess.Listener, _ peers: PeerRegistry
    ) -> [any RegistrableRPCService] {
        let access = CallAccess(
            listener: listener, peers: peers, changers: Set(configuration.changers), logger: logger)
        return [
            SensorsService(
                interfaces: interfaces, access: access, queueEvents: configuration.queueEvents),
            EventLogService(rotation: interfaces.exportRotation, access: access),
            HealthService(health: interfaces.health),
        ]
    }

    private func serve(
        _ address: ServerAddress, mode: mode_t, group: gid_t?, _ services: [any RegistrableRPCService],
        _ security: HTTP2ServerTransport.Posix.TransportSecurity, _ peers: PeerRegistry? = nil
    ) throws(ServerError) {
        let descriptor = try address.listen(mode: mode, group: group)
        var config = HTTP2ServerTransport.Posix.Config.defaults
        if case .unix(let path) = address {
            let socket = ServedSocket(path: path) { [self] () throws(ServerError) in
                try serve(address, mode: mode, group: group, services, security, peers)
            }
            state.withLock { $0.sockets.append(socket) }
            if let peers { config.channelDebuggingCallbacks.onAcceptTCPConnection = { peers.note($0) } }
        }
        let server = Server(
            transport: HTTP2ServerTransport.Posix(
                listeningSocketDescriptor: Int(descriptor), transportSecurity: security, config: config),
            services: services)
        let task = Task.detached { [logger] in
            do {
                try await server.serve()
            } catch is CancellationError {
                // `stop` ended it.
            } catch {
                guard !Task.isCancelled else { return }
                logger.error("the API is no longer served", metadata: ["server.error": "\(error)"])
            }
        }
        state.withLock { $0.servers.append((server, task)) }
        logger.info("API served", metadata: ["server.address": "\(address)"])
    }

    // MARK: TLS

    private func checkSecurity(_ address: ServerAddress) throws(ServerError) {
        let hasCertificate = !configuration.certificateFile.isEmpty
        guard hasCertificate == !configuration.keyFile.isEmpty else {
            throw ServerError("--server-tls-cert-file and --server-tls-key-file go together")
        }
        guard hasCertificate || configuration.clientAuthorityFiles.isEmpty else {
            throw ServerError("--server-tls-client-ca-files needs --server-tls-cert-file")
        }
        guard configuration.changers.isEmpty || !configuration.clientAuthorityFiles.isEmpty else {
            throw ServerError("--server-tls-allow-change needs --server-tls-client-ca-files")
        }
        if case .unix = address, hasCertificate {
            throw ServerError("TLS is for TCP: the unix socket is guarded by its permissions")
        }
        if case .tcp = address, !hasCertificate {
            logger.warning("the API is served in plain text: everybody who can connect can read events")
        }
    }

    private func security(
        _ address: ServerAddress
    ) -> HTTP2ServerTransport.Posix.TransportSecurity {
        guard case .tcp = address, !configuration.certificateFile.isEmpty else { return .plaintext }
        let chain = [TLSConfig.CertificateSource.file(path: configuration.certificateFile, format: .pem)]
        let key = TLSConfig.PrivateKeySource.file(path: configuration.keyFile, format: .pem)
        let authorities = configuration.clientAuthorityFiles
        guard !authorities.isEmpty else { return .tls(certificateChain: chain, privateKey: key) }
        return .mTLS(certificateChain: chain, privateKey: key) {
            $0.trustRoots = .certificates(authorities.map { .file(path: $0, format: .pem) })
        }
    }

    /// Ends the servers and takes the sockets and the discovery file away.
    public func stop() {
        let ended = state.withLock { state in
            defer { state = State() }
            return (state.servers, state.sockets, state.discovery, state.watch)
        }
        ended.3?.cancel()
        ended.2?.remove()
        for socket in ended.1 where socket.isThere == true { unlink(socket.path) }
        for (server, task) in ended.0 {
            server.beginGracefulShutdown()
            // A stream lasts as long as its client wants: it does not hold the daemon's end up.
            task.cancel()
        }
    }

    // MARK: Sockets that somebody takes away

    /// How often sockets are looked for.
    private static let watchInterval = Duration.seconds(2)

    /// Listens again where a socket was deleted under the server: nobody could connect any more, and nobody would
    /// be told.
    private func watchSockets() {
        let watch = Task.detached { [self] in
            while true {
                do { try await Task.sleep(for: Self.watchInterval) } catch { return }
                lookForSockets()
            }
        }
        state.withLock { $0.watch = watch }
    }

    private func lookForSockets() {
        for socket in state.withLock({ $0.sockets }) where socket.isThere != true {
            // What stands there instead belongs to somebody else.
            let isTaken = socket.isThere == false
            state.withLock { state in state.sockets.removeAll { $0.identity == socket.identity } }
            guard !isTaken else {
                logger.error("the API's socket was replaced", metadata: ["server.address": "\(socket.path)"])
                continue
            }
            do throws(ServerError) {
                try socket.serveAgain()
                logger.warning("the API's socket was deleted", metadata: ["server.address": "\(socket.path)"])
            } catch {
                logger.error(
                    "the API's socket was deleted and cannot be made again",
                    metadata: ["server.address": "\(socket.path)", "server.error": "\(error)"])
            }
        }
    }
}

extension ServerAddress: CustomStringConvertible {
    var description: String {
        switch self {
        case .unix(let path): "unix://\(path)"
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}
