// SPDX-License-Identifier: Apache-2.0
// How a client is told of the double.

internal import FoundationEssentials
internal import Glibc
internal import NIOCore

/// A kubeconfig in a file of its own.
public struct DoubleKubeconfig: Sendable {
    /// The file.
    public let path: String

    /// Takes the file away.
    public func remove() { unlink(path) }
}

extension APIDouble {
    /// Writes a kubeconfig by which the double is found and believed.
    public func kubeconfig(token: String) throws -> DoubleKubeconfig {
        var template = Array("/tmp/shrike-kubeconfig-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0, let file = fdopen(descriptor, "w") else {
            throw IOError(errnoCode: errno, reason: "mkstemp")
        }
        fputs(
            """
            apiVersion: v1
            kind: Config
            current-context: double
            contexts: [{name: double, context: {cluster: double, user: test}}]
            users: [{name: test, user: {token: \(token)}}]
            clusters:
            - name: double
              cluster:
                server: \(server)
                certificate-authority-data: \(Data(certificates.authority.utf8).base64EncodedString())

            """, file)
        fclose(file)
        return DoubleKubeconfig(path: String(cString: template))
    }
}
