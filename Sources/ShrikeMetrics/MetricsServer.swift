// SPDX-License-Identifier: Apache-2.0
// GET /metrics, /healthz and /readyz over plain HTTP.

internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
public import ShrikeDaemon
internal import Synchronization

/// An HTTP server for scrapers and probes.
///
/// At most `connectionLimit` connections at a time, further ones are closed at once; one that is silent for
/// `idleSeconds` is closed too.
public final class MetricsServer: Sendable {
    /// Most connections at a time.
    public static let connectionLimit = 64
    /// Seconds of silence after which a connection is closed.
    public static let idleSeconds = 90

    private let channel: any Channel
    /// The port that it listens at.
    public let port: Int

    /// Listens.
    /// - Parameters:
    ///   - host: an address or name; empty: all interfaces.
    ///   - port: 0 lets the kernel choose.
    ///   - text: the metrics in a format; called for each request, on one of the server's threads.
    ///   - health: what `/healthz` (alive) and `/readyz` (ready) answer by.
    /// - Throws: when the address cannot be listened at.
    public init(
        host: String, port: Int, text: @escaping @Sendable (MetricsFormat) -> String,
        health: @escaping @Sendable () -> EngineHealth
    ) throws {
        let connections = ConnectionCount()
        channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                guard connections.begin() else { return channel.close() }
                channel.closeFuture.whenComplete { _ in connections.end() }
                return channel.eventLoop.makeCompletedFuture {
                    let idle = IdleStateHandler(allTimeout: .seconds(Int64(Self.idleSeconds)))
                    try channel.pipeline.syncOperations.addHandler(idle)
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        RequestHandler(text: text, health: health))
                }
            }
            .bind(host: host.isEmpty ? "::" : host, port: port).wait()
        self.port = channel.localAddress?.port ?? port
    }

    /// Takes no more connections.
    public func stop() { try? channel.close().wait() }
}

/// Connections of now, against a limit.
private final class ConnectionCount: Sendable {
    private let count = Atomic<Int>(0)

    /// - Returns: whether there is room for one more, which `end` must be called for.
    func begin() -> Bool {
        if count.wrappingAdd(1, ordering: .relaxed).newValue <= MetricsServer.connectionLimit { return true }
        end()
        return false
    }

    func end() { count.wrappingSubtract(1, ordering: .relaxed) }
}

/// Answers the requests of one connection.
private final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Most bytes of a request's body, which nobody reads.
    private static let bodyLimit = 64 << 10

    private let text: @Sendable (MetricsFormat) -> String
    private let health: @Sendable () -> EngineHealth
    private var head: HTTPRequestHead?
    private var bodyBytes = 0

    init(
        text: @escaping @Sendable (MetricsFormat) -> String, health: @escaping @Sendable () -> EngineHealth
    ) {
        self.text = text
        self.health = health
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let request): (head, bodyBytes) = (request, 0)
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
            if bodyBytes > Self.bodyLimit { context.close(promise: nil) }
        case .end:
            guard let request = head else { return }
            head = nil
            answer(request, context)
        }
    }

    private static func text(_ health: EngineHealth) -> String {
        health.problems.map { $0 + "\n" }.joined()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let path = request.uri.prefix { $0 != "?" }
        var status = HTTPResponseStatus.ok
        var type = "text/plain; charset=utf-8"
        let body: String
        switch (request.method, path) {
        case (.GET, "/metrics"), (.HEAD, "/metrics"):
            let format = MetricsFormat(accept: request.headers["accept"].joined(separator: ","))
            type = format.contentType
            body = text(format)
        case (.GET, "/healthz"), (.HEAD, "/healthz"):
            let health = health()
            status = health.isAlive ? .ok : .serviceUnavailable
            body = health.isAlive ? "ok\n" : Self.text(health)
        case (.GET, "/readyz"), (.HEAD, "/readyz"):
            let health = health()
            status = health.isReady ? .ok : .serviceUnavailable
            body = health.isReady ? "ok\n" + health.notes.map { "note: \($0)\n" }.joined() : Self.text(health)
        case (.GET, _), (.HEAD, _):
            status = .notFound
            body = "see /metrics, /healthz and /readyz\n"
        default:
            status = .methodNotAllowed
            body = "GET only\n"
        }
        var headers = HTTPHeaders([("content-type", type), ("content-length", "\(body.utf8.count)")])
        if status == .methodNotAllowed { headers.add(name: "allow", value: "GET, HEAD") }
        if !request.isKeepAlive { headers.add(name: "connection", value: "close") }
        context.write(
            wrapOutboundOut(
                .head(HTTPResponseHead(version: request.version, status: status, headers: headers))),
            promise: nil)
        if request.method != .HEAD {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(string: body)))),
                promise: nil)
        }
        let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !request.isKeepAlive {
            let channel = context.channel
            written.whenComplete { _ in channel.close(promise: nil) }
        }
    }
}
