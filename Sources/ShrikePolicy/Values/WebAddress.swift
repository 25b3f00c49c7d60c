// SPDX-License-Identifier: Apache-2.0
// What GetUrl and DnsLookup ask for.

/// The address of a page: `http` or `https`, a host, and what to ask it for.
public struct WebAddress: Sendable, Hashable {
    /// By TLS.
    public let isEncrypted: Bool
    /// A name or an address, without brackets.
    public let host: String
    /// The port; 80 or 443 when the text does not say.
    public let port: Int
    /// Path and query, `/` at least.
    public let target: String

    /// The host as a request names it.
    public var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isEncrypted ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// The address that a text is; nil when it is none.
    public init?(_ text: String) {
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { return nil }
        let lowered = text.lowercased()
        guard let scheme = ["http://", "https://"].first(where: { lowered.hasPrefix($0) }) else { return nil }
        isEncrypted = scheme == "https://"
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { !"/?#".contains($0) }
        let path = rest.dropFirst(authority.count).prefix { $0 != "#" }
        target = path.hasPrefix("/") ? String(path) : "/" + path
        var name = authority[...]
        var port: Substring?
        if name.hasPrefix("[") {
            guard let end = name.firstIndex(of: "]") else { return nil }
            let after = name[name.index(after: end)...]
            guard after.isEmpty || after.hasPrefix(":") else { return nil }
            if !after.isEmpty { port = after.dropFirst() }
            name = name[name.index(after: name.startIndex)..<end]
        } else if let colon = name.firstIndex(of: ":") {
            port = name[name.index(after: colon)...]
            name = name[..<colon]
        }
        guard !name.isEmpty, name.utf8.count <= 253, !name.contains("@") else { return nil }
        host = String(name)
        guard let port else {
            self.port = isEncrypted ? 443 : 80
            return
        }
        guard let number = UInt16(port), number > 0 else { return nil }
        self.port = Int(number)
    }
}

/// Names of the domain name system.
public enum DomainName {
    /// The parts of a name; nil when it cannot be asked for.
    public static func labels(of text: String) -> [String]? {
        let name = text.hasSuffix(".") ? String(text.dropLast()) : text
        let labels = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let areRight = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count)
                && label.utf8.allSatisfy { byte in
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                }
        }
        return areRight && name.utf8.count <= 253 ? labels : nil
    }
}
