// SPDX-License-Identifier: Apache-2.0
// The webhook over real HTTPS.

import APIDouble
import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import ShrikeJSON
import ShrikeLint
import ShrikePolicy
import ShrikeTestSupport
import Synchronization
import Testing

@testable import ShrikeAdmission

/// A webhook with its files, and a client that believes it.
private final class Webhook: Sendable {
    let server: AdmissionServer
    let folder: String
    private let client: HTTPClient

    init(configuration: LintConfiguration = LintConfiguration()) throws {
        var template = Array("/tmp/shrike-admission-XXXXXX".utf8CString)
        let folder = String(cString: try #require(mkdtemp(&template)))
        try Self.write(try DoubleCertificates(), folder)
        var settings = AdmissionSettings()
        settings.host = "127.0.0.1"
        settings.port = 0
        (settings.certificateFile, settings.keyFile) = ("\(folder)/tls.crt", "\(folder)/tls.key")
        settings.reading = .zero
        let seen = NoteList()
        server = try AdmissionServer(
            settings,
            reviewer: PolicyReviewer(
                linter: Linter(kernels: KnownKernel.all.filter { $0.label == "6.12" }),
                configuration: configuration)
        ) { note in seen.notes.withLock { $0.append(note) } }
        (list, self.folder) = (seen, folder)
        client = HTTPClient(eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton))
    }

    private let list: NoteList

    final class NoteList: Sendable { let notes = Mutex<[String]>([]) }

    var allNotes: [String] { list.notes.withLock { $0 } }

    /// As the kubelet does with secrets, each file is replaced at once.
    static func write(_ certificates: DoubleCertificates, _ folder: String) throws {
        for (name, text) in [
            ("ca.crt", certificates.authority), ("tls.crt", certificates.certificate),
            ("tls.key", certificates.key),
        ] { try write(name, text, folder) }
    }

    static func write(_ name: String, _ text: String, _ folder: String) throws {
        let file = try #require(fopen("\(folder)/\(name).new", "w"))
        fputs(text, file)
        fclose(file)
        rename("\(folder)/\(name).new", "\(folder)/\(name)")
    }

    func ask(
        _ path: String = "/validate", method: String = "POST", body: String = "", authority: String? = nil,
        fresh: Bool = false
    ) async throws -> (status: Int, body: String) {
        var request = HTTPClientRequest(url: "https://127.0.0.1:\(server.port)\(path)")
        request.method = .init(rawValue: method)
        request.headers.add(name: "Content-Type", value: "application/json")
        if method == "POST" { request.body = .bytes(Array(body.utf8)) }
        var security = TLSConfiguration.makeClientConfiguration()
        security.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMFile(authority ?? "\(folder)/ca.crt"))
        request.tlsConfiguration = security
        // Connections are kept: one that must be new is of another client.
        let one =
            fresh
            ? HTTPClient(eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton)) : client
        let answer: Result<(Int, String), any Error>
        do {
            let response = try await one.execute(request, timeout: .seconds(30))
            answer = .success(
                (Int(response.status.code), String(buffer: try await response.body.collect(upTo: 1 << 20))))
        } catch {
            answer = .failure(error)
        }
        if fresh { try await one.shutdown() }
        return try answer.get()
    }

    /// The members of the answer to a review.
    func review(_ body: String) async throws -> (
        allowed: Bool, code: Int64?, message: String, warnings: [String]
    ) {
        let (status, text) = try await ask(body: body)
        #expect(status == 200)
        return try Array(text.utf8).withUnsafeBytes { bytes in
            let review = try #require(JSONView(bytes))
            #expect(review.member("apiVersion")?.string == "admission.k8s.io/v1")
            #expect(review.member("kind")?.string == "AdmissionReview")
            let response = try #require(review.member("response"))
            #expect(response.member("uid")?.string == "705ab4f5")
            let status = response.member("status")
            return (
                try #require(response.member("allowed")?.boolean), status?.member("code")?.integer,
                status?.member("message")?.string ?? "",
                response.member("warnings")?.elements.compactMap(\.string) ?? []
            )
        }
    }

    func end() async {
        await server.stop()
        try? await client.shutdown()
        for name in ["ca.crt", "tls.crt", "tls.key", "old.crt"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }
}

