// SPDX-License-Identifier: Apache-2.0
// The values of address filters.

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// An IP address or a block of them in CIDR notation.
public struct AddressBlock: Sendable, Hashable {
    /// The address in network order, 4 or 16 bytes; bits behind the prefix are as written.
    public let bytes: [UInt8]
    /// How many of its first bits count.
    public let prefixLength: Int

    /// `10.0.0.1`, `10.0.0.0/8`, `::1` or `fe80::/10`; nil if the text is none of these.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard text.utf8.count <= 64, !text.utf8.contains(0), let bytes = Self.bytes(of: String(parts[0]))
        else {
            return nil
        }
        self.bytes = bytes
        guard parts.count == 2 else {
            prefixLength = bytes.count * 8
            return
        }
        let isDecimal = parts[1].utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard isDecimal, let length = Int(parts[1]), length <= bytes.count * 8 else { return nil }
        prefixLength = length
    }

    private static func bytes(of address: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, address, &four) == 1 { return withUnsafeBytes(of: four) { [UInt8]($0) } }
        var sixteen = in6_addr()
        if inet_pton(AF_INET6, address, &sixteen) == 1 { return withUnsafeBytes(of: sixteen) { [UInt8]($0) } }
        return nil
    }
}
