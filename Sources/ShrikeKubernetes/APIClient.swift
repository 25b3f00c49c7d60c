// SPDX-License-Identifier: Apache-2.0
// Requests to one API server: every answer is bounded in bytes and in time.

internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import ShrikeJSON
internal import Synchronization

/// How long things may take.
public struct APITiming: Sendable {
    /// A connection.
    public var connect = Duration.seconds(10)
    /// A request with its answer.
    public var request = Duration.seconds(60)
    /// Silence of an answer that goes on. Servers send a bookmark each minute.
    public var silence = Duration.seconds(150)
    /// A watch, after which it starts anew; the server is told, and other times are added at random.
    public var watchSeconds = 300
    /// The first pause after a failure.
    public var firstPause = Duration.milliseconds(500)
    /// The longest pause after failures.
    public var longestPause = Duration.seconds(30)

    /// The defaults.
    public init() {}
}

/// Talks to an API server. Any thread.
public final class APIClient: Sendable {
    /// Most bytes of a page of a list.
    static let pageBytes = 32 << 20
    /// Most bytes of one object on a watch: etcd takes 1.5 MiB, which JSON may make twice as large.
    static let lineBytes = 4 << 20
    /// Most bytes read of an answer that says no.
    private static let refusalBytes = 64 << 10

    private let access: ClusterAccess
    private let userAgent: String
    /// How long things may take.
    public let timing: APITiming
    private let client: HTTPClient
    private let security: Mutex<(material: [[UInt8]], configuration: TLSConfiguration)?> = Mutex(nil)

