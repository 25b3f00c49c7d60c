// SPDX-License-Identifier: Apache-2.0
// How a client finds and reaches the daemon.

public import GRPCCore
public import GRPCNIOTransportHTTP2Posix
internal import Glibc
internal import SwiftProtobuf

/// Where the daemon is and how to talk to it.
public struct DaemonConnection: Sendable {
    /// `host:port` or `unix:///path`; nil: as the discovery file says, else `localhost:54321`.
    public var address: String?
    /// Deadline of calls that are no streams.
    public var timeout: Duration = .seconds(30)
    /// More attempts when the daemon cannot be reached; the first after a second, each later one after twice as long.
    public var retries = 1
    /// Most bytes of one message.
    public var maximumMessageBytes = 10 << 20
    /// The client's certificate and key, PEM; both or none.
    public var certificateFile: String?
    /// The key of the certificate.
    public var keyFile: String?
    /// Authorities to trust, PEM; none: the system's.
    public var authorityFiles: [String] = []
    /// The name that the server's certificate must have; nil: the host of the address.
    public var serverName: String?
    /// Trust any certificate.
    public var skipsVerification = false

    /// The defaults.
    public init() {}

    private static let discoveryFile = "/var/run/tetragon/tetragon-info.json"
    private static let fallback = "localhost:54321"
    private static let longestBackOff = Duration.seconds(3600)

    private var usesTLS: Bool {
        certificateFile != nil || keyFile != nil || !authorityFiles.isEmpty || serverName != nil
            || skipsVerification
    }

    /// The address that is dialled.
    public var resolvedAddress: String {
        if let address, !address.isEmpty { return address }
        return Self.discoveredAddress(at: Self.discoveryFile) ?? Self.fallback
    }

    /// The address in a discovery file.
    static func discoveredAddress(at path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        guard count > 0, let facts = try? Google_Protobuf_Struct(jsonUTF8Bytes: Array(bytes[..<count])),
            case .stringValue(let address)? = facts.fields["server_address"]?.kind, !address.isEmpty
        else { return nil }
        return address
    }

    /// Connects, lets `body` make its calls, and closes.
    /// - Throws: what `body` throws; `ClientError` for an address or flags that make no sense.
    public func run<Result: Sendable>(
        _ body: @Sendable (GRPCClient<HTTP2ClientTransport.Posix>) async throws -> Result
    ) async throws -> Result {
        var wait = Duration.seconds(1)
        for _ in 0..<max(retries, 0) {
            do {
                return try await attempt(body)
            } catch let error as RPCError where error.code == .unavailable {
                try await Task.sleep(for: wait)
                wait = min(wait * 2, Self.longestBackOff)
            }
        }
        return try await attempt(body)
    }

    /// `run` without further attempts, for streams: what was received already cannot be taken back.
    public func attempt<Result: Sendable>(
        _ body: @Sendable (GRPCClient<HTTP2ClientTransport.Posix>) async throws -> Result
    ) async throws -> Result {
        let transport = try HTTP2ClientTransport.Posix(
            target: try target(), transportSecurity: try security())
        return try await withGRPCClient(transport: transport) { try await body($0) }
    }

    /// Options of calls.
    /// - Parameter isStream: without a deadline.
    public func options(isStream: Bool = false) -> CallOptions {
        var options = CallOptions.defaults
        if !isStream { options.timeout = timeout }
        // A daemon that is not there is an error at once, not after the deadline.
        options.waitForReady = false
        options.maxResponseMessageBytes = maximumMessageBytes
        return options
    }

    private func target() throws(ClientError) -> any ResolvableTarget {
        let address = resolvedAddress
        if address.hasPrefix("unix:") {
            let path = address.hasPrefix("unix://") ? address.dropFirst(7) : address.dropFirst(5)
            guard path.hasPrefix("/") else {
                throw ClientError("\(address): a unix address needs an absolute path")
            }
            return .unixDomainSocket(path: String(path), authority: "localhost")
        }
        let colon = address.lastIndex(of: ":")
        guard let colon, let port = Int(address[address.index(after: colon)...]), (1...65535).contains(port)
        else {
            throw ClientError("\(address): an address is host:port or unix:///path")
        }
        let host = String(address[..<colon].filter { $0 != "[" && $0 != "]" })
        return .dns(host: host.isEmpty ? "localhost" : host, port: port)
    }

    private func security() throws(ClientError) -> HTTP2ClientTransport.Posix.TransportSecurity {
        guard usesTLS else { return .plaintext }
        guard (certificateFile == nil) == (keyFile == nil) else {
            throw ClientError("--tls-cert-file and --tls-key-file go together")
        }
        guard !skipsVerification || authorityFiles.isEmpty else {
            throw ClientError("--tls-skip-verify and --tls-ca-cert-files exclude each other")
        }
        let configure: (inout HTTP2ClientTransport.Posix.TransportSecurity.TLS) -> Void = { tls in
            if skipsVerification { tls.serverCertificateVerification = .noVerification }
            if !authorityFiles.isEmpty {
                tls.trustRoots = .certificates(authorityFiles.map { .file(path: $0, format: .pem) })
            }
        }
        guard let certificateFile, let keyFile else { return .tls(configure: configure) }
        return .mTLS(
            certificateChain: [.file(path: certificateFile, format: .pem)],
            privateKey: .file(path: keyFile, format: .pem), configure: configure)
    }
}

/// What is wrong with how a client was told to connect.
public struct ClientError: Error, CustomStringConvertible {
    /// One line.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// The transport of clients.
public typealias HTTP2Transport = HTTP2ClientTransport.Posix
