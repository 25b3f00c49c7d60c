// SPDX-License-Identifier: Apache-2.0

import Glibc
import ShrikeTestSupport
import Testing

@testable import ShrikeKubernetes

/// A folder that goes away with its owner.
final class TestFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/shrike-kubernetes-XXXXXX".utf8CString)
        path = String(cString: try #require(mkdtemp(&template)))
    }

    deinit {
        for name in written { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    private var written: Set<String> = []

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        written.insert(name)
        let file = try #require(fopen("\(path)/\(name)", "w"))
        fputs(text, file)
        fclose(file)
        return "\(path)/\(name)"
    }
}

@Suite struct ClusterAccessTests {
    private static let config = """
        apiVersion: v1
        kind: Config
        current-context: here
        contexts:
        - name: there
          context: {cluster: other, user: nobody}
        - name: here
          context: {cluster: one, user: agent}
        clusters:
        - name: one
          cluster:
            server: https://192.0.2.1:6443/
            certificate-authority-data: YXV0aG9yaXR5
        users:
        - name: agent
          user:
            client-certificate: client.pem
            client-key: /keys/client.key
            tokenFile: token

        """

    @Test("The current context of a kubeconfig")
    func kubeconfig() throws {
        let folder = try TestFolder()
        let path = try folder.write("config", Self.config)
        try folder.write("token", " secret\n")
        let access = try ClusterAccess.kubeconfig(path: path)
        #expect(access.server == "https://192.0.2.1:6443")
        #expect(access.authority == .bytes(Array("authority".utf8)))
        #expect(access.certificate == .file("\(folder.path)/client.pem"))
        #expect(access.key == .file("/keys/client.key"))
        #expect(access.verifiesServer)
        #expect(try access.authorization() == "Bearer secret")
        // A token that was rotated is the next request's.
        try folder.write("token", "newer")
        #expect(try access.authorization() == "Bearer newer")
    }

