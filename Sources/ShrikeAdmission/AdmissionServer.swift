// SPDX-License-Identifier: Apache-2.0
// POST /validate over HTTPS, and /healthz and /readyz for probes.

internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// How the webhook is served.
public struct AdmissionSettings: Sendable {
    /// An address or name; empty: all interfaces.
    public var host = ""
    /// 0 lets the kernel choose.
    public var port = 8443
    /// The certificate and those that it was made with, PEM.
    public var certificateFile = ""
    /// Its key, PEM.
    public var keyFile = ""
    /// How often the files are looked at.
    var reading = Duration.seconds(10)

    /// At port 8443.
    public init() {}
}

/// A validating webhook.
///
/// At most `connectionLimit` connections at a time, further ones are closed at once; one that is silent for
/// `idleSeconds` is closed too. At most `queueLimit` requests are looked at or wait; further ones get 503.
public final class AdmissionServer: Sendable {
    /// Most connections at a time.
    static let connectionLimit = 256
    /// Seconds of silence after which a connection is closed.
    static let idleSeconds = 90
    /// Most requests at a time.
    static let queueLimit = 64
    /// Most bytes of a request: an object has 1.5 MiB at most, and comes twice when it is changed.
    static let bodyLimit = 8 << 20

    private let channel: any Channel
    private let shared: Shared
    /// The port that it listens at.
    public let port: Int

    /// What all connections share.
    final class Shared: Sendable {
        let reviewer: PolicyReviewer
        let note: @Sendable (String) -> Void
        let threads: NIOThreadPool
        let connections = Atomic<Int>(0)
        let requests = Atomic<Int>(0)
        let isEnding = Atomic<Bool>(false)

        init(_ reviewer: PolicyReviewer, note: @escaping @Sendable (String) -> Void) {
            (self.reviewer, self.note) = (reviewer, note)
            threads = NIOThreadPool(numberOfThreads: 2)
            threads.start()
        }
    }

    /// Listens.
    /// - Parameter note: is told about what is refused, and about the certificate; a line each, from any thread.
    /// - Throws: `AdmissionError` when the files cannot be used or the address cannot be listened at.
    public init(
        _ settings: AdmissionSettings, reviewer: PolicyReviewer, note: @escaping @Sendable (String) -> Void
    ) throws {
        let identity = try ServerIdentity(
            certificateFile: settings.certificateFile, keyFile: settings.keyFile, interval: settings.reading,
            note: note)
        let shared = Shared(reviewer, note: note)
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                guard shared.connections.add(below: Self.connectionLimit) else { return channel.close() }
                channel.closeFuture.whenComplete { _ in
                    shared.connections.wrappingSubtract(1, ordering: .relaxed)
                }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(
                        IdleStateHandler(allTimeout: .seconds(Int64(Self.idleSeconds))))
                    try pipeline.addHandler(NIOSSLServerHandler(context: identity.context))
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(AdmissionHandler(shared))
                }
            }
        do {
            channel = try bootstrap.bind(
                host: settings.host.isEmpty ? "::" : settings.host, port: settings.port
            )
            .wait()
        } catch {
            throw AdmissionError("\(settings.host):\(settings.port) cannot be listened at: \(error)")
        }
        port = channel.localAddress?.port ?? settings.port
        self.shared = shared
    }

    /// Says that no new requests are wanted; those that come are answered all the same.
    public func startEnding() { shared.isEnding.store(true, ordering: .relaxed) }

    /// Takes no more connections, once those requests are answered that have begun.
    public func stop() async {
        try? await channel.close()
        try? await shared.threads.shutdownGracefully()
    }
}

extension Atomic where Value == Int {
    /// Adds one, if the sum is not above the limit.
    func add(below limit: Int) -> Bool {
        if wrappingAdd(1, ordering: .relaxed).newValue <= limit { return true }
        wrappingSubtract(1, ordering: .relaxed)
        return false
    }
}
