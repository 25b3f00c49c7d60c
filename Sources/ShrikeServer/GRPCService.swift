// SPDX-License-Identifier: Apache-2.0
// The API of the daemon: one gRPC server for each listener, all with the same services.

internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import Glibc
public import Logging
public import ShrikeDaemon

/// Serves the API while the daemon runs.
public final class GRPCService: DaemonService, @unchecked Sendable {
    // SAFETY: started and stopped on the main thread; in between nothing of it changes.

    private typealias Server = GRPCServer<HTTP2ServerTransport.Posix>

    private let configuration: ServerConfiguration
    private let logger: Logger
    private var servers: [(server: Server, task: Task<Void, Never>)] = []
    private var sockets: [String] = []
    private var discovery: DiscoveryFile?

    /// Not listening yet.
    public init(configuration: ServerConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Listens at all addresses or at none.
    public func start(_ interfaces: DaemonInterfaces) throws {
        do {
            try listen(interfaces)
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
            try serve(address, mode: 0o660, group: group, services(interfaces, listener), security(address))
        }
        if !configuration.readAddress.isEmpty {
            guard case .unix(let path) = try ServerAddress(configuration.readAddress) else {
                throw ServerError("\(configuration.readAddress): the address for readers is a unix socket")
            }
            try serve(
                .unix(path: path), mode: 0o666, group: nil, services(interfaces, .readOnly(path: path)),
                .plaintext)
            if unixAddress.isEmpty { unixAddress = "unix://\(path)" }
        }
        if !configuration.healthAddress.isEmpty {
            try serve(
                try ServerAddress(configuration.healthAddress), mode: 0o666, group: nil, [HealthService()],
                .plaintext)
        }
        guard !configuration.discoveryFile.isEmpty, !configuration.address.isEmpty else { return }
        let file = DiscoveryFile(path: configuration.discoveryFile)
        try file.write(
            address: unixAddress.isEmpty ? configuration.address : unixAddress,
            metricsAddress: configuration.metricsAddress,
            exportFile: interfaces.configuration.exportFilename,
            bpfFolder: interfaces.configuration.bpfFolder)
        discovery = file
    }

    private func services(
        _ interfaces: DaemonInterfaces, _ listener: CallAccess.Listener
    ) -> [any RegistrableRPCService] {
        let access = CallAccess(listener: listener, changers: Set(configuration.changers), logger: logger)
        return [
            SensorsService(
                interfaces: interfaces, access: access, queueEvents: configuration.queueEvents),
            EventLogService(), HealthService(),
        ]
    }

    private func serve(
        _ address: ServerAddress, mode: mode_t, group: gid_t?, _ services: [any RegistrableRPCService],
        _ security: HTTP2ServerTransport.Posix.TransportSecurity
    ) throws(ServerError) {
        let descriptor = try address.listen(mode: mode, group: group)
        if case .unix(let path) = address { sockets.append(path) }
        let server = Server(
            transport: HTTP2ServerTransport.Posix(
                listeningSocketDescriptor: Int(descriptor), transportSecurity: security),
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
        servers.append((server, task))
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
        discovery?.remove()
        for socket in sockets { unlink(socket) }
        for (server, task) in servers {
            server.beginGracefulShutdown()
            // A stream lasts as long as its client wants: it does not hold the daemon's end up.
            task.cancel()
        }
        servers = []
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
