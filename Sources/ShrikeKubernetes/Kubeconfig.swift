// SPDX-License-Identifier: Apache-2.0
// Kubeconfig files: one context of them, and of its members those that can be honoured.

internal import ShrikePolicy

extension ClusterAccess {
    /// The access that the current context of a kubeconfig describes.
    ///
    /// What cannot be honoured (programs that fetch a token, passwords, proxies) is an error.
    /// - Parameter allowsUnverified: whether `insecure-skip-tls-verify` is taken.
    public static func kubeconfig(
        path: String, allowsUnverified: Bool = false
    ) throws(KubernetesError) -> ClusterAccess {
        try kubeconfig(paths: [path], allowsUnverified: allowsUnverified)
    }

    /// The access that several kubeconfigs together describe: of two entries of one name the first counts.
    /// - Parameter context: instead of the current one.
    public static func kubeconfig(
        paths: [String], context name: String? = nil, allowsUnverified: Bool = false
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
        if let user { try apply(user, to: &access) }
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
        try user.refuse("exec", "auth-provider", "username", "password", "as")
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
}

/// A mapping of a kubeconfig.
private struct KubeconfigNode {
    private let pairs: [YAMLPair]
    let path: String

    init(_ node: YAMLNode?, _ path: String) {
        if case .mapping(let pairs)? = node?.content { self.pairs = pairs } else { pairs = [] }
        self.path = path
    }

    /// The whole of a file.
    static func file(_ path: String) throws(KubernetesError) -> KubeconfigNode {
        let stream = YAMLStream(try SmallFile.read(path), file: path)
        if let problem = stream.diagnostics.first { throw .configuration(problem.description) }
        guard let document = stream.documents.first(where: { !$0.isNull }) else {
            throw .configuration("\(path): the file is empty")
        }
        return KubeconfigNode(document, path)
    }

    private func node(_ name: String) -> YAMLNode? {
        pairs.first { $0.key.value == name && !$0.value.isNull }?.value
    }

    /// The text of a member; nil when there is none or it is empty.
    func text(_ name: String) throws(KubernetesError) -> String? {
        guard let node = node(name) else { return nil }
        guard case .scalar(let scalar) = node.content else {
            throw .configuration("\(path):\(node.range.start.line): `\(name)` is not a text")
        }
        return scalar.text.isEmpty ? nil : scalar.text
    }

    func required(_ name: String) throws(KubernetesError) -> String {
        guard let text = try text(name) else { throw .configuration("\(path): `\(name)` is missing") }
        return text
    }

    /// The member `content` of the entry of that name in a list; nil when there is none.
    func named(_ name: String, in list: String, _ content: String) throws(KubernetesError) -> KubeconfigNode?
    {
        if case .sequence(let entries)? = node(list)?.content {
            for entry in entries.map({ KubeconfigNode($0, path) }) where try entry.text("name") == name {
                return KubeconfigNode(entry.node(content), path)
            }
        }
        return nil
    }

    func refuse(_ names: String...) throws(KubernetesError) {
        for name in names {
            guard let node = node(name) else { continue }
            throw .configuration("\(path):\(node.range.start.line): `\(name)` is not supported")
        }
    }

    /// A member given in Base64 (`name-data`), which wins, or as the path of a file.
    func material(_ name: String) throws(KubernetesError) -> ClusterAccess.Material? {
        if let data = try text("\(name)-data") {
            guard let bytes = Base64Text.decode(data) else {
                throw .configuration("\(path): `\(name)-data` is not Base64")
            }
            return .bytes(bytes)
        }
        return try text(name).map { .file(resolved($0)) }
    }

    /// A path as seen from the file's folder.
    func resolved(_ file: String) -> String {
        guard !file.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return file }
        return path[...slash] + file
    }
}

/// Base64 with padding (RFC 4648); line ends are passed over.
enum Base64Text {
    /// The bytes; nil when the text is not Base64.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var value: UInt32 = 0
        var digits = 0
        var padding = 0
        for character in text.utf8 where ![0x0a, 0x0d, 0x20].contains(character) {
            if character == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let digit = digit(character) else { return nil }
            value = value << 6 | digit
            digits += 1
            guard digits.isMultiple(of: 4) else { continue }
            bytes += [UInt8(value >> 16 & 0xff), UInt8(value >> 8 & 0xff), UInt8(value & 0xff)]
            value = 0
        }
        switch (digits % 4, padding) {
        case (0, 0): break
        case (2, 2): bytes.append(UInt8(value >> 4 & 0xff))
        case (3, 1): bytes += [UInt8(value >> 10 & 0xff), UInt8(value >> 2 & 0xff)]
        default: return nil
        }
        return bytes
    }

    private static func digit(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
