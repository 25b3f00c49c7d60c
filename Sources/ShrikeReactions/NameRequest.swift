// SPDX-License-Identifier: Apache-2.0
// One question for a name's IPv4 address, to the node's own name server (RFC 1035).

internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import ShrikePolicy

/// Asks for addresses.
struct NameRequest: Sendable {
    let timeout: TimeAmount
    let resolver: String

    private static let port = 53

    /// Asks for a name.
    /// - Returns: done when there is an answer, also one that says that there is no such name.
    func send(_ name: String, on loop: any EventLoop) -> EventLoopFuture<Void> {
        let id = UInt16.random(in: 1...UInt16.max)
        guard let question = Self.question(name, id: id),
            let server = try? SocketAddress(ipAddress: Self.server(in: resolver), port: Self.port)
        else { return loop.makeFailedFuture(ReactionError.malformed) }
        let answer = loop.makePromise(of: Void.self)
        let alarm = loop.scheduleTask(in: timeout) { answer.fail(ReactionError.timedOut) }
        DatagramBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ReplyHandler(id: id, answer))
                }
            }
            .bind(host: server.protocol == .inet6 ? "::" : "0.0.0.0", port: 0)
            .whenComplete { result in
                switch result {
                case .failure(let error): answer.fail(error)
                case .success(let channel):
                    let datagram = AddressedEnvelope(
                        remoteAddress: server, data: channel.allocator.buffer(bytes: question))
                    channel.writeAndFlush(datagram).cascadeFailure(to: answer)
                    answer.futureResult.whenComplete { _ in channel.close(promise: nil) }
                }
            }
        answer.futureResult.whenComplete { _ in alarm.cancel() }
        return answer.futureResult
    }

    /// The message that asks; nil when the name cannot be asked for.
    static func question(_ name: String, id: UInt16) -> [UInt8]? {
        guard let labels = DomainName.labels(of: name) else { return nil }
        // id, "recursion desired", one question, no records
        var bytes: [UInt8] = [UInt8(id >> 8), UInt8(id & 0xff), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in labels {
            bytes.append(UInt8(label.utf8.count))
            bytes += label.utf8
        }
        return bytes + [0, 0, 1, 0, 1]  // end of the name; type A, class IN
    }

    /// The first name server of a resolver's file; its default where there is none (resolv.conf(5)).
    static func server(in path: String) -> String {
        guard let file = unsafe fopen(path, "re") else { return "127.0.0.1" }
        defer { unsafe fclose(file) }
        var text = [UInt8](repeating: 0, count: 16 << 10)
        let count = unsafe fread(&text, 1, text.count, file)
        for line in String(decoding: text[..<count], as: UTF8.self).split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            if words.count > 1, words[0] == "nameserver" { return String(words[1]) }
        }
        return "127.0.0.1"
    }
}

/// Waits for the reply to a question.
private final class ReplyHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let id: UInt16
    private let answer: EventLoopPromise<Void>

    init(id: UInt16, _ answer: EventLoopPromise<Void>) {
        self.id = id
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var reply = unwrapInboundIn(data).data
        // Anybody may send to the port: only what repeats the question's id is its reply.
        if reply.readInteger(as: UInt16.self) == id { answer.succeed() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { answer.fail(error) }
}
