// SPDX-License-Identifier: Apache-2.0
// SHR650 to SHR669: how an attacker gets round the policy, apart from names of files and calls.

internal import ShrikePolicy

extension PolicyLint {
    mutating func checkSecurity() {
        for rule in hooks {
            for selector in rule.selectors {
                checkUserMemory(selector, rule)
                if isEnforcing, selector.enforces { checkEnforcement(selector, rule) }
                checkNegativeAddresses(selector, rule)
                for action in selector.actions { checkAction(action, selector) }
                if isEnforcing,
                    selector.selector.returnActions.contains(where: { $0.kind.value.isEnforcement }),
                    let field = selector.selector.fields["matchReturnActions"]
                {
                    report(
                        "SHR656", field.nameRange, "the call has returned when these actions run",
                        help: "move them to `matchActions`, which run before the call")
                }
            }
            checkHook(rule)
        }
        checkScope()
    }

    private static let userTypes: Set<ArgumentType> = [
        .string, .charBuffer, .charIOVector, .filename, .sockaddr, .sockaddrUn,
    ]

    private mutating func checkUserMemory(_ selector: RuleSelector, _ rule: RuleHook) {
        guard rule.isSyscall || isSyscallTracepoint(rule) else { return }
        for filter in selector.args {
            guard let argument = rule.argument(of: filter) else { continue }
            let type = argument.type.value
            if Self.userTypes.contains(type) {
                let instead =
                    "hook the kernel's object: `lsmhooks`, or a `security_*` function with `file`, `path` or `sockaddr`"
                if isEnforcing, selector.enforces {
                    report(
                        "SHR650", filter.operator.range,
                        "enforcement decides on the program's own memory: another thread can change the "
                            + "`\(type.rawValue)` after the check",
                        help: instead)
                } else {
                    report(
                        "SHR651", filter.operator.range,
                        "the `\(type.rawValue)` of a system call is the program's own memory and its own "
                            + "spelling of a name", help: instead)
                }
            } else if type == .fd, isEnforcing, selector.enforces {
                report(
                    "SHR652", filter.operator.range,
                    "the descriptor may stand for another file by the time that the call uses it",
                    help: "hook a function that has the `file`")
            }
        }
    }

    private func isSyscallTracepoint(_ rule: RuleHook) -> Bool {
        (rule.hook as? TracepointHook)?.subsystem.value == "syscalls"
    }

    private mutating func checkEnforcement(_ selector: RuleSelector, _ rule: RuleHook) {
        guard let action = selector.enforcement else { return }
        if selector.kills, !selector.denies { checkLateKill(action, rule) }
        if selector.actions.contains(where: { $0.kind.value == .noPost }) {
            report(
                "SHR660", action.kind.range,
                "this is enforced without an event: nobody will know why it failed",
                help: "remove `NoPost`")
        }
        if let limited = selector.actions.first(where: { $0.rateLimit != nil }), let limit = limited.rateLimit
        {
            report(
                "SHR661", limit.range, "a rate limit hides how often this was enforced, and against whom",
                help: "remove `rateLimit`; the action itself is never limited")
        }
        if let parent = selector.selector.matchParentBinaries.first {
            report(
                "SHR662", parent.operator.range,
                "on Tetragon a process whose parent is not known passes this filter",
                help: "do not decide enforcement by the parent alone")
        }
        if let kprobe = rule.hook as? KprobeHook, kprobe.ignoreCallNotFound,
            let field = kprobe.fields["ignore"]
        {
            report(
                "SHR663", field.nameRange,
                "on a kernel without \(code(kprobe.call.value)) nothing is enforced, and nothing says so",
                help: "leave `ignore` out, so that the policy is refused there")
        }
        let allowList = selector.binaries.first {
            $0.operator.value == .notIn || $0.operator.value == .notPrefix
        }
        if let allowList, !selector.selector.fields.isSet("matchWorkloads") {
            report(
                "SHR664", allowList.operator.range,
                "the exception is by path: whoever can write to these files, or run code in their processes, "
                    + "has it too",
                help: "limit it further, for example by `matchNamespaces` or the workload")
        }
        for action in selector.actions where action.kind.value == .signal {
            guard let signal = action.signal, (1...31).contains(signal.value),
                ![9, 19].contains(signal.value)
            else {
                continue
            }
            report(
                "SHR665", signal.range, "the program may catch or ignore signal \(signal.value)",
                help: "use `Sigkill`")
        }
    }

