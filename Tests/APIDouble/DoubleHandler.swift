// SPDX-License-Identifier: Apache-2.0
// One connection to the double.

internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// Answers requests.
final class DoubleHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let double: APIDouble
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(_ double: APIDouble) { self.double = double }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, ByteBuffer())
        case .body(var bytes): body.writeBuffer(&bytes)
        case .end:
            guard let head else { return }
            answer(Self.request(head, String(buffer: body)), context.channel)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private static func request(_ head: HTTPRequestHead, _ body: String) -> DoubleRequest {
        let parts = head.uri.split(separator: "?", maxSplits: 1).map(String.init)
        var query: [String: String] = [:]
        for term in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let pair = term.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[decoded(String(pair[0]))] = pair.count > 1 ? decoded(String(pair[1])) : ""
        }
        let authorization = head.headers.first(name: "Authorization") ?? ""
        let token = authorization.hasPrefix("Bearer ") ? String(authorization.dropFirst(7)) : ""
        return DoubleRequest(
            method: head.method.rawValue, path: parts[0], query: query, token: token, body: body)
    }

    private static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(rest.prefix(2)) ?? "", radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Answers

    private func answer(_ request: DoubleRequest, _ channel: any Channel) {
        let (fault, isAllowed, isKnown) = double.state.withLock { state in
            state.requests.append(request)
            let index = state.faults.firstIndex { $0.matches(request) }
            return (
                index.map { state.faults.remove(at: $0).fault }, state.tokens.contains(request.token),
                state.collections.contains(request.path)
            )
        }
        if let fault { return fail(fault, channel) }
        guard isAllowed else { return refuse(401, "Unauthorized", channel) }
        if request.method == "PATCH" {
            double.state.withLock { $0.applied[request.path, default: []].append(request.body) }
            return whole(request.body, channel)
        }
        if request.path.hasSuffix("/log") { return log(request, channel) }
        guard isKnown else { return refuse(404, "the server could not find the requested resource", channel) }
        if request.isWatch { watch(request, channel) } else { list(request, channel) }
    }

    private func fail(_ fault: DoubleFault, _ channel: any Channel) {
        switch fault {
        case .status(let code, let retryAfter):
            refuse(code, "a fault", retryAfter: retryAfter, channel)
        case .close: channel.close(promise: nil)
        case .cut:
            head(channel, 200, length: 1_000)
            channel.send("{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[")
            channel.eventLoop.scheduleTask(in: .milliseconds(20)) { channel.close(promise: nil) }
        case .silence: head(channel, 200)
        case .trickle:
            head(channel, 200)
            Self.trickle(channel)
        case .longLine(let count):
            head(channel, 200)
            for _ in 0..<count / 1_024 { channel.send(String(repeating: "x", count: 1_024)) }
            channel.send("\n")
        case .expiredEvent:
            head(channel, 200)
            channel.send(
                """
                {"type":"ERROR","object":{"kind":"Status","status":"Failure","reason":"Expired","code":410,\
                "message":"too old resource version"}}

                """)
            end(channel)
        case .nonsense: whole("{\"surprise\": [", channel)
        }
    }

    /// A byte each 50 ms as long as the client listens.
    private static func trickle(_ channel: any Channel) {
        guard channel.isActive else { return }
        channel.send(" ")
        channel.eventLoop.scheduleTask(in: .milliseconds(50)) { trickle(channel) }
    }

    private func list(_ request: DoubleRequest, _ channel: any Channel) {
        let limit = request.query["limit"].flatMap { Int($0) } ?? Int.max
        let token = (request.query["continue"] ?? "").split(separator: "/").compactMap { Int($0) }
        let page: String? = double.state.withLock { state in
            if token.count == 2, token[0] < state.forgotten { return nil }
            let selection = DoubleSelection(request)
            let all = (state.objects[request.path] ?? [:]).values.filter { selection.takes($0.object) }
                .sorted { $0.object.key < $1.object.key }
            let start = token.count == 2 ? token[1] : 0
            let items = all.dropFirst(start).prefix(limit)
            let isLast = start + items.count >= all.count
            let next = isLast ? "" : ",\"continue\":\"\(state.version)/\(start + items.count)\""
            return
                "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"\(state.version)\"\(next)},\"items\":["
                + items.map { $0.object.json(version: $0.version) }.joined(separator: ",") + "]}"
        }
        guard let page else {
            return refuse(410, "The provided continue parameter is too old", channel)
        }
        whole(page, channel)
    }

    private func watch(_ request: DoubleRequest, _ channel: any Channel) {
        guard let version = request.query["resourceVersion"].flatMap({ Int($0) }) else {
            return refuse(400, "a watch needs a version", channel)
        }
        let selection = DoubleSelection(request)
        let isKnown = double.state.withLock { state in
            guard version >= state.forgotten else { return false }
            head(channel, 200)
            for event in state.events[request.path] ?? [] where event.version > version {
                if selection.takes(event.object) { channel.send(event.text) }
            }
            state.watchers[ObjectIdentifier(channel)] = APIDouble.Watcher(
                path: request.path, selection: selection, channel: channel)
            return true
        }
        if !isKnown { refuse(410, "too old resource version", channel) }
    }

    /// As the kubelet does it: whole seconds of `sinceTime`, and what is there before what comes.
    private func log(_ request: DoubleRequest, _ channel: any Channel) {
        double.state.withLock { state in
            guard let log = state.logs[request.path] else { return refuse(404, "pods not found", channel) }
            guard request.query["container"] == "export-stdout" else {
                return refuse(400, "a container name must be specified", channel)
            }
            let isPrevious = request.query["previous"] == "true"
            guard var lines = isPrevious ? log.previous : log.lines else {
                return refuse(400, "previous terminated container not found", channel)
            }
            if let since = request.query["sinceTime"] {
                lines.removeAll { $0.time.prefix(19) < since.prefix(19) }
            }
            if let tail = request.query["tailLines"].flatMap({ Int($0) }) { lines = lines.suffix(tail) }
            head(channel, 200)
            for line in lines { channel.send(line.text(request.query["timestamps"] == "true")) }
            guard request.query["follow"] == "true", !log.isEnded else { return end(channel) }
            state.logs[request.path]?.followers[ObjectIdentifier(channel)] = channel
        }
    }

    private func refuse(_ code: Int, _ message: String, retryAfter: Int? = nil, _ channel: any Channel) {
        let body = "{\"kind\":\"Status\",\"code\":\(code),\"message\":\"\(message)\"}"
        head(channel, code, length: body.utf8.count, retryAfter: retryAfter)
        channel.send(body)
        end(channel)
    }

    private func whole(_ body: String, _ channel: any Channel) {
        head(channel, 200, length: body.utf8.count)
        channel.send(body)
        end(channel)
    }

    private func head(_ channel: any Channel, _ code: Int, length: Int? = nil, retryAfter: Int? = nil) {
        var headers = HTTPHeaders([("Content-Type", "application/json")])
        if let length { headers.add(name: "Content-Length", value: "\(length)") }
        if let retryAfter { headers.add(name: "Retry-After", value: "\(retryAfter)") }
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: code), headers: headers)
        channel.send(.head(head))
    }

    private func end(_ channel: any Channel) {
        channel.send(.end(nil))
    }
}
