// SPDX-License-Identifier: Apache-2.0
// Whether an argument type can be read from a parameter of some C type.

/// How well an argument type fits a parameter.
enum PrototypeFit: Equatable {
    /// It is the type of the parameter.
    case fits
    /// It reads something, but perhaps not what is meant.
    case doubtful
    /// What it would read is not what it prints.
    case impossible

    static func of(_ type: ArgumentType, _ parameter: ParameterType) -> PrototypeFit {
        switch (type, parameter.kind) {
        case (.nop, _), (.auto, _): .fits
        case (_, .void), (_, .other): .impossible
        case (.string, .pointer(let target)), (.charBuffer, .pointer(let target)):
            buffer(type, target)
        case (.string, .integer), (.charBuffer, .integer): .impossible
        case (.fd, .integer(let bytes, _)): bytes >= 4 ? .fits : .doubtful
        case (.capability, .integer(let bytes, _)), (.bpfCmd, .integer(let bytes, _)):
            bytes == 4 ? .fits : .doubtful
        case (.fd, _), (.capability, _), (.bpfCmd, _): .impossible
        case (_, .integer(let bytes, let isSigned)):
            integer(type, bytes: bytes, isSigned: isSigned)
        case (_, .pointer(let target)):
            pointer(type, target)
        }
    }

    private static func buffer(_ type: ArgumentType, _ target: String) -> PrototypeFit {
        switch target {
        case "char": .fits
        case "void": type == .charBuffer ? .fits : .doubtful
        case "unsigned char", "signed char", "u8", "__u8", "s8", "uint8_t": .doubtful
        default: target.hasPrefix("struct ") || target.hasSuffix("*") ? .impossible : .doubtful
        }
    }

    private static func integer(_ type: ArgumentType, bytes: Int, isSigned: Bool) -> PrototypeFit {
        guard let shape = type.integerShape else { return .impossible }
        // `int` is what policies write for every small number, uid_t and flags among them.
        if type == .int, bytes == 4 || bytes == 8 { return .fits }
        return shape.bits == bytes * 8 && shape.isSigned == isSigned ? .fits : .doubtful
    }

    private static func pointer(_ type: ArgumentType, _ target: String) -> PrototypeFit {
        if let shape = type.integerShape {
            return shape.bits == 64 && !shape.isSigned ? .fits : .doubtful
        }
        guard let expected = targets[type] else { return .impossible }
        if expected.contains(target) { return .fits }
        return target == "void" ? .doubtful : .impossible
    }

    /// What a parameter must point at.
    private static let targets: [ArgumentType: [String]] = [
        .charIOVector: ["struct iovec"],
        .ioVectorIterator: ["struct iov_iter"],
        .filename: ["struct filename"],
        .file: ["struct file"],
        .path: ["struct path"],
        .dentry: ["struct dentry"],
        .kiocb: ["struct kiocb"],
        .linuxBinprm: ["struct linux_binprm"],
        .skb: ["struct sk_buff"],
        // The first member of all of these is a struct sock.
        .sock: [
            "struct sock", "struct inet_sock", "struct inet_connection_sock", "struct tcp_sock",
            "struct udp_sock", "struct unix_sock",
        ],
        .socket: ["struct socket"],
        // sockaddr_unsized replaces sockaddr in internal interfaces since 6.19.
        .sockaddr: [
            "struct sockaddr", "struct sockaddr_unsized", "struct sockaddr_in", "struct sockaddr_in6",
        ],
        .sockaddrUn: ["struct sockaddr_un", "struct sockaddr", "struct sockaddr_unsized"],
        .netDevice: ["struct net_device"],
        .cred: ["struct cred"],
        .userNamespace: ["struct user_namespace"],
        .kernelCapT: capabilities,
        .capInheritable: capabilities,
        .capPermitted: capabilities,
        .capEffective: capabilities,
        .loadInfo: ["struct load_info"],
        .module: ["struct module"],
        .bpfAttr: ["union bpf_attr"],
        .bpfProg: ["struct bpf_prog"],
        .bpfMap: ["struct bpf_map"],
        .perfEvent: ["struct perf_event"],
    ]

    private static let capabilities = ["kernel_cap_t", "struct kernel_cap_struct"]

    /// The type to declare for a parameter, if there is one.
    static func suggestion(for parameter: ParameterType) -> ArgumentType? {
        switch parameter.kind {
        case .integer(4, true): .int
        case .integer(4, false): .uint32
        case .integer(8, true): .int64
        case .integer(8, false): parameter.spelling == "size_t" ? .sizeT : .uint64
        case .integer(2, true): .int16
        case .integer(2, false): .uint16
        case .integer(1, true): .int8
        case .integer(1, false): .uint8
        case .pointer("char"): .string
        case .pointer(let target):
            ArgumentType.allCases.first { targets[$0]?.first == target }
        default: nil
        }
    }
}
