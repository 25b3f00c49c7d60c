// SPDX-License-Identifier: Apache-2.0

import APIDouble
import Glibc
import Synchronization
import Testing

@testable import ShrikeKubernetes

@Suite struct CredentialProgramTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// A program of a shell's commands.
    private func program(_ script: String) throws -> String {
        let path = try folder.write("program", "#!/bin/sh\n\(script)\n")
        chmod(path, 0o755)
        return path
    }

    private func settings(_ script: String) throws -> CredentialProgram.Settings {
        CredentialProgram.Settings(
            place: "config:7: user `ana`", command: try program(script),
            version: "client.authentication.k8s.io/v1")
    }

    private static func output(_ status: String, version: String = "v1") -> String {
        #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/\#(version)","status":{\#(status)}}"#
    }

    private func failure(_ script: String, patience: Duration = .seconds(60)) async throws -> String {
        await failure(CredentialProgram(try settings(script), patience: patience))
    }

    private func failure(_ program: CredentialProgram) async -> String {
        do throws(KubernetesError) {
            return "\(try await program.credential())"
        } catch {
            return error.description
        }
    }

    @Test("A program runs once, with what it has to know, until its credentials end or are refused")
    func once() async throws {
        let time = Mutex<Int64>(1_700_000_000_000_000_000)
        var settings = try settings(
            """
            echo run >>\(folder.path)/runs
            printf '%s %s %s\\n' "$1" "$MODE" "$KUBERNETES_EXEC_INFO" >\(folder.path)/told
            echo '\(Self.output(#""token":"secret","expirationTimestamp":"2023-11-14T23:13:20Z""#))'
            """)
        settings.arguments = ["get-token"]
        settings.environment = [("MODE", "quiet one")]
        settings.interaction = .never
        settings.cluster = #"{"server":"https://192.0.2.1"}"#
        _ = try folder.write("runs", "")
        _ = try folder.write("told", "")
        let program = CredentialProgram(settings, now: { time.withLock { $0 } })
        func runs() throws -> Int {
            try SmallFile.read("\(folder.path)/runs").filter { $0 == UInt8(ascii: "\n") }.count
        }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let token = try? await program.credential().token
                    #expect(token == "secret")
                }
            }
        }
        #expect(try runs() == 1)
        #expect(
            try SmallFile.text("\(folder.path)/told")
                == #"get-token quiet one {"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","#
                + #""spec":{"interactive":false,"cluster":{"server":"https://192.0.2.1"}}}"#)
        time.withLock { $0 += 3_585_000_000_000 }
        _ = try await program.credential()
        #expect(try runs() == 1)
        // A few seconds before the end.
        time.withLock { $0 += 10_000_000_000 }
        _ = try await program.credential()
        #expect(try runs() == 2)
        await program.forget()
        _ = try await program.credential()
        #expect(try runs() == 3)
    }

    @Test("What a program does wrong is said with the user's place")
    func wrong() async throws {
        for (script, reason) in [
            ("exit 3", "it ended with status 3"), ("kill -9 $$", "signal 9 ended it"),
            ("echo hello", "it did not write an ExecCredential"),
            (
                "echo '\(Self.output(#""token":"x""#, version: "v1beta1"))'",
                "it wrote an ExecCredential of client.authentication.k8s.io/v1beta1, not of client.authentication.k8s.io/v1"
            ),
            ("echo '\(Self.output(""))'", "it gave neither a token nor a certificate"),
            (
                "echo '\(Self.output(#""clientCertificateData":"x""#))'",
                "`clientCertificateData` and `clientKeyData` go together"
            ),
            (
                "echo '\(Self.output(#""token":"x","expirationTimestamp":"soon""#))'",
                "its `expirationTimestamp` is no time: soon"
            ),
            ("head -c 2000000 /dev/zero", "it wrote more than 1048576 bytes"),
        ] {
            let message = try await failure(script)
            #expect(message.hasPrefix("config:7: user `ana`: `\(folder.path)/program` gave no credentials: "))
            #expect(message.hasSuffix(reason), "\(message)")
        }
        let message = try await failure("exec sleep 60", patience: .milliseconds(100))
        #expect(message.hasSuffix("it took too long"), "\(message)")
    }

    @Test("A program that is not there")
    func missing() async throws {
        var settings = try settings("")
        settings.command = "/nowhere/aws"
        settings.installHint = "see the manual"
        let message = await failure(CredentialProgram(settings))
        #expect(
            message
                == "config:7: user `ana`: `/nowhere/aws` gave no credentials: No such file or directory; see the manual"
        )
    }

    private static let config = """
        current-context: here
        contexts: [{name: here, context: {cluster: one, user: ana}}]
        clusters: [{name: one, cluster: {server: "https://192.0.2.1", certificate-authority-data: YXV0aG9yaXR5}}]
        users:
        - name: ana
          user:
            exec:
              apiVersion: client.authentication.k8s.io/v1beta1
              command: tools/login
              args: [get-token, --cluster, one]
              env: [{name: PROFILE, value: work}]
              interactiveMode: Never
              installHint: make it
              provideClusterInfo: true

        """

    @Test("What a kubeconfig says of a program")
    func kubeconfig() throws {
        let path = try folder.write("config", Self.config)
        let access = try ClusterAccess.kubeconfig(paths: [path], runsPrograms: true)
        let settings = try #require(access.program?.settings)
        #expect(settings.place == "\(path):8: user `ana`")
        #expect(settings.command == "\(folder.path)/tools/login")
        #expect(settings.arguments == ["get-token", "--cluster", "one"])
        #expect(settings.environment.map { "\($0.name)=\($0.value)" } == ["PROFILE=work"])
        #expect(settings.version == "client.authentication.k8s.io/v1beta1")
        #expect(settings.interaction == .never)
        #expect(settings.installHint == "make it")
        #expect(
            settings.cluster
                == #"{"server":"https://192.0.2.1","certificate-authority-data":"YXV0aG9yaXR5"}"#)
        let refusal = #expect(throws: KubernetesError.self) { try ClusterAccess.kubeconfig(path: path) }
        #expect(
            refusal?.description
                == "\(path):8: user `ana`: `exec`, a program that fetches credentials, is not run by a daemon; "
                + "give the user a token, a token file or a certificate")
    }

    @Test(
        "What a kubeconfig says wrongly",
        arguments: [
            ("v1beta1", "v1alpha1", "`apiVersion` of `exec` is `client.authentication.k8s.io/v1alpha1`"),
            ("command: tools/login", "command:", "`command` is missing"),
            ("[get-token, --cluster, one]", "get-token", ":10: `args` is no list of texts"),
            (
                "interactiveMode: Never", "interactiveMode: Maybe",
                "`interactiveMode` is `Maybe`, and should be"
            ),
            ("{name: PROFILE, value: work}", "{value: work}", "`name` is missing"),
        ])
    func wrongly(change: (from: String, to: String, message: String)) throws {
        let path = try folder.write("config", Self.config.replacing(change.from, with: change.to))
        let error = #expect(throws: KubernetesError.self) {
            try ClusterAccess.kubeconfig(paths: [path], runsPrograms: true)
        }
        let description = try #require(error).description
        #expect(description.hasPrefix(path) && description.contains(change.message), "\(description)")
    }

    @Test("The server sees the program's token, and another one after it has refused it")
    func server() async throws {
        let double = try await APIDouble(tokens: ["one"], collections: ["/api/v1/pods"])
        let config = try double.kubeconfig(token: "unused")
        defer { config.remove() }
        var access = try ClusterAccess.kubeconfig(path: config.path)
        let token = try folder.write("token", "one")
        access.program = CredentialProgram(
            try settings("echo '\(Self.output(#""token":"'$(cat \#(token))'""#))'"))
        let client = APIClient(access: access)
        _ = try await client.get("/api/v1/pods")
        double.take(tokens: ["two"])
        _ = try folder.write("token", "two")
        do throws(KubernetesError) {
            _ = try await client.get("/api/v1/pods")
            Issue.record("taken")
        } catch {
            #expect(error == .refused(status: 401, reason: "Unauthorized", retryAfterSeconds: nil))
        }
        _ = try await client.get("/api/v1/pods")
        #expect(double.requests.map(\.token) == ["one", "one", "two"])
        await client.shutdown()
        await double.close()
    }
}
