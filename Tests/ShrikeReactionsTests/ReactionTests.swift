// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import NIOCore
import NIOPosix
import ShrikeExport
import Synchronization
import Testing

@testable import ShrikeReactions

/// Keeps what it is sent, and answers.
private final class Listener: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let heard = Mutex("")
    let answers: Bool

    init(answers: Bool = true) { self.answers = answers }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heard.withLock { $0 += String(buffer: unwrapInboundIn(data)) }
        guard answers, heard.withLock({ $0.hasSuffix("\r\n\r\n") }) else { return }
        context.writeAndFlush(
            wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 204 No Content\r\n\r\n")), promise: nil)
    }
}

private func listen(_ handler: Listener) async throws -> (channel: any Channel, port: Int) {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler) }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    return (channel, try #require(channel.localAddress?.port))
}

@Suite(.serialized) struct ReactionTests {
    private let logger = Logger(label: "test")

    /// Waits until the counters say so, for ten seconds.
    private func settle(
        _ reactions: Reactions, until isDone: (ReactionCounters) -> Bool
    ) async throws -> ReactionCounters {
        for _ in 0..<1_000 where !isDone(reactions.counters) { try await Task.sleep(for: .milliseconds(10)) }
        return reactions.counters
    }

    @Test("A page is asked for as the policy writes it")
    func page() async throws {
        let listener = Listener()
        let (channel, port) = try await listen(listener)
        let reactions = Reactions(logger: logger)
        #expect(reactions.request(.getURL("http://127.0.0.1:\(port)/hit?a=b#part")))
        #expect(try await settle(reactions) { $0.done + $0.failed == 1 } == ReactionCounters(done: 1))
        let heard = listener.heard.withLock { $0 }
        #expect(heard.hasPrefix("GET /hit?a=b HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"))
        try await channel.close()
    }

    @Test("Nobody there, no answer, no address: each is one failure, in time")
    func failures() async throws {
        let silent = Listener(answers: false)
        let (channel, port) = try await listen(silent)
        let reactions = Reactions(logger: logger, timeoutSeconds: 1)
        #expect(reactions.request(.getURL("http://127.0.0.1:1/")))
        #expect(reactions.request(.getURL("nonsense")))
        #expect(reactions.request(.getURL("http://127.0.0.1:\(port)/")))
        #expect(reactions.request(.lookUp("not a name")))
        #expect(try await settle(reactions) { $0.failed == 4 } == ReactionCounters(failed: 4))
        try await channel.close()
    }

    @Test("What waits is bounded; the rest is dropped and counted")
    func bound() async throws {
        let silent = Listener(answers: false)
        let (channel, port) = try await listen(silent)
        let reactions = Reactions(logger: logger, timeoutSeconds: 1)
        let most = Reactions.concurrent + Reactions.waitingLimit
        let taken = (0..<most + 5).filter { _ in reactions.request(.getURL("http://127.0.0.1:\(port)/")) }
        #expect(taken.count == most)
        #expect(reactions.counters.dropped == 5)
        #expect(reactions.losses["reactions.dropped"] == 5)
        try await channel.close()
    }

    @Test("The question for a name, byte for byte")
    func question() {
        let expected: [UInt8] =
            [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + [1] + Array("a".utf8) + [7]
            + Array("example".utf8) + [0, 0, 1, 0, 1]
        #expect(NameRequest.question("a.example", id: 0x1234) == expected)
        #expect(NameRequest.question("a.example.", id: 0x1234) == expected)
        for name in ["", "a..b", ".", String(repeating: "a", count: 64), "a b"] {
            #expect(NameRequest.question(name, id: 1) == nil)
        }
    }

    @Test("The first name server of the file, or the default")
    func server() throws {
        let path = "/tmp/shrike-resolver-\(getpid())"
        let file = try #require(unsafe fopen(path, "w"))
        unsafe fputs("# comment\nsearch a.example\nnameserver\t192.0.2.7\nnameserver 192.0.2.8\n", file)
        unsafe fclose(file)
        #expect(NameRequest.server(in: path) == "192.0.2.7")
        unlink(path)
        #expect(NameRequest.server(in: path) == "127.0.0.1")
    }
}

extension ReactionCounters {
    fileprivate init(done: UInt64 = 0, failed: UInt64 = 0) {
        self.init()
        (self.done, self.failed) = (done, failed)
    }
}
