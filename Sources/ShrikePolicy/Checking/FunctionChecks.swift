// SPDX-License-Identifier: Apache-2.0
// Kernel functions and LSM hooks: do they exist, and is a system call hooked as one.

extension PolicyCheck {
    mutating func checkFunction(_ hook: KprobeHook) {
        if let action = hook.returnArgumentAction {
            let known = ["TrackSock", "UntrackSock"]
            if !known.contains(where: { $0.lowercased() == action.value.lowercased() }) {
                let help = Suggestion.help(for: action.value, among: known) ?? "write \(codeList(known))"
                error(
                    .unknownValue, action.range, "\(code(action.value)) is not a value of `returnArgAction`",
                    help: help)
            }
        }
        guard let name = hook.listName else {
            checkFunction(named: hook.call, hook)
            return
        }
        guard let list = policy.spec.lists.first(where: { $0.name.value == name }) else {
            undefinedList(name, hook.call.range)
            return
        }
        switch list.kind.value {
        case .functions:
            for value in list.values { checkFunction(named: value, hook) }
        case .generatedFtrace where hook.syscall && !hook.arguments.isEmpty:
            error(
                .notASyscall, hook.call.range, "the list `\(name)` holds plain functions, not system calls",
                help: "add `syscall: false`")
        case .syscalls:
            for value in list.values { checkListedSystemCall(value, hook) }
        case .generatedFtrace, .generatedSyscalls:
            break
        }
    }

    private mutating func checkListedSystemCall(_ value: Located<String>, _ hook: KprobeHook) {
        let symbol = SyscallSymbol.symbol(forListValue: value.value, kernel)
        guard let kernel, !isFull, !hook.ignoreCallNotFound, kernel.function(named: symbol) == nil,
            SyscallSymbol.bareName(of: symbol) != nil
        else { return }
        let similar = kernel.similarFunctions(to: symbol).compactMap { SyscallSymbol.bareName(of: $0) }
        error(
            .unknownFunction, value.range, "this kernel has no system call \(code(value.value))",
            help: similar.first.map { "did you mean `sys_\($0)`?" } ?? Self.callNotFoundHelp)
    }

    mutating func undefinedList(_ name: String, _ range: SourceRange) {
        let names = policy.spec.lists.map(\.name.value)
        error(
            .undefinedList, range, "the list \(code(name)) is not defined",
            help: Suggestion.help(for: name, among: names) ?? "define it in `spec.lists`")
    }

    private mutating func checkFunction(named call: Located<String>, _ hook: KprobeHook) {
        if isFull { return }
        hook.syscall ? checkSystemCall(call, hook) : checkPlainFunction(call, hook)
    }

    private mutating func checkSystemCall(_ call: Located<String>, _ hook: KprobeHook) {
        guard SyscallSymbol.bareName(of: call.value) != nil else {
            checkNotASystemCall(call, hook)
            return
        }
        let symbol = SyscallSymbol.symbol(for: call.value)
        guard let kernel, !hook.ignoreCallNotFound, kernel.function(named: symbol) == nil else {
            if symbol.hasPrefix(SyscallSymbol.prefix) { return }
            warn(
                .foreignArchitecture, call.range,
                "\(code(call.value)) is the entry of another architecture's system calls",
                help: "write the name without prefix to hook this machine's")
            return
        }
        let similar = kernel.similarFunctions(to: symbol).compactMap { SyscallSymbol.bareName(of: $0) }
        error(
            .unknownFunction, call.range, "this kernel has no system call \(code(call.value))",
            help: similar.first.map { "did you mean `sys_\($0)`?" } ?? Self.callNotFoundHelp)
    }

    /// `syscall` is true, often because it was left out, but the name is not that of a system call.
    private mutating func checkNotASystemCall(_ call: Located<String>, _ hook: KprobeHook) {
        let isDefault = hook.fields["syscall"] == nil
        let fix = isDefault ? "add `syscall: false`" : "write `syscall: false`"
        let systemCall = "sys_" + call.value
        if let kernel, kernel.function(named: call.value) != nil {
            let reason = isDefault ? " (`syscall` is true unless the policy says otherwise)" : ""
            error(
                .notASyscall, call.range,
                "\(code(call.value)) is a kernel function, not a system call\(reason)", help: fix)
        } else if let kernel, kernel.function(named: SyscallSymbol.symbol(for: systemCall)) == nil {
            // Neither reading of the name exists.
            if hook.ignoreCallNotFound { return }
            let similar = kernel.similarFunctions(to: call.value).first
            error(
                .unknownFunction, call.range, "this kernel has no function \(code(call.value))",
                help: similar.map { "did you mean `\($0)`, with `syscall: false`?" }
                    ?? "\(fix) for a plain function; \(Self.callNotFoundHelp)")
        } else {
            let other = kernel == nil ? ", or \(fix) if it is a plain kernel function" : ""
            error(
                .syscallNameWithoutPrefix, call.range,
                "\(code(call.value)) is not written as a system call", help: "write `\(systemCall)`\(other)")
        }
    }

