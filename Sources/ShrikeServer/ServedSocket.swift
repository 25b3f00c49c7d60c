// SPDX-License-Identifier: Apache-2.0
// A unix socket that is served, as a file that others can take away.

internal import ShrikeDaemon

/// A unix socket and how to serve it again.
struct ServedSocket: Sendable {
    let path: String
    let serveAgain: @Sendable () throws(ServerError) -> Void
    /// Nil when it was gone at once.
    let identity: PathIdentity?

    /// The socket that is at `path` now.
    init(path: String, serveAgain: @escaping @Sendable () throws(ServerError) -> Void) {
        self.path = path
        self.serveAgain = serveAgain
        identity = PathIdentity(of: path)
    }

    /// Whether it is at its path; false: something else is, nil: nothing is.
    var isThere: Bool? { PathIdentity(of: path).map { $0 == identity } }
}
