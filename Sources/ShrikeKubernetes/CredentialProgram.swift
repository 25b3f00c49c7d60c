// SPDX-License-Identifier: Apache-2.0
// Programs that fetch credentials (`exec` in a kubeconfig), as the clouds' command line tools are.
// https://kubernetes.io/docs/reference/config-api/client-authentication.v1/

internal import Glibc
internal import NIOPosix
internal import ShrikeJSON

/// What a program gave.
struct FetchedCredential: Sendable, Equatable {
    var token: String?
    /// In PEM; both or none.
    var certificate: [UInt8]?
    var key: [UInt8]?
    /// When it ends, in nanoseconds since 1970; nil: when the server refuses it.
    var expiration: Int64?

    /// Reads an `ExecCredential`.
    /// - Throws: what is wrong with it, in words.
    init(_ output: [UInt8], version: String) throws(CredentialProgram.Problem) {
        var problem: CredentialProgram.Problem?
        output.withUnsafeBytes { bytes in
            guard let object = JSONView(bytes), object.member("kind")?.string == "ExecCredential" else {
                problem = .init("it did not write an ExecCredential")
                return
            }
            guard object.member("apiVersion")?.string == version else {
                let other = object.member("apiVersion")?.string ?? "none"
                problem = .init("it wrote an ExecCredential of \(other.prefix(100)), not of \(version)")
                return
            }
            let status = object.member("status")
            token = status?.member("token")?.string.flatMap { $0.isEmpty ? nil : $0 }
            certificate = status?.member("clientCertificateData")?.string.map { Array($0.utf8) }
            key = status?.member("clientKeyData")?.string.map { Array($0.utf8) }
            guard let time = status?.member("expirationTimestamp")?.string else { return }
            expiration = nanoseconds(rfc3339: time.utf8)
            if expiration == nil {
                problem = .init("its `expirationTimestamp` is no time: \(time.prefix(100))")
            }
        }
        if let problem { throw problem }
        guard (certificate == nil) == (key == nil) else {
            throw .init("`clientCertificateData` and `clientKeyData` go together")
        }
        guard token != nil || certificate != nil else {
            throw .init("it gave neither a token nor a certificate")
        }
    }
}

/// A program of a kubeconfig that fetches credentials; they are kept until they end or the server refuses them.
actor CredentialProgram {
    /// What the kubeconfig says.
    struct Settings: Sendable {
        /// `PATH:LINE: user NAME`, for messages.
        var place: String
        var command: String
        var arguments: [String] = []
        var environment: [(name: String, value: String)] = []
        /// `client.authentication.k8s.io/v1` or `…/v1beta1`.
        var version: String
        /// Whether it may ask the person at the terminal.
        var interaction = Interaction.ifAvailable
        /// What to do when it is not there; empty: nothing is said.
        var installHint = ""
        /// `spec.cluster` of what it is told, JSON; nil: it does not want to know.
        var cluster: String?
    }

    enum Interaction: String {
        case never = "Never"
        case ifAvailable = "IfAvailable"
        case always = "Always"
    }

    /// Why there are no credentials.
    struct Problem: Error {
        var reason: String

        init(_ reason: String) { self.reason = reason }
    }

    /// Credentials that end so soon are fetched anew.
    private static let margin: Int64 = 10_000_000_000

    nonisolated let settings: Settings
    private let patience: Duration
    private let now: @Sendable () -> Int64
    private var known: FetchedCredential?
    private var fetching: Task<FetchedCredential, any Error>?

    /// - Parameters:
    ///   - patience: how long it may take without a terminal; with one five times as long, since somebody may have to log in.
    ///   - now: nanoseconds since 1970.
    init(
        _ settings: Settings, patience: Duration = .seconds(60),
        now: @escaping @Sendable () -> Int64 = CredentialProgram.wallTime
    ) {
        self.settings = settings
        self.patience = patience
        self.now = now
    }

    /// What to show the server: what is known, or what the program says now. However many ask, it runs once.
    func credential() async throws(KubernetesError) -> FetchedCredential {
        if let known, known.expiration.map({ $0 > now() + Self.margin }) ?? true { return known }
        let task = fetching ?? fetch()
        do {
            let credential = try await task.value
            (known, fetching) = (credential, nil)
            return credential
        } catch {
            fetching = nil
            let reason = (error as? Problem)?.reason ?? "\(error)"
            throw .configuration("\(settings.place): `\(settings.command)` gave no credentials: \(reason)")
        }
    }

    /// The server did not take them: others are fetched when they are next needed.
    func forget() { known = nil }

    private func fetch() -> Task<FetchedCredential, any Error> {
        let (settings, patience) = (settings, patience)
        let task = Task.detached {
            try await NIOThreadPool.singleton.runIfActive {
                try FetchedCredential(
                    try CredentialCommand.run(settings, patience: patience), version: settings.version)
            }
        }
        fetching = task
        return task
    }

    static func wallTime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
