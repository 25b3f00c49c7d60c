// SPDX-License-Identifier: Apache-2.0
// The six kinds of hooks.

/// The sections of `spec` that hold hooks; the raw value is the field's name.
public enum HookSection: String, Sendable, Hashable, CaseIterable {
    case kprobes
    case fentries
    case tracepoints
    case lsmHooks = "lsmhooks"
    case uprobes
    case usdts

    /// One hook of the section, with its article.
    var hookName: String {
        switch self {
        case .kprobes: "a kprobe"
        case .fentries: "a fentry hook"
        case .tracepoints: "a tracepoint"
        case .lsmHooks: "an LSM hook"
        case .uprobes: "a uprobe"
        case .usdts: "a usdt"
        }
    }
}

/// What all hooks have.
public protocol PolicyHook: Sendable {
    /// The section that the hook stands in.
    var section: HookSection { get }
    /// What is hooked, for messages: a function, an event, a file.
    var target: Located<String> { get }
    /// The arguments that are read, in the order of the event.
    var arguments: [Argument] { get }
    /// Values that are not arguments.
    var data: [Argument] { get }
    /// How the return value is read.
    var returnArgument: Argument? { get }
    /// Whether the return is hooked too.
    var returns: Bool { get }
    /// Which hits count, and what is done: the first that matches decides.
    var selectors: [Selector] { get }
    /// The file with the types of a user space program.
    var btfPath: String? { get }
    /// Free text for the event.
    var message: String? { get }
    /// Tags for the event.
    var tags: [String] { get }
    /// The fields as given.
    var fields: FieldPlaces { get }
    /// The mapping.
    var range: SourceRange { get }
}

extension PolicyHook {
    /// Most hooks read nothing but arguments.
    public var data: [Argument] { [] }
    /// Most hooks do not see a return.
    public var returnArgument: Argument? { nil }
    /// Most hooks do not see a return.
    public var returns: Bool { false }
    /// Most hooks are in the kernel.
    public var btfPath: String? { nil }
}

/// A kernel function, in `kprobes` or `fentries`.
public struct KprobeHook: PolicyHook {
    /// `kprobes` or `fentries`.
    public let section: HookSection
    /// The function, system call, or `list:NAME`, as written.
    public let call: Located<String>
    /// The function is a system call; true unless the file says otherwise.
    public let syscall: Bool
    /// Hook the return too.
    public let returns: Bool
    /// The arguments that are read.
    public let arguments: [Argument]
    /// How the return value is read.
    public let returnArgument: Argument?
    /// `TrackSock` or `UntrackSock`, done with the returned socket.
    public let returnArgumentAction: Located<String>?
    /// Values that are not arguments.
    public let data: [Argument]
    /// Which hits count, and what is done.
    public internal(set) var selectors: [Selector]
    /// Free text for the event.
    public let message: String?
    /// Tags for the event.
    public let tags: [String]
    /// A kernel without the function is not an error.
    public let ignoreCallNotFound: Bool
    /// The fields as given.
    public let fields: FieldPlaces
    /// The mapping.
    public let range: SourceRange

    /// The same as `call`.
    public var target: Located<String> { call }

    /// The name behind `list:`, if the call is a list.
    public var listName: String? { listReference(call.value) }

    /// The kernel symbol of this machine's architecture: `sys_openat` is `__x64_sys_openat` on x86-64.
    public var symbol: String { syscall ? SyscallSymbol.symbol(for: call.value) : call.value }
}

/// A tracepoint.
public struct TracepointHook: PolicyHook {
    /// The folder below tracefs `events`.
    public let subsystem: Located<String>
    /// The event.
    public let event: Located<String>
    /// Attach as raw tracepoint: arguments are parameters, not fields.
    public let raw: Bool
    /// The fields or parameters that are read.
    public let arguments: [Argument]
    /// Which hits count, and what is done.
    public internal(set) var selectors: [Selector]
    /// Free text for the event.
    public let message: String?
    /// Tags for the event.
    public let tags: [String]
    /// The fields as given.
    public let fields: FieldPlaces
    /// The mapping.
    public let range: SourceRange

    /// `tracepoints`.
    public var section: HookSection { .tracepoints }
    /// The event, with its subsystem.
    public var target: Located<String> { Located("\(subsystem.value)/\(event.value)", at: event.range) }
}

/// A BPF LSM hook.
public struct LSMHook: PolicyHook {
    /// The hook without prefix, for example `file_open`.
    public let hook: Located<String>
    /// The arguments that are read.
    public let arguments: [Argument]
    /// Which hits count, and what is done.
    public internal(set) var selectors: [Selector]
    /// Free text for the event.
    public let message: String?
    /// Tags for the event.
    public let tags: [String]
    /// The fields as given.
    public let fields: FieldPlaces
    /// The mapping.
    public let range: SourceRange

    /// `lsmhooks`.
    public var section: HookSection { .lsmHooks }
    /// The same as `hook`.
    public var target: Located<String> { hook }
}

/// User space functions of one file.
public struct UserProbeHook: PolicyHook {
    /// The ELF file.
    public let path: Located<String>
    /// Functions, `name` or `name+offset`.
    public let symbols: [Located<String>]
    /// File offsets, instead of symbols.
    public let offsets: [Located<UInt64>]
    /// Virtual addresses, instead of symbols.
    public let addresses: [Located<UInt64>]
    /// Semaphore offsets, one for each symbol or offset.
    public let referenceCounterOffsets: [Located<UInt64>]
    /// The file with the types of the program.
    public let btfPath: String?
    /// The arguments that are read.
    public let arguments: [Argument]
    /// Values that are not arguments.
    public let data: [Argument]
    /// Hook the return too.
    public let returns: Bool
    /// How the return value is read.
    public let returnArgument: Argument?
    /// The file must have one of these digests.
    public let binaryDigests: [Located<String>]
    /// A file with another digest is not an error.
    public let ignoreDigestFailure: Bool
    /// Which hits count, and what is done.
    public internal(set) var selectors: [Selector]
    /// Free text for the event.
    public let message: String?
    /// Tags for the event.
    public let tags: [String]
    /// The fields as given.
    public let fields: FieldPlaces
    /// The mapping.
    public let range: SourceRange

    /// `uprobes`.
    public var section: HookSection { .uprobes }
    /// The same as `path`.
    public var target: Located<String> { path }
}

/// A user space static probe.
public struct USDTHook: PolicyHook {
    /// The ELF file.
    public let path: Located<String>
    /// The probe's provider.
    public let provider: Located<String>
    /// The probe.
    public let name: Located<String>
    /// The file with the types of the program.
    public let btfPath: String?
    /// The arguments that are read.
    public let arguments: [Argument]
    /// Which hits count, and what is done.
    public internal(set) var selectors: [Selector]
    /// Free text for the event.
    public let message: String?
    /// Tags for the event.
    public let tags: [String]
    /// The fields as given.
    public let fields: FieldPlaces
    /// The mapping.
    public let range: SourceRange

    /// `usdts`.
    public var section: HookSection { .usdts }
    /// The probe, with its provider.
    public var target: Located<String> { Located("\(provider.value):\(name.value)", at: name.range) }
}

/// The name behind `list:`.
func listReference(_ text: String) -> String? {
    text.hasPrefix("list:") ? String(text.dropFirst("list:".count)) : nil
}
