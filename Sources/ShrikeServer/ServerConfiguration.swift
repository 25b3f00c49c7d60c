// SPDX-License-Identifier: Apache-2.0
// Where the API is served, and who may do what there.

/// Settings of the API servers.
public struct ServerConfiguration: Sendable {
    /// `unix:///absolute/path` or `host:port`; empty: no API.
    public var address = "unix:///var/run/shrike/shrike.sock"
    /// The group whose members may use the unix socket, besides root; empty: root only.
    public var group = ""
    /// A second unix socket, open to everybody on the node, through which nothing can be changed; empty: none.
    public var readAddress = ""
    /// The server's certificate chain and key, PEM; both or none. TCP only.
    public var certificateFile = ""
    /// The key of the certificate.
    public var keyFile = ""
    /// Certificates that clients must have been signed by; with any of them, a client needs a certificate.
    public var clientAuthorityFiles: [String] = []
    /// Names (common name or DNS name) of client certificates that may change policies over TCP.
    public var changers: [String] = []
    /// Where `grpc.health.v1.Health` is served besides, plaintext, on its own; empty: nowhere else.
    public var healthAddress = ""
    /// Where metrics are served, for the discovery file; this server does not.
    public var metricsAddress = ""
    /// Most events that wait for one slow client.
    public var queueEvents = 10_000
    /// The file by which clients find the server; empty: none.
    public var discoveryFile = "/var/run/tetragon/tetragon-info.json"

    /// The defaults.
    public init() {}
}

/// Why the API cannot be served.
struct ServerError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