    @Test(
        "Several kubeconfigs are one: of two entries of a name the first counts, and a context can be chosen")
    func severalKubeconfigs() throws {
        let folder = try TestFolder()
        let first = try folder.write(
            "first",
            """
            users:
            - {name: agent, user: {token: mine}}
            clusters:
            - name: other
              cluster: {server: "https://192.0.2.2"}

            """)
        let second = try folder.write("second", Self.config)
        let current = try ClusterAccess.kubeconfig(paths: [first, second])
        #expect(current.server == "https://192.0.2.1:6443")
        #expect(try current.authorization() == "Bearer mine")
        let error = #expect(throws: KubernetesError.self) {
            try ClusterAccess.kubeconfig(paths: [first, second], context: "there")
        }
        #expect(error?.description == "\(first), \(second): there is no `nobody` among `users`")
        let third = try folder.write("third", "users: [{name: nobody, user: {}}]\n")
        let chosen = try ClusterAccess.kubeconfig(paths: [first, second, third], context: "there")
        #expect(chosen.server == "https://192.0.2.2")
        #expect(try chosen.authorization() == nil)
    }

    @Test(
        "What a kubeconfig must not have, or lacks",
        arguments: [
            ("current-context: here", "", "`current-context` is missing"),
            ("name: agent", "name: robot", "there is no `agent` among `users`"),
            ("name: one\n", "name: two\n", "there is no `one` among `clusters`"),
            ("name: here", "name: gone", "there is no `here` among `contexts`"),
            ("https://192.0.2.1", "http://192.0.2.1", "`server` is not https://…: http://192.0.2.1:6443"),
            (
                "tokenFile: token", "exec: {command: aws}",
                ":19: user `agent`: `exec`, a program that fetches credentials, is not run by a daemon"
            ),
            ("tokenFile: token", "username: admin", ":19: `username` is not supported"),
            ("YXV0aG9yaXR5", "YXV0a.9y", "`certificate-authority-data` is not Base64"),
            (
                "    client-key: /keys/client.key\n", "",
                "`client-certificate` and `client-key` go together"
            ),
            (
                "certificate-authority-data: YXV0aG9yaXR5", "proxy-url: socks5://x",
                ":13: `proxy-url` is not supported"
            ),
            ("server: https://192.0.2.1:6443/", "server: [1]", ":12: `server` is not a text"),
            ("apiVersion: v1", "apiVersion: [", ":3:16: error: "),
        ])
    func wrong(change: (from: String, to: String, message: String)) throws {
        let folder = try TestFolder()
        var text = Self.config
        let range = try #require(text.firstRange(of: change.from))
        text.replaceSubrange(range, with: change.to)
        let path = try folder.write("config", text)
        let error = #expect(throws: KubernetesError.self) { try ClusterAccess.kubeconfig(path: path) }
        let description = try #require(error).description
        #expect(description.hasPrefix(path) && description.contains(change.message), "\(description)")
    }

    @Test("A server that is not verified has to be asked for twice")
    func unverified() throws {
        let folder = try TestFolder()
        let path = try folder.write(
            "config",
            Self.config.replacing(
                "certificate-authority-data: YXV0aG9yaXR5", with: "insecure-skip-tls-verify: true"))
        #expect(throws: KubernetesError.self) { try ClusterAccess.kubeconfig(path: path) }
        #expect(try ClusterAccess.kubeconfig(path: path, allowsUnverified: true).verifiesServer == false)
    }

    @Test("A pod's service account, and a place that is no pod")
    func inCluster() throws {
        let folder = try TestFolder()
        let environment = ["KUBERNETES_SERVICE_HOST": "2001:db8::1", "KUBERNETES_SERVICE_PORT": "443"]
        #expect(throws: KubernetesError.configuration("\(folder.path)/ca.crt: No such file or directory")) {
            try ClusterAccess.inCluster(folder: folder.path) { environment[$0] }
        }
        try folder.write("ca.crt", "x")
        try folder.write("token", "\n")
        #expect(throws: KubernetesError.configuration("\(folder.path)/token: the file is empty")) {
            try ClusterAccess.inCluster(folder: folder.path) { environment[$0] }
        }
        try folder.write("token", "abc\n")
        let access = try ClusterAccess.inCluster(folder: folder.path) { environment[$0] }
        #expect(access.server == "https://[2001:db8::1]:443")
        #expect(try access.authorization() == "Bearer abc")
        #expect(throws: KubernetesError.self) {
            try ClusterAccess.inCluster(folder: folder.path) { _ in nil }
        }
    }

    @Test("Base64 of every length, and what is none")
    func base64() {
        for (text, bytes) in [
            ("", ""), ("YQ==", "a"), ("YWI=", "ab"), ("YWJj", "abc"), ("YW\nJj\r\n", "abc"), ("Pz8/", "???"),
        ] {
            #expect(Base64Text.decode(text) == Array(bytes.utf8))
        }
        for text in ["Y", "YQ", "YQ=", "YQ===", "Y=Q=", "YWJj=", "Y*Jj"] {
            #expect(Base64Text.decode(text) == nil)
        }
    }

    @Test("Pauses grow, have a bound, differ, and heed the server")
    func backoff() {
        var random = SeededRandom(seed: 7)
        var backoff = Backoff(first: .seconds(1), most: .seconds(8))
        var most = Duration.seconds(1)
        for _ in 0..<10 {
            let pause = backoff.next(using: &random)
            #expect(most / 2 <= pause && pause <= most)
            most = min(most * 2, .seconds(8))
        }
        let asked = backoff.next(
            after: .refused(status: 429, reason: "", retryAfterSeconds: 60), using: &random)
        #expect(.seconds(60) < asked && asked <= .seconds(61))
        let hostile = backoff.next(
            after: .refused(status: 429, reason: "", retryAfterSeconds: 1 << 40), using: &random)
        #expect(hostile <= .seconds(301))
        backoff.reset()
        #expect(backoff.next(using: &random) <= .seconds(1))
    }

    @Test("Lines from pieces, and one that is too long")
    func lines() throws {
        var splitter = LineSplitter(limit: 8)
        func lines(_ text: String) throws -> [[UInt8]] {
            try Array(text.utf8).withUnsafeBytes { try splitter.lines(in: $0) }
        }
        #expect(try lines("ab\n\ncd") == [Array("ab".utf8)])
        #expect(try lines("ef\n12345678\n") == [Array("cdef".utf8), Array("12345678".utf8)])
        #expect(throws: KubernetesError.tooLarge(8)) { try lines("123456789") }
        var other = LineSplitter(limit: 8)
        #expect(throws: KubernetesError.tooLarge(8)) {
            try Array("123456789\n".utf8).withUnsafeBytes { try other.lines(in: $0) }
        }
    }
}
