// SPDX-License-Identifier: Apache-2.0
// A double of the Kubernetes API server: list, watch and apply over HTTPS, and faults on demand.

internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// An API server that holds what a test gives it. Any thread.
public final class APIDouble: Sendable {
    struct Entry {
        var object: DoubleObject
        var version: Int
    }

    struct Event {
        var version: Int
        var type: String
        var object: DoubleObject
        var text: String
    }

    struct Watcher {
        var path: String
        var selection: DoubleSelection
        var channel: any Channel
    }

    struct State {
        var version = 1
        var forgotten = 0
        var objects: [String: [String: Entry]] = [:]
        var events: [String: [Event]] = [:]
        var watchers: [ObjectIdentifier: Watcher] = [:]
        var faults: [(matches: @Sendable (DoubleRequest) -> Bool, fault: DoubleFault)] = []
        var requests: [DoubleRequest] = []
        var applied: [String: [String]] = [:]
        var tokens: Set<String>
        var collections: Set<String>
        var logs: [String: DoubleLog] = [:]
    }

    let state: Mutex<State>
    /// What it shows.
    public let certificates: DoubleCertificates
    private let listener: Mutex<(any Channel)?> = Mutex(nil)
    private let children: Mutex<[ObjectIdentifier: any Channel]> = Mutex([:])
    private let portNumber = Mutex(0)
    private let isAway = Mutex(false)

    /// Where it listens.
    public var port: Int { portNumber.withLock { $0 } }
    /// `https://127.0.0.1:port`
    public var server: String { "https://127.0.0.1:\(port)" }

    /// Listens on a free port.
    /// - Parameters:
    ///   - tokens: what it takes; others get 401.
    ///   - collections: paths of lists that there are; others get 404.
    public init(tokens: Set<String>, collections: Set<String>) async throws {
        state = Mutex(State(tokens: tokens, collections: collections))
        certificates = try DoubleCertificates()
        try await listen()
    }

    private func listen() async throws {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificates.certificate.utf8))
                .map { .certificate($0) },
            privateKey: .privateKey(
                try NIOSSLPrivateKey(bytes: Array(certificates.key.utf8), format: .pem)))
        configuration.minimumTLSVersion = .tlsv12
        let context = try NIOSSLContext(configuration: configuration)
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { [weak self] channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let self else { return }
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: context))
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(DoubleHandler(self))
                    let id = ObjectIdentifier(channel)
                    self.children.withLock { $0[id] = channel }
                    channel.closeFuture.whenComplete { [weak self] _ in
                        self?.children.withLock { _ = $0.removeValue(forKey: id) }
                        self?.state.withLock { state in
                            state.watchers[id] = nil
                            for path in state.logs.keys { state.logs[path]?.followers[id] = nil }
                        }
                    }
                    // After it is listed: of this and goAway, one sees the other.
                    if self.isAway.withLock({ $0 }) { channel.close(promise: nil) }
                }
            }
        let channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        portNumber.withLock { $0 = channel.localAddress?.port ?? 0 }
        listener.withLock { $0 = channel }
    }

    /// Ends all connections, and each new one at once: the server is away.
    ///
    /// It goes on listening: the port could have another owner by the time of the return.
    public func goAway() {
        isAway.withLock { $0 = true }
        closeConnections()
    }

    /// Serves again after `goAway`.
    public func comeBack() { isAway.withLock { $0 = false } }

    /// Ends all connections and listens no more.
    public func close() async {
        try? await listener.withLock { $0 }?.close()
        closeConnections()
    }

    /// Ends all connections.
    public func closeConnections() {
        for channel in children.withLock({ Array($0.values) }) { channel.close(promise: nil) }
    }

    // MARK: Objects

    /// Adds or replaces an object of a list's path.
    public func put(_ object: DoubleObject, in path: String) {
        change(path) { objects, version in
            let type = objects[object.key] == nil ? "ADDED" : "MODIFIED"
            objects[object.key] = Entry(object: object, version: version)
            return (type, object)
        }
    }

    /// Adds many objects without telling watches, as if they had been there.
    public func seed(_ objects: [DoubleObject], in path: String) {
        state.withLock { state in
            for object in objects {
                state.version += 1
                state.objects[path, default: [:]][object.key] = Entry(object: object, version: state.version)
            }
            state.forgotten = state.version
        }
    }

    /// Takes an object away.
    public func delete(_ name: String, namespace: String = "", in path: String) {
        change(path) { objects, _ in
            guard let entry = objects.removeValue(forKey: "\(namespace)/\(name)") else { return nil }
            return ("DELETED", entry.object)
        }
    }

    private func change(
        _ path: String, _ body: (inout [String: Entry], Int) -> (type: String, object: DoubleObject)?
    ) {
        state.withLock { state in
            state.version += 1
            var objects = state.objects[path, default: [:]]
            guard let (type, object) = body(&objects, state.version) else { return }
            state.objects[path] = objects
            let event = Event(
                version: state.version, type: type, object: object,
                text: "{\"type\":\"\(type)\",\"object\":\(object.json(version: state.version))}\n")
            state.events[path, default: []].append(event)
            for watcher in state.watchers.values where watcher.path == path {
                if watcher.selection.takes(event.object) { watcher.channel.send(event.text) }
            }
        }
    }

    /// Forgets all changes up to now: who asks for an older version gets 410.
    public func forget() {
        state.withLock { state in
            state.forgotten = state.version
            state.events = [:]
        }
    }

    /// Sends a bookmark to all watches; the version grows first, as if other objects had changed.
    public func bookmark() {
        state.withLock { state in
            state.version += 1
            for watcher in state.watchers.values {
                watcher.channel.send(
                    "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"\(state.version)\"}}}\n"
                )
            }
        }
    }

    // MARK: What it does, and what it saw

    /// Does something else instead of the next answer that fits; faults are used up in their order.
    public func fail(_ fault: DoubleFault, when matches: @escaping @Sendable (DoubleRequest) -> Bool) {
        state.withLock { $0.faults.append((matches, fault)) }
    }

    /// Takes these tokens from now on.
    public func take(tokens: Set<String>) { state.withLock { $0.tokens = tokens } }

    /// All requests so far.
    public var requests: [DoubleRequest] { state.withLock { $0.requests } }

    /// How many watches are open.
    public var watchCount: Int { state.withLock { $0.watchers.count } }

    /// The bodies that were applied to a path.
    public func applied(_ path: String) -> [String] { state.withLock { $0.applied[path] ?? [] } }
}

extension Channel {
    /// Sends a part of a body.
    func send(_ text: String) { send(.body(.byteBuffer(ByteBuffer(string: text)))) }

    /// Sends a part, never at once: whoever holds the lock may be called back when a connection ends.
    func send(_ part: HTTPServerResponsePart) {
        eventLoop.execute { self.writeAndFlush(part, promise: nil) }
    }
}
