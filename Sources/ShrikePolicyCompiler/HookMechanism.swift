// SPDX-License-Identifier: Apache-2.0
// The ways into a hook's program.

/// How a hook's program is entered.
public enum HookMechanism: Sendable, Hashable {
    /// BPF trampoline on entry; sees every call, cannot refuse.
    case fentry
    /// BPF trampoline that may answer in the function's place.
    case modifyReturn
    /// LSM hook of this name.
    case lsm(hook: String)
    /// BPF trampoline on return; sees arguments and result.
    case fexit
    /// Breakpoint or ftrace at the entry, for functions that no trampoline can be put on.
    case kprobe
    /// Parameters of a tracepoint.
    case rawTracepoint(event: String)
    /// Record of a tracepoint.
    case tracepoint(subsystem: String, event: String)
    /// Breakpoint in a user space file.
    case userProbe
    /// The same at a function's entry, and the return address in its callers' stacks.
    case userReturn

    /// The program's name in the object.
    public var program: String {
        switch self {
        case .fentry: "hook_function_entry"
        case .modifyReturn: "hook_function_modify_return"
        case .lsm: "hook_function_lsm"
        case .fexit: "hook_function_return"
        case .kprobe: "hook_function_kprobe"
        case .rawTracepoint: "hook_raw_tracepoint"
        case .tracepoint: "hook_tracepoint"
        case .userProbe: "hook_user_probe"
        case .userReturn: "hook_user_return"
        }
    }

    /// The program that has to be at the function's entry before this one sees a return; nil: none.
    public var entryProgram: String? { self == .userReturn ? "hook_user_call" : nil }

    /// All programs that it takes.
    public var programs: [String] { [program] + (entryProgram.map { [$0] } ?? []) }
}