/// A review of a policy.
/// - Parameter old: the spec that the policy had.
private func review(
    _ spec: String, old: String? = nil, operation: String = "CREATE", metadata: String = #""name":"p""#,
    kind: String = "TracingPolicy"
) -> String {
    func object(_ spec: String) -> String {
        "{\"apiVersion\":\"cilium.io/v1alpha1\",\"kind\":\"\(kind)\",\"metadata\":{\(metadata)},\"spec\":\(spec)}"
    }
    return """
        {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"705ab4f5",\
        "kind":{"group":"cilium.io","version":"v1alpha1","kind":"\(kind)"},"operation":"\(operation)",\
        "object":\(operation == "DELETE" ? "null" : object(spec)),"oldObject":\(old.map(object) ?? "null")}}
        """
}

private let good =
    #"{"kprobes":[{"call":"security_file_permission","syscall":false,"args":[{"index":0,"type":"file"}],"#
    + #""selectors":[{"matchArgs":[{"index":0,"operator":"Equal","values":["/etc/shadow"]}]}]}]}"#
private let bad = #"{"kprobes":[{"call":"no_such_function","syscall":false}]}"#

@Suite struct AdmissionTests {
    @Test("A policy that the linter calls wrong is refused with rule, field and message")
    func refusing() async throws {
        let webhook = try Webhook()
        let answer = try await webhook.review(review(bad))
        #expect(!answer.allowed)
        #expect(answer.code == 422)
        #expect(answer.message.contains("spec.kprobes[0].call: "))
        #expect(answer.message.contains("no_such_function"))
        #expect(answer.message.hasPrefix("SHR"))
        #expect(webhook.allNotes == ["refused TracingPolicy p: \(answer.message)"])
        // The same through the linter itself.
        let report = Linter(kernels: KnownKernel.all.filter { $0.label == "6.12" }).lint([
            LintInput(
                file: "p",
                bytes: Array(
                    "{\"apiVersion\":\"cilium.io/v1alpha1\",\"kind\":\"TracingPolicy\",\"metadata\":{\"name\":\"p\"},\"spec\":\(bad)}"
                        .utf8))
        ])
        let rules = report.findings.filter { $0.severity == .error }.map(\.rule)
        #expect(rules.allSatisfy { answer.message.contains($0) })
        await webhook.end()
    }

    @Test("What is not an error is a warning, each of a length that the API server does not cut")
    func warning() async throws {
        let webhook = try Webhook()
        let answer = try await webhook.review(review(good))
        #expect(answer.allowed)
        #expect(!answer.warnings.isEmpty)
        #expect(answer.warnings.allSatisfy { $0.hasPrefix("SHR") && $0.count <= 256 })
        #expect(webhook.allNotes == [])
        await webhook.end()
    }

    @Test("The linter's configuration counts")
    func configuration() async throws {
        let plain = try Webhook()
        let rules = try await plain.review(review(good)).warnings.map {
            String($0.prefix { $0 != " " && $0 != ":" })
        }
        await plain.end()
        let first = try #require(rules.first)
        let text = "rules:\n  \(first): error\n"
        let strict = try Webhook(configuration: try LintConfiguration(Array(text.utf8), file: "c"))
        let answer = try await strict.review(review(good))
        #expect(!answer.allowed)
        #expect(answer.message.hasPrefix(first))
        await strict.end()
    }

