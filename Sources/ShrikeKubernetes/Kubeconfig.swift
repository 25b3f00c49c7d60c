// SPDX-License-Identifier: Apache-2.0
// Kubeconfig files: one context of them, and of its members those that can be honoured.

internal import ShrikeJSON
internal import ShrikePolicy

extension ClusterAccess {
    /// The access that the current context of a kubeconfig describes.
    ///
    /// What cannot be honoured (passwords, proxies) is an error.
    /// - Parameter allowsUnverified: whether `insecure-skip-tls-verify` is taken.
    public static func kubeconfig(
        path: String, allowsUnverified: Bool = false
    ) throws(KubernetesError) -> ClusterAccess {
        try kubeconfig(paths: [path], allowsUnverified: allowsUnverified)
    }

    /// The access that several kubeconfigs together describe: of two entries of one name the first counts.
    /// - Parameters:
    ///   - context: instead of the current one.
    ///   - runsPrograms: whether a user's `exec` is run: in the name of somebody at a terminal it is, and not as root of a
    ///     node.
    public static func kubeconfig(
        paths: [String], context name: String? = nil, allowsUnverified: Bool = false,
        runsPrograms: Bool = false
    ) throws(KubernetesError) -> ClusterAccess {
        var roots: [KubeconfigNode] = []
        for path in paths { roots.append(try KubeconfigNode.file(path)) }
        var current = name
        for root in roots where current == nil { current = try root.text("current-context") }
        let files = paths.joined(separator: ", ")
        guard let current else { throw .configuration("\(files): `current-context` is missing") }
        let context = try named(current, roots, "contexts", "context")
        let cluster = try named(try context.required("cluster"), roots, "clusters", "cluster")
        let user = try context.text("user").map { (name) throws(KubernetesError) in
            try named(name, roots, "users", "user")
        }
        var access = ClusterAccess(server: try server(cluster))
        try apply(cluster, to: &access, allowsUnverified: allowsUnverified)
        guard let user, let name = try context.text("user") else { return access }
        try apply(user, to: &access)
        guard let program = user.mapping("exec") else { return access }
        let place = "\(program.place): user `\(name)`"
        guard runsPrograms else {
            throw .configuration(
                "\(place): `exec`, a program that fetches credentials, is not run by a daemon; "
                    + "give the user a token, a token file or a certificate")
        }
        access.program = CredentialProgram(try settings(program, place, cluster))
        return access
    }

    private static func named(
        _ name: String, _ roots: [KubeconfigNode], _ list: String, _ content: String
    ) throws(KubernetesError) -> KubeconfigNode {
        for root in roots {
            if let node = try root.named(name, in: list, content) { return node }
        }
        let files = roots.map(\.path).joined(separator: ", ")
        throw .configuration("\(files): there is no `\(name)` among `\(list)`")
    }

    private static func server(_ cluster: KubeconfigNode) throws(KubernetesError) -> String {
        var server = try cluster.required("server")
        while server.hasSuffix("/") { server.removeLast() }
        guard server.hasPrefix("https://"), server.count > "https://".count else {
            throw .configuration("\(cluster.path): `server` is not https://…: \(server)")
        }
        return server
    }

    private static func apply(
        _ cluster: KubeconfigNode, to access: inout ClusterAccess, allowsUnverified: Bool
    ) throws(KubernetesError) {
        try cluster.refuse("proxy-url", "tls-server-name")
        access.authority = try cluster.material("certificate-authority")
        guard try cluster.text("insecure-skip-tls-verify") == "true" else { return }
        guard allowsUnverified else {
            throw .configuration(
                "\(cluster.path): `insecure-skip-tls-verify` would let anybody on the way give policies; "
                    + "--k8s-allow-unverified-server takes it all the same")
        }
        access.verifiesServer = false
    }

    private static func apply(_ user: KubeconfigNode, to access: inout ClusterAccess) throws(KubernetesError)
    {
        try user.refuse("auth-provider", "username", "password", "as")
        access.certificate = try user.material("client-certificate")
        access.key = try user.material("client-key")
        guard (access.certificate == nil) == (access.key == nil) else {
            throw .configuration("\(user.path): `client-certificate` and `client-key` go together")
        }
        // As in client-go, the file wins over a token beside it.
        if let file = try user.text("tokenFile") {
            access.token = .file(user.resolved(file))
        } else if let token = try user.text("token") {
            access.token = .bytes(Array(token.utf8))
        }
    }

    /// Versions of what programs write; both have the same members.
    private static let programVersions = [
        "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1",
    ]

    private static func settings(
        _ exec: KubeconfigNode, _ place: String, _ cluster: KubeconfigNode
    ) throws(KubernetesError) -> CredentialProgram.Settings {
        let version = try exec.text("apiVersion") ?? ""
        guard programVersions.contains(version) else {
            throw .configuration(
                "\(place): `apiVersion` of `exec` is `\(version)`, and should be one of "
                    + programVersions.joined(separator: ", "))
        }
        var command = try exec.required("command")
        // As for kubectl: a name is looked for in PATH, a path begins at the file.
        if command.contains("/") { command = exec.resolved(command) }
        var settings = CredentialProgram.Settings(place: place, command: command, version: version)
        settings.arguments = try exec.texts("args")
        for variable in exec.mappings("env") {
            settings.environment.append(
                (try variable.required("name"), try variable.text("value") ?? ""))
        }
        settings.installHint = try exec.text("installHint") ?? ""
        if let mode = try exec.text("interactiveMode") {
            guard let interaction = CredentialProgram.Interaction(rawValue: mode) else {
                throw .configuration(
                    "\(place): `interactiveMode` is `\(mode)`, and should be Never, IfAvailable or Always")
            }
            settings.interaction = interaction
        }
        if try exec.text("provideClusterInfo") == "true" { settings.cluster = try information(cluster) }
        return settings
    }

    /// A cluster as its program is told of it.
    private static func information(_ cluster: KubeconfigNode) throws(KubernetesError) -> String {
        var text = ByteBuffer(capacity: 4_096)
        text.append("{\"server\":")
        text.append(jsonString: try cluster.required("server"))
        if try cluster.text("insecure-skip-tls-verify") == "true" {
            text.append(",\"insecure-skip-tls-verify\":true")
        }
        if let authority = try cluster.material("certificate-authority")?.read() {
            text.append(",\"certificate-authority-data\":\"")
            authority.withUnsafeBytes { text.append(base64: $0) }
            text.append("\"")
        }
        text.append("}")
        return String(decoding: text.bytes, as: UTF8.self)
    }
}
