// SPDX-License-Identifier: Apache-2.0
// Kubeconfig files as mappings whose places are known, and what is written in Base64 in them.

internal import ShrikePolicy

/// A mapping of a kubeconfig.
struct KubeconfigNode {
    private let pairs: [YAMLPair]
    let path: String
    private let line: Int

    /// `PATH:LINE`
    var place: String { "\(path):\(line)" }

    init(_ node: YAMLNode?, _ path: String) {
        line = node?.range.start.line ?? 1
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

    /// A member that is a mapping; nil when there is none.
    func mapping(_ name: String) -> KubeconfigNode? { node(name).map { KubeconfigNode($0, path) } }

    /// The entries of a list of mappings.
    func mappings(_ name: String) -> [KubeconfigNode] {
        guard case .sequence(let entries)? = node(name)?.content else { return [] }
        return entries.map { KubeconfigNode($0, path) }
    }

    /// The entries of a list of texts.
    func texts(_ name: String) throws(KubernetesError) -> [String] {
        guard let node = node(name) else { return [] }
        var texts: [String] = []
        if case .sequence(let entries) = node.content {
            for case .scalar(let scalar) in entries.map(\.content) { texts.append(scalar.text) }
            if texts.count == entries.count { return texts }
        }
        throw .configuration("\(path):\(node.range.start.line): `\(name)` is no list of texts")
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
