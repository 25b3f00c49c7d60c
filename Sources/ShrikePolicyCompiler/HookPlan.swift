// SPDX-License-Identifier: Apache-2.0
// What the compiler gives: everything that one hook's program needs, as plain data. Nothing here knows of BPF.

public import ShrikeABI
public import ShrikeEvents
public import ShrikePolicy

/// Where in the kernel a hook is.
public enum HookKind: Int, Sendable, Hashable, Comparable {
    /// The entry of a function.
    case function
    /// A function's return.
    case functionReturn
    /// The entry of a function, with all registers: what `source: pt_regs` needs.
    case functionRegisters
    /// An LSM hook.
    case lsm
    /// A raw tracepoint: its parameters.
    case rawTracepoint
    /// A tracepoint: the fields of its record.
    case tracepoint
    /// A place in a user space file.
    case userProbe
    /// A place of a static probe of a user space file.
    case staticProbe
    /// The return of a function that begins at a place in a user space file.
    case userReturn

    /// By name, so that plans come in the same order each time.
    public static func < (left: HookKind, right: HookKind) -> Bool { left.rawValue < right.rawValue }
}

/// A place in a user space file that a uprobe is put on. The same place under another name is another probe: its
/// events say another name.
public struct UserProbe: Sendable, Hashable {
    /// The file, as the policy names it.
    public var path: String
    /// The place, as the policy names it; nil of a static probe.
    public var name: UserPlaceName?
    /// The same as the policy wrote it; of a static probe `provider:name`.
    public var text: String
    /// Where the kernel counts how many probes are on it; 0: nowhere.
    public var referenceCounterOffset: UInt64
    /// Where it is; nil when that is not known.
    public var place: FilePlace?

    /// A probe.
    public init(
        path: String, name: UserPlaceName?, text: String, referenceCounterOffset: UInt64 = 0,
        place: FilePlace? = nil
    ) {
        self.path = path
        self.name = name
        self.text = text
        self.referenceCounterOffset = referenceCounterOffset
        self.place = place
    }
}

/// What is hooked.
public struct HookTarget: Sendable, Hashable, Comparable {
    /// What kind of place it is.
    public var kind: HookKind
    /// The kernel symbol; the LSM hook without prefix; `subsystem/event` of a tracepoint; `path:place` of a uprobe.
    public var symbol: String
    /// Arguments are behind the `struct pt_regs *` of a syscall's function.
    public var isSyscall: Bool
    /// It is the entry of a system call that 32-bit programs make: their arguments are in other registers.
    var isCompat: Bool { isSyscall && symbol.hasPrefix(SyscallSymbol.compatPrefix) }
    /// The place of a uprobe.
    public var userProbe: UserProbe?

    /// A place in the kernel.
    public init(_ kind: HookKind = .function, symbol: String, isSyscall: Bool = false) {
        self.kind = kind
        self.symbol = symbol
        self.isSyscall = isSyscall
    }

    /// A place in a user space file, or one of a static probe.
    public init(_ probe: UserProbe, _ kind: HookKind = .userProbe) {
        self.init(kind, symbol: "\(probe.path):\(probe.text)")
        userProbe = probe
    }

    /// By name, so that plans come in the same order each time.
    public static func < (left: HookTarget, right: HookTarget) -> Bool {
        (left.symbol, left.kind, left.isSyscall ? 1 : 0, left.offsets.0, left.offsets.1)
            < (right.symbol, right.kind, right.isSyscall ? 1 : 0, right.offsets.0, right.offsets.1)
    }

    private var offsets: (UInt64, UInt64) {
        (userProbe?.referenceCounterOffset ?? 0, userProbe?.place?.offset ?? 0)
    }
}

/// Where an argument comes from.
public enum ArgumentSource: Sendable, Hashable {
    /// The function's parameter of this number.
    case parameter(Int)
    /// A system call's argument of this number.
    case systemCall(Int)
    /// The same of a 32-bit program's system call: 32 bits, with a sign or without.
    case compatSystemCall(Int, isSigned: Bool)
    /// An argument of a static probe.
    case user(StaticArgument)
    /// What the function returned.
    case result
    /// A number or an address in the tracepoint's record.
    case field(offset: Int, bytes: Int, isSigned: Bool)
    /// A text in the record.
    case fieldText(offset: Int, bytes: Int)
    /// A text in the record, where a `__data_loc` word says.
    case dataLocation(offset: Int)
    /// The calling thread's `struct task_struct`.
    case currentTask
    /// A part of the registers at the function's entry.
    case register(offset: Int, bytes: Int)
    /// A part of the registers of a system call's caller.
    case systemCallRegister(offset: Int, bytes: Int)
}

/// The way from where an argument comes from to its value.
public struct PlannedPath: Sendable, Hashable {
    /// The policy's words for it, which tell it from others.
    public var text: String
    /// The way in the kernel at hand; nil where none is known: the value is given by whoever describes a call.
    public var resolved: ResolvedPath?
}