    private mutating func checkPlainFunction(_ call: Located<String>, _ hook: KprobeHook) {
        if isEntry(call.value), !hook.arguments.isEmpty {
            error(
                .syscallReadAsFunction, call.range,
                "\(code(call.value)) is a system call's entry: its one parameter is the saved registers",
                help: "write `syscall: true` to read the system call's arguments")
        }
        // What has no prototype in BTF can still be hooked by a kprobe.
        guard let kernel, !hook.ignoreCallNotFound, kernel.function(named: call.value) == nil,
            !kernel.isTraceable(call.value)
        else { return }
        var help = kernel.similarFunctions(to: call.value).first.map { "did you mean `\($0)`?" }
        if kernel.function(named: SyscallSymbol.symbol(for: call.value)) != nil {
            help = "it is a system call: write `syscall: true`"
        }
        error(
            .unknownFunction, call.range, "this kernel has no function \(code(call.value))",
            help: help ?? Self.callNotFoundHelp)
    }

    /// Whether it is the symbol of a system call's entry, whose parameter is the saved registers.
    private func isEntry(_ symbol: String) -> Bool {
        SyscallSymbol.allPrefixes.contains { symbol.hasPrefix($0 + "sys_") }
    }

    private static let callNotFoundHelp = "`ignore: {callNotFound: true}` skips what a kernel lacks"

    mutating func checkLSMHook(_ hook: LSMHook) {
        for prefix in ["security_", "bpf_lsm_", "lsm_"] where hook.hook.value.hasPrefix(prefix) {
            error(
                .lsmHookWithPrefix, hook.hook.range, "an LSM hook is written without `\(prefix)`",
                help: "write `\(hook.hook.value.dropFirst(prefix.count))`")
            return
        }
        guard let kernel, !isFull else { return }
        if let reason = kernel.lsmHooksUnavailable {
            error(
                .notAttachable, hook.hook.range, "this kernel asks no BPF program at LSM hooks: \(reason)",
                help: "start it with `bpf` in the parameter `lsm=`")
            return
        }
        guard !kernel.hasLSMHook(hook.hook.value) else {
            checkAnswer(of: hook)
            return
        }
        let symbol = "bpf_lsm_"
        let similar = kernel.similarFunctions(to: symbol + hook.hook.value).first { $0.hasPrefix(symbol) }
        error(
            .unknownLSMHook, hook.hook.range, "this kernel has no LSM hook \(code(hook.hook.value))",
            help: similar.map { "did you mean `\($0.dropFirst(symbol.count))`?" })
    }

    /// A hook without an answer cannot be overridden.
    private mutating func checkAnswer(of hook: LSMHook) {
        guard prototype(of: hook)?.returnType.kind == .void else { return }
        for action in hook.selectors.flatMap(\.actions) where action.kind.value == .override {
            error(
                .overrideNotPossible, action.kind.range,
                "`Override` cannot refuse \(code(hook.hook.value)): the hook has no answer",
                help: "use `Sigkill`, or the hook that is asked before")
        }
    }

    /// The prototype behind a hook's argument indexes, if it is known.
    func prototype(of hook: any PolicyHook) -> FunctionPrototype? {
        switch hook {
        case let hook as KprobeHook where hook.listName == nil:
            guard hook.syscall else {
                return isEntry(hook.call.value) ? nil : kernel?.function(named: hook.call.value)
            }
            return SyscallSymbol.bareName(of: hook.call.value).flatMap { kernel?.systemCall(named: $0) }
        case let hook as LSMHook:
            return kernel?.function(named: "bpf_lsm_" + hook.hook.value)
        case let hook as TracepointHook where hook.raw:
            return kernel?.rawTracepoint(named: hook.event.value)
        default:
            return nil
        }
    }
}
