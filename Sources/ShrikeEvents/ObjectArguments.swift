// SPDX-License-Identifier: Apache-2.0
// Kernel objects as arguments of a hook: credentials, namespaces, modules, BPF and perf.

internal import ShrikeABI

/// A user namespace. Kernel side: `struct shrike_user_namespace`.
public struct UserNamespaceArgument: Sendable, BitwiseCopyable {
    /// Depth; 0 is the host's.
    public let level: Int32
    /// The owner.
    public let uid: UInt32
    /// The owner's group.
    public let gid: UInt32
    /// The inode number.
    public let inode: UInt32

    fileprivate init(_ raw: shrike_user_namespace) {
        (level, uid, gid, inode) = (raw.level, raw.uid, raw.gid, raw.inode)
    }

    /// Takes a payload; nil when it is too short.
    public init?(_ argument: HookArgument) {
        guard let raw = argument.structure(shrike_user_namespace.self) else { return nil }
        self.init(raw)
    }
}

/// Credentials with their user namespace. Kernel side: `struct shrike_cred`.
public struct CredentialsArgument: Sendable, BitwiseCopyable {
    /// Ids and capabilities.
    public let credentials: Credentials
    /// Where they hold.
    public let userNamespace: UserNamespaceArgument

    /// Takes a payload; nil when it is too short.
    public init?(_ argument: HookArgument) {
        guard let raw = argument.structure(shrike_cred.self) else { return nil }
        credentials = Credentials(raw.credentials)
        userNamespace = UserNamespaceArgument(raw.user_namespace)
    }
}

/// A text that ends in NUL, inside a payload.
public struct FixedText {
    /// The bytes before the NUL.
    public let bytes: UnsafeRawBufferPointer

    fileprivate init(_ argument: HookArgument, at offset: Int?, capacity: Int) {
        let start = offset ?? 0
        let field = argument.payload[start..<Swift.min(start + capacity, argument.payload.count)]
        bytes = UnsafeRawBufferPointer(rebasing: field.prefix { $0 != 0 })
    }
}

/// A module. Kernel side: `struct shrike_module`.
public struct ModuleArgument {
    /// Its name.
    public let name: FixedText
    /// TAINT_* bits.
    public let taints: UInt64
    /// Of a module that is being loaded: whether its signature is good.
    public let isSignatureOK: Bool

    /// Takes a payload; nil when it is too short.
    public init?(_ argument: HookArgument) {
        guard let raw = argument.structure(shrike_module.self) else { return nil }
        name = FixedText(argument, at: MemoryLayout<shrike_module>.offset(of: \.name), capacity: 64)
        taints = raw.taints
        isSignatureOK = raw.is_signature_ok != 0
    }
}

/// A BPF program or the attributes of one. Kernel side: `struct shrike_bpf_program`.
public struct BPFProgramArgument {
    /// BPF_PROG_TYPE_*
    public let type: UInt32
    /// Instructions.
    public let instructionCount: UInt32
    /// Its name.
    public let name: FixedText

    /// Takes a payload; nil when it is too short.
    public init?(_ argument: HookArgument) {
        guard let raw = argument.structure(shrike_bpf_program.self) else { return nil }
        (type, instructionCount) = (raw.type, raw.instruction_count)
        name = FixedText(argument, at: MemoryLayout<shrike_bpf_program>.offset(of: \.name), capacity: 16)
    }
}

/// A BPF map. Kernel side: `struct shrike_bpf_map`.
public struct BPFMapArgument {
    /// BPF_MAP_TYPE_*
    public let type: UInt32
    /// Bytes of a key.
    public let keySize: UInt32
    /// Bytes of a value.
    public let valueSize: UInt32
    /// Most entries.
    public let maxEntries: UInt32
    /// Its name.
    public let name: FixedText

    /// Takes a payload; nil when it is too short.
    public init?(_ argument: HookArgument) {
        guard let raw = argument.structure(shrike_bpf_map.self) else { return nil }
        (type, keySize, valueSize, maxEntries) = (raw.type, raw.key_bytes, raw.value_bytes, raw.max_entries)
        name = FixedText(argument, at: MemoryLayout<shrike_bpf_map>.offset(of: \.name), capacity: 16)
    }
}

/// A perf event. Kernel side: `struct shrike_perf_event`.
public struct PerfEventArgument {
    /// PERF_TYPE_*, or a number of a registered kind.
    public let type: UInt32
    /// What is counted.
    public let config: UInt64
    /// Of a probe: where in the function.
    public let probeOffset: UInt64
    /// Of a probe: the function.
    public let function: FixedText

    /// Takes a payload; nil when it is too short.
    public init?(_ argument: HookArgument) {
        guard let raw = argument.structure(shrike_perf_event.self) else { return nil }
        (type, config, probeOffset) = (raw.type, raw.config, raw.probe_offset)
        function = FixedText(
            argument, at: MemoryLayout<shrike_perf_event>.offset(of: \.function), capacity: 64)
    }
}

extension HookArgument {
    /// Buffers: how many bytes there were, stored or not.
    public var originalSize: UInt32 { mode }
    /// `sockaddr_un`: the address family.
    public var addressFamily: UInt32 { mode & 0xffff }
    /// `sockaddr_un`: the name is no path.
    public var isAbstractName: Bool { mode & UInt32(SHRIKE_ABSTRACT_NAME) != 0 }
}

extension ArgumentType {
    /// Bytes that need not be text.
    public var isBuffer: Bool { self == .charBuffer || self == .ioVector || self == .ioIterator }
}
