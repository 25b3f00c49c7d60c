// SPDX-License-Identifier: Apache-2.0
// How an argument of a hook is read by the kernel side and printed by the exporter.

internal import ShrikeABI

/// The type of an argument. Kernel side: `enum shrike_argument_type`, same values.
public enum ArgumentType: UInt16, Sendable, CaseIterable {
    /// Nothing was read.
    case none = 0
    /// A signed integer of at most 32 bits.
    case int32 = 1
    /// An unsigned integer of at most 32 bits.
    case uint32 = 2
    /// A signed integer of 64 bits.
    case int64 = 3
    /// An unsigned integer of 64 bits.
    case uint64 = 4
    /// A `size_t`.
    case size = 5
    /// A NUL-terminated string.
    case string = 6
    /// A `struct file *`.
    case file = 7
    /// A `struct path *`.
    case path = 8
    /// A signed integer of 8 bits.
    case int8 = 9
    /// An unsigned integer of 8 bits.
    case uint8 = 10
    /// A signed integer of 16 bits.
    case int16 = 11
    /// An unsigned integer of 16 bits.
    case uint16 = 12
    /// A `struct sock *`: a `SockArgument`.
    case sock = 13
    /// A `struct socket *`: a `SockArgument`.
    case socket = 14
    /// A `struct sk_buff *`: a `PacketArgument`.
    case skb = 15
    /// A `struct sockaddr *`: a `SocketAddressArgument`.
    case sockaddr = 16
    /// The number of an open file: its path.
    case fd = 17
    /// A `struct dentry *`: its path in its file system.
    case dentry = 18
    /// A `struct kiocb *`: its file's path.
    case kiocb = 19
    /// A `struct linux_binprm *`: the executable's path.
    case binprm = 20
    /// A `struct filename *`: a string.
    case filename = 21

    /// Whether the payload is one 8-byte integer.
    public var isInteger: Bool {
        switch self {
        case .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64, .size: true
        default: false
        }
    }

    /// The size of the structure that the payload is; nil for an integer or a text.
    public var structureSize: Int? {
        switch self {
        case .sock, .socket: MemoryLayout<shrike_sock>.size
        case .skb: MemoryLayout<shrike_skb>.size
        case .sockaddr: MemoryLayout<shrike_sockaddr>.size
        default: nil
        }
    }
}
