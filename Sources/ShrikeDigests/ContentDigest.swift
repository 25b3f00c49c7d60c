// SPDX-License-Identifier: Apache-2.0
// Digests of long contents. Here, and not where files are read: modules that see Foundation, as this one does through
// its library, cannot read `struct stat` in a static build.

internal import Crypto

/// How a content is hashed; the raw value is the name that policies give it.
public enum DigestAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// Of packages and tools that know nothing better: whoever makes two files can make them alike.
    case sha1
    case sha256
    case sha384
    case sha512

    /// Bytes of a digest.
    public var byteCount: Int {
        switch self {
        case .sha1: Insecure.SHA1.byteCount
        case .sha256: SHA256.byteCount
        case .sha384: SHA384.byteCount
        case .sha512: SHA512.byteCount
        }
    }

    /// The digest of a content that comes in parts.
    /// - Parameter next: the next part; nil at the end.
    public func digest<Failure: Error>(
        _ next: () throws(Failure) -> [UInt8]?
    ) throws(Failure) -> [UInt8] {
        switch self {
        case .sha1: try Self.digest(Insecure.SHA1(), next)
        case .sha256: try Self.digest(SHA256(), next)
        case .sha384: try Self.digest(SHA384(), next)
        case .sha512: try Self.digest(SHA512(), next)
        }
    }

    private static func digest<Failure: Error>(
        _ function: some HashFunction, _ next: () throws(Failure) -> [UInt8]?
    ) throws(Failure) -> [UInt8] {
        var function = function
        while let part = try next() { function.update(data: part) }
        return Array(function.finalize())
    }
}
