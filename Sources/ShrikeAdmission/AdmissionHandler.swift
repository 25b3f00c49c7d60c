// SPDX-License-Identifier: Apache-2.0
// One connection to the webhook.

internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// Answers requests, one after the other.
final class AdmissionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let shared: AdmissionServer.Shared
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(_ shared: AdmissionServer.Shared) { self.shared = shared }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let request):
            (head, body) = (request, ByteBuffer())
        case .body(var part):
            guard head != nil else { return }
            guard body.readableBytes + part.readableBytes <= AdmissionServer.bodyLimit else {
                head = nil
                // What else comes is not read to its end.
                return Self.send(
                    .payloadTooLarge, "more than \(AdmissionServer.bodyLimit) bytes\n", isKept: false,
                    context.channel)
            }
            body.writeBuffer(&part)
        case .end:
            guard let request = head else { return }
            head = nil
            answer(request, context.channel)
        }
    }

    private func answer(_ request: HTTPRequestHead, _ channel: any Channel) {
        let isKept = request.isKeepAlive
        switch (request.method, request.uri.prefix { $0 != "?" }) {
        case (.POST, "/validate"): validate(Array(body.readableBytesView), isKept, channel)
        case (.GET, "/healthz"): Self.send(.ok, "ok\n", isKept: isKept, channel)
        case (.GET, "/readyz"):
            let isEnding = shared.isEnding.load(ordering: .relaxed)
            Self.send(
                isEnding ? .serviceUnavailable : .ok, isEnding ? "ending\n" : "ok\n", isKept: isKept, channel)
        case (_, "/validate"), (_, "/healthz"), (_, "/readyz"):
            Self.send(
                .methodNotAllowed, "POST /validate, GET /healthz, GET /readyz\n", isKept: isKept, channel)
        default: Self.send(.notFound, "see /validate, /healthz and /readyz\n", isKept: isKept, channel)
        }
        body = ByteBuffer()
    }

    /// On another thread: looking at a policy may take longer than other connections should wait.
    private func validate(_ bytes: [UInt8], _ isKept: Bool, _ channel: any Channel) {
        guard let request = AdmissionRequest(bytes) else {
            return Self.send(
                .badRequest, "the body is no AdmissionReview of admission.k8s.io/v1\n", isKept: isKept,
                channel)
        }
        let shared = shared
        guard shared.requests.add(below: AdmissionServer.queueLimit) else {
            return Self.send(.serviceUnavailable, "too many requests at a time\n", isKept: isKept, channel)
        }
        shared.threads.submit { state in
            defer { shared.requests.wrappingSubtract(1, ordering: .relaxed) }
            guard state == .active else { return channel.close(promise: nil) }
            let answer = shared.reviewer.review(request)
            if let refusal = answer.refusal {
                let place = request.namespace.isEmpty ? "" : "\(request.namespace)/"
                shared.note(Self.oneLine("refused \(request.kind) \(place)\(request.name): \(refusal)"))
            }
            let review = answer.review(uid: request.uid)
            channel.eventLoop.execute {
                Self.send(
                    .ok, String(decoding: review, as: UTF8.self), type: "application/json", isKept: isKept,
                    channel)
            }
        }
    }

    /// What others wrote does not begin a line of the log.
    private static func oneLine(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }

    private static func send(
        _ status: HTTPResponseStatus, _ text: String, type: String = "text/plain; charset=utf-8",
        isKept: Bool,
        _ channel: any Channel
    ) {
        var headers = HTTPHeaders([("content-type", type), ("content-length", "\(text.utf8.count)")])
        if !isKept { headers.add(name: "connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: text))), promise: nil)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { _ in
            if !isKept { channel.close(promise: nil) }
        }
    }
}
