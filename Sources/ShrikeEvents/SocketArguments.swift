// SPDX-License-Identifier: Apache-2.0
// Sockets, packets and addresses as arguments of a hook.

internal import ShrikeABI

/// An IP address: 4 bytes, 16, or none when the family has no such addresses.
public struct IPAddress: Sendable, BitwiseCopyable {
    /// AF_INET
    public static let familyIPv4: UInt32 = 2
    /// AF_INET6
    public static let familyIPv6: UInt32 = 10

    /// The address family.
    public let family: UInt32
    /// Network order; the rest is zero.
    public let bytes: InlineArray<16, UInt8>

    /// Takes an address as C arrays come to Swift: sixteen bytes as a tuple.
    fileprivate init<Bytes: BitwiseCopyable>(_ family: UInt32, _ bytes: Bytes) {
        self.family = family
        var copy = InlineArray<16, UInt8>(repeating: 0)
        withUnsafeBytes(of: bytes) { source in
            for index in 0..<min(source.count, 16) { copy[index] = source[index] }
        }
        self.bytes = copy
    }
}

/// A socket. Kernel side: `struct shrike_sock`.
public struct SockArgument: Sendable, BitwiseCopyable {
    private let raw: shrike_sock

    /// AF_*
    public var family: UInt32 { raw.family }
    /// SOCK_*
    public var type: UInt32 { raw.type }
    /// IPPROTO_*
    public var `protocol`: UInt32 { raw.protocol }
    /// TCP_*
    public var state: UInt32 { raw.state }
    /// SO_MARK
    public var mark: UInt32 { raw.mark }
    /// SO_PRIORITY
    public var priority: UInt32 { raw.priority }
    /// The local port.
    public var sourcePort: UInt32 { raw.source_port }
    /// The peer's port.
    public var destinationPort: UInt32 { raw.destination_port }
    /// Equal for equal sockets.
    public var cookie: UInt64 { raw.cookie }
    /// The local address.
    public var source: IPAddress { IPAddress(raw.family, raw.source) }
    /// The peer's address.
    public var destination: IPAddress { IPAddress(raw.family, raw.destination) }

    /// Takes a payload; nil when it is too short.
    public init?(_ argument: HookArgument) {
        guard let raw = argument.structure(shrike_sock.self) else { return nil }
        self.raw = raw
    }
}

/// A packet. Kernel side: `struct shrike_skb`.
public struct PacketArgument: Sendable, BitwiseCopyable {
    private let raw: shrike_skb

    /// AF_INET, AF_INET6; 0: neither.
    public var family: UInt32 { raw.family }
    /// The flow's hash.
    public var hash: UInt32 { raw.hash }
    /// Bytes.
    public var length: UInt32 { raw.length_bytes }
    /// SO_PRIORITY of its socket
    public var priority: UInt32 { raw.priority }
    /// SO_MARK of its socket, or the firewall's
    public var mark: UInt32 { raw.mark }
    /// IPPROTO_*
    public var `protocol`: UInt32 { raw.protocol }
    /// Sender's port; 0 unless TCP or UDP.
    public var sourcePort: UInt32 { raw.source_port }
    /// Receiver's port; 0 unless TCP or UDP.
    public var destinationPort: UInt32 { raw.destination_port }
    /// IPsec transformations.
    public var securityPathLength: UInt32 { raw.security_path_length }
    /// IPsec transformations that the hardware did.
    public var securityPathOffloadLength: UInt32 { raw.security_path_offload_length }
    /// The sender.
    public var source: IPAddress { IPAddress(raw.family, raw.source) }
    /// The receiver.
    public var destination: IPAddress { IPAddress(raw.family, raw.destination) }

    /// Takes a payload; nil when it is too short.
    public init?(_ argument: HookArgument) {
        guard let raw = argument.structure(shrike_skb.self) else { return nil }
        self.raw = raw
    }
}

/// An address to bind or connect to. Kernel side: `struct shrike_sockaddr`.
public struct SocketAddressArgument: Sendable, BitwiseCopyable {
    private let raw: shrike_sockaddr

    /// AF_*
    public var family: UInt32 { raw.family }
    /// The port; 0 unless IPv4 or IPv6.
    public var port: UInt32 { raw.port }
    /// The address.
    public var address: IPAddress { IPAddress(raw.family, raw.address) }

    /// Takes a payload; nil when it is too short.
    public init?(_ argument: HookArgument) {
        guard let raw = argument.structure(shrike_sockaddr.self) else { return nil }
        self.raw = raw
    }
}

extension HookArgument {
    /// The payload as a structure of the kernel side; nil when it is shorter.
    func structure<Structure: BitwiseCopyable>(_ type: Structure.Type) -> Structure? {
        guard payload.count >= MemoryLayout<Structure>.size else { return nil }
        // SAFETY: the size was checked; any bits are a C structure of integers.
        return payload.loadUnaligned(as: type)
    }
}
