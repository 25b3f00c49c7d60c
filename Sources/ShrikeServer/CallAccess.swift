// SPDX-License-Identifier: Apache-2.0
// Who may change things, decided by the listener that a call came through and the certificate that it came with.

internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import Logging
internal import X509

/// What calls through one listener may do.
///
/// Reading is open to whoever can connect. A unix socket that changes things is for root and one group by its
/// permissions, which the kernel enforces before a byte is read; over TCP a change needs a client certificate whose
/// name is allowed.
struct CallAccess: Sendable {
    enum Listener: Sendable {
        /// Root and the configured group.
        case unix(path: String)
        /// Everybody on the node.
        case readOnly(path: String)
        case tcp
    }

    let listener: Listener
    let peers: PeerRegistry
    let changers: Set<String>
    let logger: Logger

    /// Lets a change through, or logs and refuses it.
    /// - Returns: who asks, for the log.
    func requireChange(_ method: String, _ context: ServerContext) throws(RPCError) -> String {
        let reason: String
        switch listener {
        case .unix(let path):
            let peer = peers.text
            return peer.isEmpty ? "unix:\(path)" : "unix:\(path) \(peer)"
        case .readOnly: reason = "nothing can be changed through this socket"
        case .tcp:
            let names = Self.certificateNames(context)
            if let name = names.first(where: changers.contains) { return "certificate:\(name)" }
            reason =
                names.isEmpty
                ? "a change over TCP needs a client certificate"
                : "the client certificate of \(names[0]) may change nothing"
        }
        logger.warning(
            "call refused",
            metadata: ["rpc.method": "\(method)", "rpc.peer": "\(context.remotePeer)", "reason": "\(reason)"])
        throw RPCError(code: .permissionDenied, message: "\(method): \(reason)")
    }

    /// A change was made.
    func logChange(_ method: String, by who: String, _ context: ServerContext) {
        logger.notice(
            "change over the API",
            metadata: ["rpc.method": "\(method)", "rpc.peer": "\(context.remotePeer)", "rpc.who": "\(who)"])
    }

    /// The common names and DNS names of a verified client certificate.
    private static func certificateNames(_ context: ServerContext) -> [String] {
        guard let specific = context.transportSpecific as? HTTP2ServerTransport.Posix.Context,
            let certificate = specific.peerCertificate
        else { return [] }
        var names: [String] = []
        for attribute in certificate.subject.flatMap({ $0 })
        where attribute.type == .RDNAttributeType.commonName {
            if let name = String(attribute.value) { names.append(name) }
        }
        let alternatives = try? certificate.extensions.subjectAlternativeNames
        for case .dnsName(let name) in alternatives.map({ Array($0) }) ?? [] { names.append(name) }
        return names
    }
}
