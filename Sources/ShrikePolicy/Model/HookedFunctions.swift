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

    /// The calls of an enforcer, each once.
    public func functions(of enforcer: Enforcer, kernel: (any KernelFacts)?) -> [HookedFunction] {
        var seen: Set<String> = []
        return enforcer.calls.flatMap { call -> [HookedFunction] in
            let isSyscall = !call.value.hasPrefix("security_")
            guard let name = listReference(call.value) else {
                let symbol = isSyscall ? SyscallSymbol.symbol(for: call.value) : call.value
                return [HookedFunction(symbol: symbol, isSyscall: isSyscall)]
            }
            // A list of plain functions says by each name what it is.
            return members(of: name, isSyscall: false, kernel).map { member in
                guard !member.isSyscall, SyscallSymbol.bareName(of: member.symbol) != nil else {
                    return member
                }
                return HookedFunction(symbol: SyscallSymbol.symbol(for: member.symbol), isSyscall: true)
            }
        }.filter { seen.insert($0.symbol).inserted }
    }

    private func members(of hook: KprobeHook, _ kernel: (any KernelFacts)?) -> [HookedFunction] {
        guard let name = hook.listName else {
            return [HookedFunction(symbol: hook.symbol, isSyscall: hook.syscall)]
        }
        return members(of: name, isSyscall: hook.syscall, kernel)
    }

    private func members(
        of name: String, isSyscall: Bool, _ kernel: (any KernelFacts)?
    ) -> [HookedFunction] {
        guard let list = lists.first(where: { $0.name.value == name }) else { return [] }
        switch list.kind.value {
        case .functions:
            return list.values.map { value in
                HookedFunction(
                    symbol: isSyscall ? SyscallSymbol.symbol(for: value.value) : value.value,
                    isSyscall: isSyscall)
            }
        case .syscalls:
            return list.values.map { value in
                HookedFunction(
                    symbol: SyscallSymbol.symbol(forListValue: value.value, kernel), isSyscall: true)
            }
        case .generatedSyscalls:
            return (kernel?.systemCallSymbols ?? []).map { HookedFunction(symbol: $0, isSyscall: true) }
        case .generatedFtrace:
            return (list.matchingFunctions(kernel) ?? []).map {
                HookedFunction(symbol: $0, isSyscall: isSyscall)
            }
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
