// SPDX-License-Identifier: Apache-2.0
// What the records of one hook mean: made by the policy compiler with the hook's plan, read by the exporter.

/// What kind of event a hook makes, and so which member of the event stream it fills.
public enum HookEventKind: Sendable, Equatable {
    /// `process_kprobe`: kprobes and fentries.
    case kprobe
    /// `process_lsm`: lsmhooks.
    case lsm
    /// `process_tracepoint`: tracepoints.
    case tracepoint(subsystem: String, event: String)
    /// `process_uprobe`: uprobes.
    case uprobe(UserProbeEventPlace)
    /// `process_usdt`: usdts.
    case usdt(path: String, provider: String, name: String)

    /// The hook as metrics name it: `kprobe:security_file_open`, `uprobe:/usr/bin/bash/readline`, and with an offset where
    /// there is no symbol.
    /// - Parameter function: the function or the LSM hook; other kinds have their names.
    public func metricName(function: String) -> String {
        switch self {
        case .kprobe: "kprobe:\(function)"
        case .lsm: "lsm:\(function)"
        case .tracepoint(let subsystem, let event): "tracepoint:\(subsystem)/\(event)"
        case .uprobe(let probe):
            "uprobe:\(probe.path)/\(probe.symbol ?? "0x\(String(probe.offset ?? 0, radix: 16))")"
        case .usdt(_, let provider, let name): "usdt:\(provider)/\(name)"
        }
    }
}

/// What the events of a uprobe say of its place.
public struct UserProbeEventPlace: Sendable, Equatable {
    /// The file.
    public var path: String
    /// The function; nil when the policy does not name it.
    public var symbol: String?
    /// Where in the file it is, when there is no symbol.
    public var offset: UInt64?
    /// Where the kernel counts how many probes are on it; 0: nowhere.
    public var referenceCounterOffset: UInt64

    /// A place.
    public init(
        path: String, symbol: String? = nil, offset: UInt64? = nil, referenceCounterOffset: UInt64 = 0
    ) {
        self.path = path
        self.symbol = symbol
        self.offset = offset
        self.referenceCounterOffset = referenceCounterOffset
    }
}

/// What the records of one generation of one hook mean.
///
/// Pure data and immutable: a changed plan is a new generation with a layout of its own.
public struct HookEventLayout: Sendable, Equatable {
    /// The hook, as in `struct shrike_event_hook`.
    public var hookID: UInt32
    /// The plan's generation, as in `struct shrike_event_hook`.
    public var generation: UInt32
    /// What kind of event the hook makes.
    public var kind: HookEventKind
    /// The function as printed; a syscall carries its architecture's prefix (`__x64_sys_…`). An LSM hook's name.
    public var functionName: String
    /// What the kernel side writes, in order. At most `HookRecord.maximumArguments`.
    public var slots: [ArgumentSlot]
    /// The policies on this hook.
    public var policies: [PolicyEventLayout]
    /// The selectors of all policies; the index is the selector's bit in the record.
    public var selectors: [SelectorEventLayout]

    /// Makes a layout from its parts.
    public init(
        hookID: UInt32, generation: UInt32, kind: HookEventKind = .kprobe, functionName: String,
        slots: [ArgumentSlot] = [], policies: [PolicyEventLayout] = [],
        selectors: [SelectorEventLayout] = []
    ) {
        self.hookID = hookID
        self.generation = generation
        self.kind = kind
        self.functionName = functionName
        self.slots = slots
        self.policies = policies
        self.selectors = selectors
    }
}

/// One argument that the kernel side reads and writes.
public struct ArgumentSlot: Sendable, Equatable {
    /// Index of the argument in the function's signature, from 0.
    public var index: UInt32
    /// How it is read.
    public var type: ArgumentType

    /// Makes a slot from its parts.
    public init(index: UInt32, type: ArgumentType) {
        self.index = index
        self.type = type
    }
}

