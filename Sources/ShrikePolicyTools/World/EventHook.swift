// SPDX-License-Identifier: Apache-2.0
// How a test names a place in the kernel: lsm/file_open, kprobe/commit_creds, syscall/openat,
// tracepoint/sched/sched_process_exec, raw/sys_enter, uprobe//usr/bin/bash:readline.

internal import ShrikePolicy
internal import ShrikePolicyCompiler

/// The place of an event.
public struct EventHook: Sendable, Hashable, CustomStringConvertible {
    /// Its kinds; the raw value is how a test writes it.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// An LSM hook.
        case lsm
        /// A kernel function, of `kprobes` or `fentries`.
        case kprobe
        /// A system call.
        case syscall
        /// A tracepoint: subsystem/event.
        case tracepoint
        /// A raw tracepoint.
        case raw
        /// A place in a user space file: path:place.
        case uprobe
        /// A static probe of a user space file: path:provider:name.
        case usdt
    }

    /// What it is.
    public let kind: Kind
    /// Its name in the kernel; of a system call the symbol.
    public let symbol: String
    /// As the test wrote it.
    public let description: String

    /// The place that a text names; nil when it is none.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])), !parts[1].isEmpty else {
            return nil
        }
        self.kind = kind
        let name = String(parts[1])
        if kind == .syscall {
            symbol = SyscallSymbol.symbol(for: SyscallSymbol.bareName(of: name) == nil ? "sys_" + name : name)
        } else {
            symbol = name
        }
        description = text
    }

    /// The place of a plan.
    init(_ target: HookTarget) {
        switch target.kind {
        case .lsm: kind = .lsm
        case .rawTracepoint: kind = .raw
        case .tracepoint: kind = .tracepoint
        case .userProbe, .userReturn: kind = .uprobe
        case .staticProbe: kind = .usdt
        case .function, .functionReturn, .functionRegisters: kind = target.isSyscall ? .syscall : .kprobe
        }
        symbol = target.symbol
        let name =
            target.isSyscall ? SyscallSymbol.bareName(of: target.symbol) ?? target.symbol : target.symbol
        description = "\(kind.rawValue)/\(name)"
    }

    /// Whether a plan is of this place; a function's return is of it too.
    func isPlace(of target: HookTarget) -> Bool {
        let other = EventHook(target)
        // The subsystem of a raw tracepoint means nothing.
        if kind == .raw, other.kind == .raw {
            return symbol.split(separator: "/").last == other.symbol.split(separator: "/").last
        }
        return kind == other.kind && symbol == other.symbol
    }
}
