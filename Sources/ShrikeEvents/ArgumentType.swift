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
    /// A `kernel_cap_t *`: a set of capabilities as a number.
    case kernelCap = 22
    /// The same, of inheritable capabilities.
    case capInheritable = 23
    /// The same, of permitted capabilities.
    case capPermitted = 24
    /// The same, of effective capabilities.
    case capEffective = 25
    /// The number of a capability.
    case capability = 26
    /// The number of a command of bpf(2).
    case bpfCommand = 27
    /// A `struct cred *`: a `CredentialsArgument`.
    case cred = 28
    /// A `struct user_namespace *`: a `UserNamespaceArgument`.
    case userNamespace = 29
    /// A `struct module *`: a `ModuleArgument`.
    case module = 30
    /// A `struct load_info *`: a `ModuleArgument`.
    case loadInfo = 31
    /// A `union bpf_attr *`: a `BPFProgramArgument`.
    case bpfAttributes = 32
    /// A `struct bpf_prog *`: a `BPFProgramArgument`.
    case bpfProgram = 33
    /// A `struct bpf_map *`: a `BPFMapArgument`.
    case bpfMap = 34
    /// A `struct perf_event *`: a `PerfEventArgument`.
    case perfEvent = 35
    /// A `struct net_device *`: its name.
    case netDevice = 36
    /// A `struct sockaddr_un *`: its path or abstract name.
    case unixAddress = 37
    /// Bytes whose number another parameter told.
    case charBuffer = 38
    /// Bytes of all parts of a vector.
    case ioVector = 39
    /// Bytes of an iterator's first part.
    case ioIterator = 40
    /// The number of a system call, its upper bit set in a 32-bit program's.
    case systemCall = 64
    /// 64-bit numbers, one behind the other.
    case words = 65

    /// Whether the payload is one 8-byte integer.
    public var isInteger: Bool {
        switch self {
        case .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64, .size, .kernelCap,
            .capInheritable,
            .capPermitted, .capEffective, .capability, .bpfCommand, .systemCall:
            true
        default: false
        }
    }

    /// The size of the structure that the payload is; nil for an integer or a text.
    public var structureSize: Int? {
        switch self {
        case .sock, .socket: MemoryLayout<shrike_sock>.size
        case .skb: MemoryLayout<shrike_skb>.size
        case .sockaddr: MemoryLayout<shrike_sockaddr>.size
        case .cred: MemoryLayout<shrike_cred>.size
        case .userNamespace: MemoryLayout<shrike_user_namespace>.size
        case .module, .loadInfo: MemoryLayout<shrike_module>.size
        case .bpfAttributes, .bpfProgram: MemoryLayout<shrike_bpf_program>.size
        case .bpfMap: MemoryLayout<shrike_bpf_map>.size
        case .perfEvent: MemoryLayout<shrike_perf_event>.size
        default: nil
        }
    }
}