/// One distinct argument of a hook: read once for all policies.
public struct PlannedArgument: Sendable, Hashable {
    /// Where it comes from.
    public var source: ArgumentSource
    /// The way on to its value; nil when that is what comes from there.
    public var path: PlannedPath?
    /// How it is read.
    public var type: shrike_argument_type
    /// The structure's size; nil for numbers and texts.
    public var objectBytes: Int?
    /// The parameter with a buffer's size, counted from 0.
    public var sizeIndex: Int?
    /// Where a tracepoint's record has a buffer's size.
    public var sizeField: ArgumentSource?
    /// A buffer holds no more than the function's result says.
    public var isResultSized = false
    /// A buffer that is reported whole.
    public var isLarge = false
    /// The row of the selectors that a file without a path can match; nil when all filters need a path.
    public var pathlessRow: Int?
    /// The row of the selectors that do not ask for the end of a text.
    public var cutRow: Int?
    /// Its text buffer; nil for numbers.
    public var textIndex: Int?
    /// Where its forward table starts; nil when no filter needs it.
    public var forwardTable: UInt32?
    /// Where its reversed table starts.
    public var reverseTable: UInt32?
    /// Its part of the interval table.
    public var intervals: Range<Int>?
    /// Numbers are ordered as signed ones.
    public var isSigned: Bool
    /// Selectors with a filter on it.
    public var filtered: SelectorSet
    /// Selectors alive when the forward table has no match.
    public var forwardDefault: SelectorSet
    /// Selectors alive when the reversed table has no match.
    public var reverseDefault: SelectorSet
    /// Of its forward table: which paths can match at all.
    var screen: PathScreen?
}

/// What a selector does as its policy's first match.
public struct PlannedSelector: Sendable, Hashable {
    /// The bit behind its policy's last selector on this hook.
    public var policyEnd: Int
    /// Whether an event is sent.
    public var isPosted: Bool
    /// The signal to send; 0: none.
    public var signal: Int
    /// The error to refuse with, negative; nil: not refused.
    public var overrideError: Int?
    /// False in the half at entry of a hook on a return: what is posted, or not, the other half counts.
    public var countsPosts = true
    /// The signal to send when the function returns; 0: none. The other two tell then what was done at entry.
    public var returnSignal = 0
    /// How often an event is sent; nil: always.
    public var rateLimit: PlannedRateLimit?
    /// The stacks that its events have.
    public var stacks: EventStacks = []
    /// The event wants the hash of the hook's file.
    public var wantsHash = false
    /// The plan's arguments that are sockets of the calling process from now on.
    public var tracked: Set<Int> = []
    /// The plan's arguments that are nobody's sockets any more.
    public var untracked: Set<Int> = []
    /// What is left for an enforcer.
    public var note: PlannedNote?
    /// What was left for one is taken back.
    public var forgetsNote = false
    /// What becomes of the calling process's registers and memory, in order: what its Override or Set come to.
    public var changes: [PlannedChange] = []
}

/// At most one event in a time, of those that are alike.
public struct PlannedRateLimit: Sendable, Hashable {
    /// The time.
    public var milliseconds: UInt32
    /// Whose events count together.
    public var scope: RateLimitScope
    /// The plan's arguments in which events that are alike do not differ.
    public var arguments: [Int]
}

/// The plan of one hook for all policies on it. Equal plans decide and report alike.
public struct HookPlan: Sendable, Equatable {
    /// What is hooked.
    public var target: HookTarget
    /// The first policy's word for it.
    public var place: SourceRange
    /// Number of 64-bit words of a selector set.
    public var wordCount: Int
    /// All selectors.
    public var everyone: SelectorSet
    /// The distinct arguments, in the order of the event record.
    public var arguments: [PlannedArgument]
    /// Look-ups on parts of arguments.
    public var dimensions: [PlannedDimension] = []
    /// Look-ups on facts of the process, its binary not counted.
    public var facts: [PlannedFact] = []
    /// Text bytes of a look-up key.
    public var textKeyBytes: Int
    /// Text bytes that a reversed look-up compares.
    public var reverseKeyBytes: Int
    /// Some text value is longer than a key.
    public var isChained: Bool
    /// The text table, forward and reversed.
    public var texts: [TextEntry]
    /// The interval table: intervals, and rows of bits, whose start means nothing.
    public var intervals: [Interval]
    /// States of the automata that find substrings.
    public var automaton: [PlannedState] = []
    /// Steps of expressions.
    public var steps: [PlannedStep] = []
    /// By class the candidates, in the dimensions of binaries that some selector filters on.
    public var candidates: [BinaryDimension: [SelectorSet]]
    /// By selector bit; none on a call that is an enforcer's only.
    public var selectors: [PlannedSelector]
    /// Bit n: the hook is a call of enforcer n.
    public var enforcers: UInt64 = 0
    /// Some of them refuse the call.
    public var obeysErrors = false
    /// How its events are taken apart; hook id and generation are set by whoever loads it.
    public var layout: HookEventLayout

    /// Some selector refuses the operation, here or, of a return hook, at its entry.
    public var refuses: Bool { obeysErrors || selectors.contains { $0.overrideError != nil } }
    /// Some selector refuses or signals, here or, of a return hook, at its entry.
    public var enforces: Bool {
        enforcers != 0 || selectors.contains { $0.overrideError != nil || $0.signal != 0 }
    }
}

/// The plans of a set of policies.
public struct PolicyPlan: Sendable, Equatable {
    /// One plan for each distinct hook, ordered by symbol.
    public var hooks: [HookPlan]
    /// The binaries that policies name.
    public var binaries: BinaryTable
    /// The lists whose descendants they follow.
    public var lineages: LineageTable
    /// The workloads that they are for.
    public var scopes: ScopeTable
    /// Where a policy asks for the files that processes map to execute; nil: none does.
    public var loader: SourceRange?

    /// Some events have stacks of the kernel.
    public var hasKernelStacks: Bool {
        hooks.contains { hook in hook.selectors.contains { $0.stacks.contains(.kernel) } }
    }
}
