// SPDX-License-Identifier: Apache-2.0
// Lists of system calls as the numbers that `syscall64` is compared with.

internal import ShrikeSystemCalls

extension TracingPolicy {
    /// The policy with numbers for `list:NAME` among the values of its tracepoints' filters. What is wrong with the
    /// lists, `PolicyChecker` has told.
    /// - Parameter kernel: has the calls of generated lists.
    public func expandingLists(_ kernel: (any KernelFacts)?) -> TracingPolicy {
        var policy = self
        for index in policy.spec.tracepoints.indices {
            policy.spec.tracepoints[index].selectors = policy.spec.tracepoints[index].selectors.map {
                selector in
                var selector = selector
                selector.matchArgs = selector.matchArgs.map { expanded($0, kernel) }
                return selector
            }
        }
        return policy
    }

    private func expanded(_ filter: ArgumentFilter, _ kernel: (any KernelFacts)?) -> ArgumentFilter {
        guard filter.values.contains(where: { listReference($0.value) != nil }) else { return filter }
        let values = filter.values.flatMap { value -> [Located<String>] in
            guard let name = listReference(value.value) else { return [value] }
            guard let list = spec.lists.first(where: { $0.name.value == name }) else { return [] }
            return list.systemCallNumbers(kernel).map { Located(String($0), at: value.range) }
        }
        return ArgumentFilter(
            index: filter.index, args: filter.args, operator: filter.operator, values: values,
            fields: filter.fields, range: filter.range)
    }
}

extension FunctionList {
    fileprivate func systemCallNumbers(_ kernel: (any KernelFacts)?) -> [Int] {
        switch kind.value {
        case .syscalls: values.compactMap { SystemCallName($0.value)?.number }
        case .generatedSyscalls:
            (kernel?.systemCallSymbols ?? []).compactMap { SystemCallName($0)?.number }
        case .functions, .generatedFtrace: []
        }
    }
}

/// A system call as lists name it: `sys_openat`, `__x64_sys_openat`, `i386/sys_openat`.
struct SystemCallName {
    /// `x64`, `i386`, `arm64` or `arm32`.
    let abi: String
    /// Without `sys_`.
    let name: String

    /// Nil for a text that is none.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        guard let bare = SyscallSymbol.bareName(of: parts[parts.count - 1]) else { return nil }
        name = bare
        if parts.count == 2 {
            abi = parts[0]
        } else if text.hasPrefix("__ia32_") {
            abi = "i386"
        } else {
            abi = SystemCalls.defaultABI
        }
    }

    /// As a `syscall64` has it; nil for a call that its ABI has not.
    var number: Int? {
        guard let number = SystemCalls.number(of: name, abi: abi) else { return nil }
        return abi == "i386" || abi == "arm32" ? number | SystemCalls.marker32 : number
    }
}
