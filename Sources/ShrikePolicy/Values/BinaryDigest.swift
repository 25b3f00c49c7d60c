// SPDX-License-Identifier: Apache-2.0
// What `binaryDigests` tells a file by: a digest of its content, or the build id in it.

/// What a user space file is told from others by.
public struct BinaryDigest: Sendable, Hashable, CustomStringConvertible {
    /// Of what it is; the raw value is its name in the language.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case sha1, sha256, sha384, sha512
        /// The note that the linker leaves (NT_GNU_BUILD_ID): it tells builds apart, it proves nothing of the content.
        case buildID = "build-id"

        /// Hexadecimal digits; nil: any even number.
        var digits: Int? {
            switch self {
            case .sha1: 40
            case .sha256: 64
            case .sha384: 96
            case .sha512: 128
            case .buildID: nil
            }
        }
    }

    /// Of what it is.
    public let kind: Kind
    /// Its hexadecimal digits, small letters.
    public let digits: String

    /// A digest.
    public init(_ kind: Kind, bytes: some Sequence<UInt8>) {
        self.kind = kind
        digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// What a policy writes, `sha256:…` or `build-id:…`; nil when it is none.
    public init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"), let kind = Kind(rawValue: String(text[..<colon])) else {
            return nil
        }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy(\.isHexDigit), digits.utf8.count % 2 == 0,
            kind.digits ?? digits.utf8.count == digits.utf8.count
        else { return nil }
        self.kind = kind
        self.digits = digits.lowercased()
    }

    /// As a policy writes it.
    public var description: String { "\(kind.rawValue):\(digits)" }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool { Character(Unicode.Scalar(self)).isHexDigit }
}

extension UserProbeHook {
    /// Why the file is none of those that the policy means; nil when it is one, when the policy means any, and when that
    /// is not known.
    /// - Parameter kernel: nil when the machine that the policy is for is another one.
    public func digestProblem(_ kernel: (any KernelFacts)?) -> FilePlaceProblem? {
        let wanted = Set(binaryDigests.compactMap { BinaryDigest($0.value) })
        guard let kernel, !wanted.isEmpty else { return nil }
        switch kernel.digests(Set(wanted.map(\.kind)), ofFile: path.value) {
        case nil: return nil
        case .failure(let problem): return problem
        case .success(let own):
            guard wanted.isDisjoint(with: own) else { return nil }
            let text = own.sorted { $0.description < $1.description }.map { "`\($0)`" }
            return FilePlaceProblem(
                text.isEmpty
                    ? "it has no build id"
                    : "it has none of these digests: it is \(text.joined(separator: ", "))",
                help: "if this is the file that is meant, write its digest")
        }
    }
}
