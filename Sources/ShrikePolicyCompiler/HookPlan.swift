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
    /// An LSM hook.
    case lsm
    /// A raw tracepoint: its parameters.
    case rawTracepoint
    /// A tracepoint: the fields of its record.
    case tracepoint

    /// By name, so that plans come in the same order each time.
    public static func < (left: HookKind, right: HookKind) -> Bool { left.rawValue < right.rawValue }
}

/// What is hooked.
public struct HookTarget: Sendable, Hashable, Comparable {
    /// What kind of place it is.
    public var kind: HookKind
    /// The kernel symbol; the LSM hook without prefix; `subsystem/event` of a tracepoint.
    public var symbol: String
    /// Arguments are behind the `struct pt_regs *` of a syscall's function.
    public var isSyscall: Bool

    /// A place in the kernel.
    public init(_ kind: HookKind = .function, symbol: String, isSyscall: Bool = false) {
        self.kind = kind
        self.symbol = symbol
        self.isSyscall = isSyscall
    }

    /// By name, so that plans come in the same order each time.
    public static func < (left: HookTarget, right: HookTarget) -> Bool {
        (left.symbol, left.kind, left.isSyscall ? 1 : 0) < (right.symbol, right.kind, right.isSyscall ? 1 : 0)
    }
}

/// Where an argument comes from.
public enum ArgumentSource: Sendable, Hashable {
    /// The function's parameter of this number.
    case parameter(Int)
    /// A system call's argument of this number.
    case systemCall(Int)
    /// What the function returned.
    case result
    /// A number or an address in the tracepoint's record.
    case field(offset: Int, bytes: Int, isSigned: Bool)
    /// A text in the record.
    case fieldText(offset: Int, bytes: Int)
    /// A text in the record, where a `__data_loc` word says.
    case dataLocation(offset: Int)
}

/// One distinct argument of a hook: read once for all policies.
public struct PlannedArgument: Sendable, Hashable {
    /// Where it comes from.
    public var source: ArgumentSource
    /// How it is read.
    public var type: shrike_argument_type
    /// The structure's size; nil for numbers and texts.
    public var objectBytes: Int?
    /// The parameter with a buffer's size, counted from 0.
    public var sizeIndex: Int?
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
    /// By selector bit.
    public var selectors: [PlannedSelector]
    /// How its events are taken apart; hook id and generation are set by whoever loads it.
    public var layout: HookEventLayout

    /// Some selector refuses the operation, here or, of a return hook, at its entry.
    public var refuses: Bool { selectors.contains { $0.overrideError != nil } }
    /// Some selector refuses or signals, here or, of a return hook, at its entry.
    public var enforces: Bool { selectors.contains { $0.overrideError != nil || $0.signal != 0 } }
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
}