    @Test("What does not change the spec, and what deletes, is let through")
    func lettingThrough() async throws {
        let webhook = try Webhook()
        #expect(try await webhook.review(review(bad, old: bad, operation: "UPDATE")).allowed)
        #expect(try await !webhook.review(review(bad, old: good, operation: "UPDATE")).allowed)
        #expect(try await webhook.review(review(bad, old: bad, operation: "DELETE")).allowed)
        let ending = #""name":"p","deletionTimestamp":"2026-01-10T07:00:00Z""#
        #expect(
            try await webhook.review(review(bad, old: good, operation: "UPDATE", metadata: ending)).allowed)
        await webhook.end()
    }

    @Test("A name that the server will make is no finding; a policy of a namespace is one")
    func names() async throws {
        let webhook = try Webhook()
        #expect(try await webhook.review(review(good, metadata: #""generateName":"shadow-""#)).allowed)
        #expect(
            try await webhook.review(
                review(good, metadata: #""name":"p","namespace":"shop""#, kind: "TracingPolicyNamespaced")
            ).allowed)
        let other = try await webhook.review(review(good, kind: "Deployment"))
        #expect(!other.allowed)
        await webhook.end()
    }

    @Test("Requests that are none are refused, and huge ones are not read")
    func badRequests() async throws {
        let webhook = try Webhook()
        #expect(try await webhook.ask(body: "{").status == 400)
        #expect(
            try await webhook.ask(
                body: review(good).replacing("admission.k8s.io/v1\"", with: "admission.k8s.io/v1beta1\"")
            ).status == 400)
        #expect(try await webhook.ask(method: "GET").status == 405)
        #expect(try await webhook.ask("/other", method: "GET").status == 404)
        let huge = try? await webhook.ask(body: String(repeating: " ", count: AdmissionServer.bodyLimit + 1))
        #expect(huge == nil || huge?.status == 413)
        #expect(try await webhook.ask("/healthz", method: "GET").body == "ok\n")
        await webhook.end()
    }

    @Test("A hundred requests at once are all answered")
    func manyAtOnce() async throws {
        let webhook = try Webhook()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 { group.addTask { try await webhook.ask(body: review(bad)).status } }
            return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
        }
        // Those for whom there is no room are told so.
        #expect(statuses[200, default: 0] + statuses[503, default: 0] == 100)
        #expect(statuses[200, default: 0] >= AdmissionServer.queueLimit / 2)
        await webhook.end()
    }

    @Test("A new certificate is used for new connections, and a broken one is not")
    func certificates() async throws {
        let webhook = try Webhook()
        #expect(try await webhook.ask("/readyz", method: "GET").status == 200)
        rename("\(webhook.folder)/ca.crt", "\(webhook.folder)/old.crt")
        try Webhook.write(try DoubleCertificates(), webhook.folder)
        #expect(try await webhook.ask("/readyz", method: "GET").status == 200)
        await #expect(throws: (any Error).self) {
            // A connection of its own: trust is part of what makes a connection another one.
            try await webhook.ask(
                "/readyz", method: "GET", authority: "\(webhook.folder)/old.crt", fresh: true)
        }
        try Webhook.write("tls.key", "nonsense", webhook.folder)
        #expect(try await webhook.ask("/readyz", method: "GET", fresh: true).status == 200)
        let notes = webhook.allNotes
        #expect(notes.first == "the certificate has changed, and is used from now on")
        #expect(
            notes.last
                == "\(webhook.folder)/tls.key: there is no private key in PEM; the earlier certificate is used"
        )
        await webhook.end()
    }

    @Test("While it ends it says so, and still answers")
    func ending() async throws {
        let webhook = try Webhook()
        webhook.server.startEnding()
        #expect(try await webhook.ask("/readyz", method: "GET").status == 503)
        #expect(try await webhook.review(review(good)).allowed)
        await webhook.end()
    }

    @Test("Files that cannot be used are an error that names them")
    func badFiles() throws {
        var settings = AdmissionSettings()
        (settings.certificateFile, settings.keyFile) = ("/nonexistent/tls.crt", "/nonexistent/tls.key")
        let error = #expect(throws: AdmissionError.self) {
            try AdmissionServer(settings, reviewer: PolicyReviewer(linter: Linter())) { _ in }
        }
        #expect(error?.description == "/nonexistent/tls.crt: No such file or directory")
    }
}
