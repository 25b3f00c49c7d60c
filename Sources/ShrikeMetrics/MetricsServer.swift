// SPDX-License-Identifier: Apache-2.0
// GET /metrics and GET /healthz over plain HTTP.

internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// An HTTP server for scrapers and probes.
public final class MetricsServer: Sendable {
    private let channel: any Channel
    /// The port that it listens at.
    public let port: Int

    /// Listens.
    /// - Parameters:
    ///   - host: an address or name; empty: all interfaces.
    ///   - port: 0 lets the kernel choose.
    ///   - text: the metrics in a format; called for each request, on one of the server's threads.
    ///   - isHealthy: whether `/healthz` says so.
    /// - Throws: when the address cannot be listened at.
    public init(
        host: String, port: Int, text: @escaping @Sendable (MetricsFormat) -> String,
        isHealthy: @escaping @Sendable () -> Bool
    ) throws {
        channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        RequestHandler(text: text, isHealthy: isHealthy))
                }
            }
            .bind(host: host.isEmpty ? "::" : host, port: port).wait()
        self.port = channel.localAddress?.port ?? port
    }

    /// Takes no more connections.
    public func stop() { try? channel.close().wait() }
}

/// Answers the requests of one connection.
private final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Most bytes of a request's body, which nobody reads.
    private static let bodyLimit = 64 << 10

    private let text: @Sendable (MetricsFormat) -> String
    private let isHealthy: @Sendable () -> Bool
    private var head: HTTPRequestHead?
    private var bodyBytes = 0

    init(text: @escaping @Sendable (MetricsFormat) -> String, isHealthy: @escaping @Sendable () -> Bool) {
        self.text = text
        self.isHealthy = isHealthy
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
            let isHealthy = isHealthy()
            status = isHealthy ? .ok : .serviceUnavailable
            body = isHealthy ? "ok\n" : "not ready\n"
        case (.GET, _), (.HEAD, _):
            status = .notFound
            body = "see /metrics and /healthz\n"
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