    private mutating func checkLateKill(_ action: Action, _ rule: RuleHook) {
        for name in rule.names {
            if KnownFunctions.afterTheEffect.contains(name) {
                report(
                    "SHR654", action.kind.range,
                    "\(code(name)) runs when it has happened already: the signal comes too late",
                    help: "hook the check before it, a `security_*` function, and use `Override`")
                return
            }
            if rule.isSyscall {
                report(
                    "SHR653", action.kind.range,
                    "the system call is carried out before the signal is handled",
                    help: "put `Override` with `argError: -1` before `\(action.kind.value.rawValue)`")
                return
            }
            if rule.isFunction, KnownFunctions.beforeAChange.contains(where: { name.hasPrefix($0) }) {
                let canOverride = name.hasPrefix("security_")
                report(
                    "SHR655", action.kind.range,
                    "\(code(name)) is asked before a change that happens before the signal is handled",
                    help: canOverride
                        ? "put `Override` with `argError: -1` before `\(action.kind.value.rawValue)`"
                        : "hook the `security_*` function before it, and use `Override`")
                return
            }
        }
    }

    private mutating func checkNegativeAddresses(_ selector: RuleSelector, _ rule: RuleHook) {
        for filter in selector.args {
            let comparison = filter.operator.value
            guard comparison == .notDestinationAddress || comparison == .notSourceAddress else { continue }
            let lengths = Set(filter.values.compactMap { AddressBlock($0.value)?.bytes.count })
            guard lengths.count == 1, let length = lengths.first else { continue }
            let hasFamily = selector.args.contains { $0.operator.value == .family }
            if hasFamily { continue }
            let other = length == 4 ? "IPv6" : "IPv4"
            report(
                "SHR657", filter.operator.range,
                "every \(other) address passes: the list has only \(length == 4 ? "IPv4" : "IPv6")",
                help: "list \(other) too, or add a `Family` filter")
        }
    }

    private mutating func checkAction(_ action: Action, _ selector: RuleSelector) {
        let kind = action.kind.value
        guard kind == .getURL || kind == .dnsLookup else { return }
        report(
            "SHR666", action.kind.range,
            "`\(kind.rawValue)` lets whoever triggers the hook make the agent send requests",
            help: "post the event, and react to it elsewhere")
        if selector.actions.last?.range != action.range {
            report(
                "SHR667", action.kind.range, "`\(kind.rawValue)` is performed only as the last action",
                help: "move it to the end")
        }
    }

    private mutating func checkHook(_ rule: RuleHook) {
        if let probe = rule.hook as? UserProbeHook, probe.symbols.isEmpty, probe.binaryDigests.isEmpty,
            !probe.offsets.isEmpty || !probe.addresses.isEmpty
        {
            report(
                "SHR668", probe.path.range,
                "after an update of \(code(probe.path.value)) the offsets are other code",
                help: "add `binaryDigests`, for example `build-id:…`, or use `symbols`")
        }
    }

    private mutating func checkScope() {
        guard isEnforcing, hooks.contains(where: { $0.selectors.contains(where: \.enforces) }) else { return }
        if let field = policy.spec.fields["nodeSelector"], policy.spec.nodeSelector?.isEmpty == false {
            report(
                "SHR669", field.nameRange,
                "whoever may change a node's labels can take this enforcement off it",
                help: "restrict who may write these labels")
        }
    }
}
