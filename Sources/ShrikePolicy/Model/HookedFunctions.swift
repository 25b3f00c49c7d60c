// SPDX-License-Identifier: Apache-2.0
// The kernel functions behind a hook's `call`: one, or the members of a list.

internal import ShrikePattern

/// A function that a hook is put on.
public struct HookedFunction: Sendable, Hashable {
    /// The kernel symbol.
    public var symbol: String
    /// Its arguments are those of a system call.
    public var isSyscall: Bool
}

extension PolicySpec {
    /// The functions of a hook, each once, in the order of the list. Those that the kernel lacks are left out
    /// when the hook says so with `ignore.callNotFound`.
    /// - Parameter kernel: nil when it is not known; generated lists are empty then.
    public func functions(of hook: KprobeHook, kernel: (any KernelFacts)?) -> [HookedFunction] {
        var seen: Set<String> = []
        return members(of: hook, kernel).filter { function in
            guard seen.insert(function.symbol).inserted else { return false }
            guard hook.ignoreCallNotFound, let kernel else { return true }
            return kernel.function(named: function.symbol) != nil || kernel.isTraceable(function.symbol)
        }
    }

    private func members(of hook: KprobeHook, _ kernel: (any KernelFacts)?) -> [HookedFunction] {
        guard let name = hook.listName else {
            return [HookedFunction(symbol: hook.symbol, isSyscall: hook.syscall)]
        }
        guard let list = lists.first(where: { $0.name.value == name }) else { return [] }
        switch list.kind.value {
        case .functions:
            return list.values.map { value in
                HookedFunction(
                    symbol: hook.syscall ? SyscallSymbol.symbol(for: value.value) : value.value,
                    isSyscall: hook.syscall)
            }
        case .syscalls:
            return list.values.map { value in
                HookedFunction(symbol: SyscallSymbol.symbol(forListValue: value.value), isSyscall: true)
            }
        case .generatedSyscalls:
            return (kernel?.systemCallSymbols ?? []).map { HookedFunction(symbol: $0, isSyscall: true) }
        case .generatedFtrace:
            return (list.matchingFunctions(kernel) ?? []).map { HookedFunction(symbol: $0, isSyscall: hook.syscall) }
        }
    }
}

extension FunctionList {
    /// What is wrong with `pattern`, if anything is.
    var patternProblem: String? {
        guard let pattern else { return nil }
        do throws(PatternError) {
            _ = try Pattern(pattern.value)
            return nil
        } catch {
            return error.description
        }
    }

    /// The traceable functions that `pattern` matches; nil if they are not known.
    func matchingFunctions(_ kernel: (any KernelFacts)?) -> [String]? {
        pattern.flatMap { kernel?.traceableFunctions(matching: $0.value) }
    }
}
