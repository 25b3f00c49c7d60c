// SPDX-License-Identifier: Apache-2.0
// Where the API server is, how it is known to be the right one, and who asks.

internal import Glibc

/// How to reach an API server.
public struct ClusterAccess: Sendable {
    /// Something in PEM, or a token: in a file that may change, or given.
    enum Material: Sendable, Equatable {
        case file(String)
        case bytes([UInt8])

        /// The bytes of now.
        func read() throws(KubernetesError) -> [UInt8] {
            switch self {
            case .file(let path): try SmallFile.read(path)
            case .bytes(let bytes): bytes
            }
        }
    }

    /// `https://host:port`, without a slash at the end.
    public var server: String
    /// Authorities of the server's certificate; nil: those of the system.
    var authority: Material?
    /// The client's certificate and key.
    var certificate: Material?
    var key: Material?
    var token: Material?
    /// Fetches token or certificate, in the place of those above.
    var program: CredentialProgram?
    /// Whether the server's certificate is checked.
    var verifiesServer = true

    init(server: String) { self.server = server }

    /// The folder in which a pod finds its service account.
    public static let serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// The access of a pod: its service account's.
    ///
    /// The kubelet replaces the token before it ends, hence it is read from its file for each request.
    public static func inCluster() throws(KubernetesError) -> ClusterAccess {
        try inCluster(folder: serviceAccountFolder) { name in
            unsafe getenv(name).map { unsafe String(cString: $0) }
        }
    }

    /// - Parameter environment: looks a variable up.
    static func inCluster(
        folder: String, environment: (String) -> String?
    ) throws(KubernetesError) -> ClusterAccess {
        guard let host = environment("KUBERNETES_SERVICE_HOST"), !host.isEmpty,
            let port = environment("KUBERNETES_SERVICE_PORT"), UInt16(port) != nil
        else {
            throw .configuration(
                "this is no pod (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set): "
                    + "name a kubeconfig with --k8s-kubeconfig-path")
        }
        var access = ClusterAccess(server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)")
        access.authority = .file("\(folder)/ca.crt")
        access.token = .file("\(folder)/token")
        _ = try SmallFile.text("\(folder)/ca.crt")
        _ = try SmallFile.text("\(folder)/token")
        return access
    }

    /// The value of the Authorization header; nil: there is no token.
    func authorization() throws(KubernetesError) -> String? {
        switch token {
        case nil: nil
        case .file(let path)?: "Bearer \(try SmallFile.text(path))"
        case .bytes(let bytes)?: "Bearer \(String(decoding: bytes, as: UTF8.self))"
        }
    }
}
