// SPDX-License-Identifier: Apache-2.0
// Arguments, data and return values of hooks, and the types that they can have.

/// One value that a hook reads.
public struct Argument: Sendable {
    /// The parameter, counted from 0; of a tracepoint the field, of `data` unused.
    public let index: Int
    /// How it is read and printed. `auto` when the file does not say.
    public let type: Located<ArgumentType>
    /// A name for the event.
    public let label: String?
    /// The parameter with the size of a buffer, counted from 1; nil when not given.
    public let sizeArgumentIndex: Located<Int>?
    /// Read a buffer when the function returns.
    public let returnCopy: Bool
    /// Read a large buffer whole.
    public let maxData: Bool
    /// The BTF path from the parameter to the value, or a register.
    public let resolve: Located<String>?
    /// Where `data` comes from.
    public let source: Located<Source>?
    /// The structure to take the parameter for.
    public let btfType: Located<String>?
    /// The module that defines `btfType`.
    public let btfTypeModule: Located<String>?
    /// The fields as given.
    public let fields: FieldPlaces
    /// The mapping.
    public let range: SourceRange

    /// Where a `data` entry starts.
    public enum Source: String, Sendable, Hashable, CaseIterable {
        /// `struct task_struct` of the caller.
        case currentTask = "current_task"
        /// The registers at the hook.
        case registers = "pt_regs"
    }

    /// Where `index` stands.
    public var indexRange: SourceRange { fields["index"]?.valueRange ?? range }
}

/// The type of an argument; the raw value is its name in the language.
public enum ArgumentType: String, Sendable, Hashable, CaseIterable {
    case auto
    case int8, sint8, uint8
    case int16, sint16, uint16
    case int, int32, sint32, uint32
    case int64, sint64, long, uint64, ulong
    case sizeT = "size_t"
    case string
    case charBuffer = "char_buf"
    case charIOVector = "char_iovec"
    case ioVectorIterator = "iov_iter"
    case constBuffer = "const_buf"
    case filename
    case fd
    case file
    case path
    case dentry
    case kiocb
    case linuxBinprm = "linux_binprm"
    case skb
    case sock
    case socket
    case sockaddr
    case sockaddrUn = "sockaddr_un"
    case netDevice = "net_device"
    case cred
    case userNamespace = "user_namespace"
    case capability
    case kernelCapT = "kernel_cap_t"
    case capInheritable = "cap_inheritable"
    case capPermitted = "cap_permitted"
    case capEffective = "cap_effective"
    case loadInfo = "load_info"
    case module
    case bpfAttr = "bpf_attr"
    case bpfProg = "bpf_prog"
    case bpfMap = "bpf_map"
    case bpfCmd = "bpf_cmd"
    case perfEvent = "perf_event"
    case syscall64
    case dataLoc = "data_loc"
    case nop
}

/// What filters can do with a type.
public enum FilterClass: Sendable, Hashable, CaseIterable {
    case integer
    case capabilities
    case text
    case path
    /// `sock` and `socket`.
    case socket
    /// `skb`.
    case packet
    /// `sockaddr`.
    case socketAddress
    /// `sockaddr_un`.
    case unixAddress
    /// No filter is possible.
    case none
}

/// Width and sign of an integer type.
public struct IntegerShape: Sendable, Hashable {
    /// 8, 16, 32 or 64.
    public let bits: Int
    /// Whether it has negative values.
    public let isSigned: Bool

    /// The least value.
    public var minimum: Int128 { isSigned ? -(1 << Int128(bits - 1)) : 0 }
    /// The greatest value.
    public var maximum: Int128 { isSigned ? (1 << Int128(bits - 1)) - 1 : (1 << Int128(bits)) - 1 }
}

extension ArgumentType {
    /// What filters can do with it.
    public var filterClass: FilterClass {
        switch self {
        case .int8, .sint8, .uint8, .int16, .sint16, .uint16, .int, .int32, .sint32, .uint32, .int64, .sint64,
            .long, .uint64, .ulong, .sizeT, .syscall64:
            .integer
        case .kernelCapT, .capInheritable, .capPermitted, .capEffective: .capabilities
        case .string, .charBuffer, .dataLoc, .netDevice: .text
        case .fd, .file, .path, .dentry, .linuxBinprm: .path
        case .sock, .socket: .socket
        case .skb: .packet
        case .sockaddr: .socketAddress
        case .sockaddrUn: .unixAddress
        case .auto, .charIOVector, .ioVectorIterator, .constBuffer, .filename, .kiocb, .cred, .userNamespace,
            .capability, .loadInfo, .module, .bpfAttr, .bpfProg, .bpfMap, .bpfCmd, .perfEvent, .nop:
            .none
        }
    }

    /// Width and sign, for integers. `size_t` has 64 bits and no sign.
    public var integerShape: IntegerShape? {
        switch self {
        case .int8, .sint8: IntegerShape(bits: 8, isSigned: true)
        case .uint8: IntegerShape(bits: 8, isSigned: false)
        case .int16, .sint16: IntegerShape(bits: 16, isSigned: true)
        case .uint16: IntegerShape(bits: 16, isSigned: false)
        case .int, .int32, .sint32: IntegerShape(bits: 32, isSigned: true)
        case .uint32: IntegerShape(bits: 32, isSigned: false)
        case .int64, .sint64, .long, .syscall64: IntegerShape(bits: 64, isSigned: true)
        case .uint64, .ulong, .sizeT: IntegerShape(bits: 64, isSigned: false)
        default: nil
        }
    }
}