/// What the events of one policy on one hook look like.
public struct PolicyEventLayout: Sendable, Equatable {
    /// The policy's name, printed as `policy_name`.
    public var name: String
    /// The policy's namespace; nil for a cluster-wide policy. Not printed, but counted by.
    public var namespace: String?
    /// The message as printed (at most 256 bytes, already escaped as the event reference says); nil: none.
    public var message: String?
    /// The tags, in the policy's order.
    public var tags: [String]
    /// The arguments that the policy declares, in its order.
    public var arguments: [PolicyArgumentLayout]
    /// The values besides the arguments that it declares, in its order.
    public var data: [PolicyArgumentLayout]
    /// The function's result; nil when the policy does not hook the return.
    public var result: PolicyArgumentLayout?

    /// Makes a layout from its parts.
    public init(
        name: String, namespace: String? = nil, message: String? = nil, tags: [String] = [],
        arguments: [PolicyArgumentLayout] = [], data: [PolicyArgumentLayout] = [],
        result: PolicyArgumentLayout? = nil
    ) {
        self.name = name
        self.namespace = namespace
        self.message = message
        self.tags = tags
        self.arguments = arguments
        self.data = data
        self.result = result
    }
}

/// One argument as a policy wants it printed.
public struct PolicyArgumentLayout: Sendable, Equatable {
    /// Index into `HookEventLayout.slots`.
    public var slot: Int
    /// The policy's label; nil: none.
    public var label: String?
    /// The type as printed, which decides the JSON member.
    public var type: ArgumentType

    /// Makes a layout from its parts.
    public init(slot: Int, label: String? = nil, type: ArgumentType) {
        self.slot = slot
        self.label = label
        self.type = type
    }
}

/// What a selector does when it is its policy's first match.
public enum SelectorAction: Sendable, Equatable {
    /// Send the event.
    case post
    /// Send no event.
    case noPost
    /// Signal 9.
    case sigkill
    /// Another signal; 0 sends nothing.
    case signal(UInt32)
    /// The function does not run, the caller gets this value (0 or -errno).
    case override(Int32)
    /// A socket is the calling process's.
    case trackSock
    /// A socket is nobody's any more.
    case untrackSock
    /// Ask for a page, in user space.
    case getURL(String)
    /// Ask for a name's address, in user space.
    case dnsLookup(String)
    /// Leave a note for the policy's enforcer.
    case notifyEnforcer
    /// Take such a note back.
    case cleanupEnforcerNotification
    /// An argument of a static probe becomes a value.
    case set
}

/// The stacks of an event.
public struct EventStacks: OptionSet, Sendable, Hashable {
    /// The bits.
    public var rawValue: UInt8

    /// Makes a set from bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Of the kernel.
    public static let kernel = EventStacks(rawValue: 1)
    /// Of the process, where it entered the kernel.
    public static let user = EventStacks(rawValue: 2)
}

/// One selector of a policy on a hook.
public struct SelectorEventLayout: Sendable, Equatable {
    /// Whether enforcing actions are carried out.
    public enum Mode: Sendable, Equatable {
        /// They are.
        case enforce
        /// They are only reported.
        case monitor
    }

    /// Index into `HookEventLayout.policies`.
    public var policy: Int
    /// The actions, in the policy's order; empty means `post`.
    public var actions: [SelectorAction]
    /// What is done when the function returns; empty means `post`.
    public var returnActions: [SelectorAction]
    /// Whether they are carried out.
    public var mode: Mode
    /// The stacks that its events have.
    public var stacks: EventStacks
    /// The event tells the hash of the hook's file.
    public var hasHash: Bool

    /// Makes a layout from its parts.
    public init(
        policy: Int, actions: [SelectorAction] = [], returnActions: [SelectorAction] = [],
        mode: Mode = .enforce, stacks: EventStacks = [], hasHash: Bool = false
    ) {
        self.stacks = stacks
        self.policy = policy
        self.actions = actions
        self.returnActions = returnActions
        self.mode = mode
        self.hasHash = hasHash
    }
}
