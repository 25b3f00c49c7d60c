// SPDX-License-Identifier: Apache-2.0
// One GET: the answer's head is waited for, its body is not read.

internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import ShrikePolicy

/// Asks for pages.
struct PageRequest: Sendable {
    let timeout: TimeAmount

    /// Asks for a page.
    /// - Returns: done when the answer's head is there.
    func send(_ text: String, on loop: any EventLoop) -> EventLoopFuture<Void> {
        guard let address = WebAddress(text) else {
            return loop.makeFailedFuture(ReactionError.malformed)
        }
        let answer = loop.makePromise(of: Void.self)
        let deadline = NIODeadline.now() + timeout
        ClientBootstrap(group: loop).connectTimeout(timeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if address.isEncrypted { try pipeline.addHandler(Self.encryption(of: address)) }
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(AnswerHandler(address, answer))
                }
            }
            .connect(host: address.host, port: address.port)
            .whenComplete { result in
                switch result {
                case .failure(let error): answer.fail(error)
                case .success(let channel):
                    let alarm = loop.scheduleTask(deadline: deadline) { answer.fail(ReactionError.timedOut) }
                    answer.futureResult.whenComplete { _ in
                        alarm.cancel()
                        channel.close(promise: nil)
                    }
                }
            }
        return answer.futureResult
    }

    private static func encryption(of address: WebAddress) throws -> NIOSSLClientHandler {
        let context = try NIOSSLContext(configuration: .makeClientConfiguration())
        let isNumber = (try? SocketAddress(ipAddress: address.host, port: address.port)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isNumber ? nil : address.host)
    }
}

/// Sends the request when it is connected, and waits for the answer's head.
private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let address: WebAddress
    private let answer: EventLoopPromise<Void>

    init(_ address: WebAddress, _ answer: EventLoopPromise<Void>) {
        self.address = address
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        let headers: HTTPHeaders = [
            "Host": address.authority, "User-Agent": "shriked", "Accept": "*/*", "Connection": "close",
        ]
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: address.target, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data) { answer.succeed() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { answer.fail(error) }

    func channelInactive(context: ChannelHandlerContext) { answer.fail(ReactionError.closed) }
}
