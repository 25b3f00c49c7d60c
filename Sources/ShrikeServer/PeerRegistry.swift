// SPDX-License-Identifier: Apache-2.0
// Who is connected to a unix socket: the kernel says it of each connection.

internal import Glibc
internal import NIOCore
internal import Synchronization

/// The processes at the other ends of one listener's connections.
///
/// gRPC does not tell a call's connection, and unix sockets have no addresses that would. With one client at a time,
/// which is what changes come from, that leaves no doubt; with several of them all are named.
final class PeerRegistry: Sendable {
    /// Connections that are named in one line of the log.
    private static let namedPeers = 8

    /// `struct ucred`, which the C library keeps from Swift.
    private struct Peer: Hashable {
        var pid: Int32
        var uid: UInt32
        var gid: UInt32
    }
    private struct State {
        var nextID: UInt64 = 0
        var peers: [UInt64: Peer] = [:]
    }
    private let state = Mutex(State())

    /// Takes in a new connection; it is forgotten when it is closed.
    func note(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        // See: man 7 unix, SO_PEERCRED.
        let peer: EventLoopFuture<Peer> = provider.unsafeGetSocketOption(
            level: NIOBSDSocket.OptionLevel(rawValue: SOL_SOCKET),
            name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
        return peer.map { [self] peer in
            let id = state.withLock { state in
                state.nextID += 1
                state.peers[state.nextID] = peer
                return state.nextID
            }
            channel.closeFuture.whenComplete { [self] _ in state.withLock { $0.peers[id] = nil } }
        }.recover { _ in }
    }

    /// `uid=0 gid=0 pid=4711`, or several of them joined by ` or `; empty when nothing is known.
    var text: String {
        let peers = state.withLock { Set($0.peers.values) }.sorted { ($0.uid, $0.pid) < ($1.uid, $1.pid) }
        let named = peers.prefix(Self.namedPeers).map { "uid=\($0.uid) gid=\($0.gid) pid=\($0.pid)" }
        return (named + (peers.count > named.count ? ["\(peers.count - named.count) others"] : []))
            .joined(separator: " or ")
    }
}