    /// A client; nothing is connected yet. Call `shutdown` in the end.
    /// - Parameter connections: most at a time; a request beyond them waits.
    public init(
        access: ClusterAccess, timing: APITiming = APITiming(), userAgent: String = "shriked",
        connections: Int = 16
    ) {
        self.access = access
        self.timing = timing
        self.userAgent = userAgent
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: timing.connect.amount, read: timing.silence.amount))
        // A watch has a connection of its own: one that hangs delays no other.
        configuration.httpVersion = .http1Only
        // Whoever asks knows how long to wait.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        client = HTTPClient(
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            configuration: configuration)
    }

    /// Ends all connections.
    public func shutdown() async { try? await client.shutdown() }

    /// The same for a thread that may wait.
    public func shutdownNow() { try? client.syncShutdown() }

    /// The body of a GET.
    func get(_ path: String, query: [(String, String)] = []) async throws(KubernetesError) -> [UInt8] {
        try await mapped { [self] in
            try await fetchCredentials()
            return try await withDeadline(timing.request) { [self] in
                let response = try await execute(try await request(.GET, path, query))
                return try await collect(response, limit: Self.pageBytes)
            }
        }
    }

    /// Makes an object, or of one that exists the members that the body names (server-side apply).
    public func apply(_ path: String, manager: String, body: [UInt8]) async throws(KubernetesError) {
        try await mapped { [self] in
            try await fetchCredentials()
            return try await withDeadline(timing.request) { [self] in
                var request = try await request(
                    .PATCH, path, [("fieldManager", manager), ("force", "true")])
                // JSON is YAML; this type is older than the one that says JSON.
                request.headers.add(name: "Content-Type", value: "application/apply-patch+yaml")
                request.body = .bytes(NIOCore.ByteBuffer(bytes: body))
                _ = try await collect(try await execute(request), limit: Self.pageBytes)
            }
        }
    }

    /// Calls `body` with each line of an answer, until it ends. A line without an end, and empty ones, are left out.
    /// - Parameter opened: called when the server has agreed.
    /// - Throws: `.timedOut` after the limit, and after silence; see `APITiming`.
    public func lines(
        _ path: String, query: [(String, String)], within limit: Duration,
        opened: @escaping @Sendable () -> Void, body: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws(KubernetesError) {
        try await mapped { [self] in
            try await fetchCredentials()
            return try await withDeadline(limit) { [self] in
                let response = try await withDeadline(timing.request) { [self] in
                    try await execute(try await request(.GET, path, query))
                }
                opened()
                var splitter = LineSplitter(limit: Self.lineBytes)
                for try await piece in response.body {
                    let lines = try piece.withUnsafeReadableBytes { try splitter.lines(in: $0) }
                    for line in lines { try await body(line) }
                }
            }
        }
    }

    // MARK: One request

    /// Runs the program for them, if there is one and it is time: that may take longer than a request, since it may ask
    /// somebody.
    private func fetchCredentials() async throws { _ = try await access.program?.credential() }

    private func request(
        _ method: HTTPMethod, _ path: String, _ query: [(String, String)]
    ) async throws -> HTTPClientRequest {
        let fetched = try await access.program?.credential()
        let text = query.map { "\(Self.escaped($0.0))=\(Self.escaped($0.1))" }.joined(separator: "&")
        var request = HTTPClientRequest(url: access.server + path + (text.isEmpty ? "" : "?\(text)"))
        request.method = method
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: userAgent)
        if let authorization = try fetched.map({ $0.token.map { "Bearer \($0)" } }) ?? access.authorization()
        {
            request.headers.add(name: "Authorization", value: authorization)
        }
        request.tlsConfiguration = try tlsConfiguration(fetched)
        return request
    }

    /// The answer's head, when it says yes.
    private func execute(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        let response = try await client.execute(request, timeout: timing.request.amount)
        guard !(200..<300).contains(response.status.code) else { return response }
        if response.status == .gone { throw KubernetesError.expired }
        // As in client-go: whatever its end was to be, the next request comes with another.
        if response.status == .unauthorized, let program = access.program { await program.forget() }
        let body = (try? await collect(response, limit: Self.refusalBytes)) ?? []
        let message = body.withUnsafeBytes { JSONView($0)?.member("message")?.string }
        throw KubernetesError.refused(
            status: Int(response.status.code),
            reason: message.map { String($0.prefix(500)) } ?? response.status.reasonPhrase,
            retryAfterSeconds: response.headers.first(name: "Retry-After").flatMap { Int($0) })
    }

    private func collect(_ response: HTTPClientResponse, limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in response.body {
            guard bytes.count + piece.readableBytes <= limit else { throw KubernetesError.tooLarge(limit) }
            bytes += piece.readableBytesView
        }
        return bytes
    }

    /// The authorities and the client's certificate, made anew when their files have changed.
    private func tlsConfiguration(_ fetched: FetchedCredential?) throws -> TLSConfiguration {
        var material: [[UInt8]] = []
        for part in [access.authority, access.certificate, access.key] {
            material.append(try part?.read() ?? [])
        }
        if let certificate = fetched?.certificate, let key = fetched?.key {
            (material[1], material[2]) = (certificate, key)
        }
        if let known = security.withLock({ $0 }), known.material == material { return known.configuration }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if access.authority != nil {
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(material[0]))
        }
        if !material[1].isEmpty {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(material[1])
                .map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: material[2], format: .pem))
        }
        if !access.verifiesServer { configuration.certificateVerification = .none }
        let made = configuration
        security.withLock { $0 = (material, made) }
        return made
    }

    /// A text as a part of a query (RFC 3986).
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                escaped += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return escaped
    }

    /// Whatever goes wrong, as an error of this module.
    private func mapped<Value>(_ body: () async throws -> Value) async throws(KubernetesError) -> Value {
        do {
            return try await body()
        } catch let error as KubernetesError {
            throw error
        } catch let error as HTTPClientError where error == .readTimeout || error == .deadlineExceeded {
            throw .timedOut
        } catch let error as HTTPClientError where error == .connectTimeout {
            throw .unreachable("no connection in time")
        } catch {
            throw .unreachable(String("\(error)".prefix(500)))
        }
    }
}

/// Runs the body, for a limited time.
func withDeadline<Value: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let value = first else { throw KubernetesError.timedOut }
        return value
    }
}

extension Duration {
    /// The same for NIO.
    fileprivate var amount: TimeAmount {
        .nanoseconds(components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000)
    }
}
