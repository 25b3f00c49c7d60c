// SPDX-License-Identifier: Apache-2.0
// Actions: possible on this hook, with parameters of their own and in range.

/// When an action runs.
enum ActionMoment {
    case entry
    case `return`
}

extension ActionKind {
    /// Whether the action does something on hooks of this kind.
    func isPossible(in section: HookSection, _ moment: ActionMoment, isRaw: Bool) -> Bool {
        if moment == .return, self == .override || self == .notifyEnforcer || self == .set { return false }
        return switch self {
        case .post, .noPost: true
        case .sigkill, .signal: section != .fentries
        case .override: [.kprobes, .lsmHooks, .uprobes].contains(section)
        case .getURL, .dnsLookup: [.kprobes, .fentries, .tracepoints].contains(section)
        case .trackSock, .untrackSock, .cleanupEnforcerNotification: section != .lsmHooks
        case .notifyEnforcer: section == .kprobes || section == .tracepoints && !isRaw
        case .set: section == .usdts
        }
    }

    /// The fields that belong to the action, `action` aside.
    var parameters: Set<String> {
        switch self {
        case .post: ["rateLimit", "rateLimitScope", "kernelStackTrace", "userStackTrace", "imaHash"]
        case .signal: ["argSig"]
        case .override: ["argError", "argRegs", "argNewSymbol", "argNewAddr", "argNewOffset"]
        case .notifyEnforcer: ["argError", "argSig"]
        case .getURL: ["argUrl"]
        case .dnsLookup: ["argFqdn"]
        case .trackSock, .untrackSock: ["argSock"]
        case .set: ["argIndex", "argValue"]
        case .noPost, .sigkill, .cleanupEnforcerNotification: []
        }
    }
}

extension LSMHook {
    /// Hooks that may sleep and whose first parameter is a file, or the program that is being executed.
    static let hooksWithFile: Set<String> = [
        "bprm_check_security", "bprm_committed_creds", "bprm_committing_creds", "bprm_creds_for_exec",
        "bprm_creds_from_file", "file_ioctl", "file_lock", "file_open", "file_post_open", "file_receive",
        "mmap_file",
    ]
}

extension PolicyCheck {
    mutating func checkActions(_ actions: [Action], _ moment: ActionMoment, _ hook: any PolicyHook) {
        for action in actions {
            checkParameters(action)
            guard isPossible(action, moment, hook) else { continue }
            switch action.kind.value {
            case .post: checkPost(action, moment, hook)
            case .override where hook.section == .uprobes: checkUserOverride(action, hook)
            case .override: checkOverride(action, hook)
            case .signal: checkSignal(action)
            case .notifyEnforcer: checkNotifyEnforcer(action)
            case .getURL: checkURL(action)
            case .dnsLookup: checkDomainName(action)
            case .trackSock, .untrackSock: checkSocket(action, hook)
            case .set: checkSet(action, hook)
            case .noPost, .sigkill, .cleanupEnforcerNotification: break
            }
        }
    }

    mutating func checkReturnActions(_ selector: Selector, _ hook: any PolicyHook) {
        guard !selector.returnActions.isEmpty, let field = selector.fields["matchReturnActions"] else {
            return
        }
        if ![.kprobes, .fentries, .uprobes].contains(hook.section) {
            error(
                .filterNotForHook, field.nameRange,
                "\(hook.section.hookName) does not see a return, `matchReturnActions` cannot run")
        } else if !hook.returns {
            error(
                .needsReturn, field.nameRange, "`matchReturnActions` needs `return: true` and `returnArg`",
                help: "add them to the hook")
        }
    }

    private mutating func isPossible(
        _ action: Action, _ moment: ActionMoment, _ hook: any PolicyHook
    ) -> Bool {
        let isRaw = (hook as? TracepointHook)?.raw ?? false
        let kind = action.kind.value
        if kind.isPossible(in: hook.section, moment, isRaw: isRaw) { return true }
        let place =
            moment == .return ? "`matchReturnActions`" : isRaw ? "a raw tracepoint" : hook.section.hookName
        var help: String?
        if kind == .override || kind == .sigkill || kind == .signal {
            help = moment == .return ? "move it to `matchActions`" : "use `kprobes` or `lsmhooks`"
        }
        error(
            .actionNotForHook, action.kind.range, "the action `\(kind.rawValue)` is not possible in \(place)",
            help: help)
        return false
    }

    /// Parameters of other actions are ignored by Tetragon except where it refuses them, and so here.
    private mutating func checkParameters(_ action: Action) {
        let kind = action.kind.value
        let own = kind.parameters.union(["action"])
        let refused = ["rateLimit", "kernelStackTrace", "userStackTrace"]
        for field in action.fields.all where !own.contains(field.name) && !field.isDefault {
            let owner = ActionKind.allCases.first { $0.parameters.contains(field.name) }
            let message = "`\(field.name)` has no meaning for the action `\(kind.rawValue)`"
            let help = owner.map { "it belongs to `\($0.rawValue)`" }
            if refused.contains(field.name) {
                error(.parameterOfOtherAction, field.nameRange, message, help: help)
            } else {
                warn(.parameterOfOtherAction, field.nameRange, message, help: help)
            }
        }
    }

    private mutating func checkPost(_ action: Action, _ moment: ActionMoment, _ hook: any PolicyHook) {
        if let limit = action.rateLimit, RateLimit.milliseconds(limit.value) == nil {
            error(
                .badRateLimit, limit.range, "\(code(limit.value)) is not a time",
                help: "write it like `30s`, `5m` or `1h`")
        }
        if action.rateLimit == nil, let scope = action.rateLimitScope {
            warn(
                .badRateLimit, scope.range, "`rateLimitScope` has no effect without `rateLimit`",
                help: "add `rateLimit`")
        }
        let canTrace = moment == .entry && (hook.section == .kprobes || hook.section == .fentries)
        for name in ["kernelStackTrace", "userStackTrace"] where action.fields.isSet(name) && !canTrace {
            let place = moment == .return ? "`matchReturnActions`" : hook.section.hookName
            error(
                .actionNotForHook, action.fields[name]?.nameRange ?? action.range,
                "`\(name)` is not possible in \(place)", help: "only kprobes and fentries have stack traces")
        }
        if action.imaHash, hook.section != .lsmHooks {
            error(
                .actionNotForHook, action.fields["imaHash"]?.nameRange ?? action.range,
                "`imaHash` is not possible in \(hook.section.hookName)", help: "use `lsmhooks`")
        } else if action.imaHash, let hook = hook as? LSMHook {
            checkHash(action, hook)
        }
    }

    private mutating func checkHash(_ action: Action, _ hook: LSMHook) {
        let range = action.fields["imaHash"]?.nameRange ?? action.range
        if !LSMHook.hooksWithFile.contains(hook.hook.value) {
            error(
                .actionNotForHook, range,
                "`imaHash` is not possible at \(code(hook.hook.value)), which has no file that can be hashed then",
                help: "the hooks are \(codeList(LSMHook.hooksWithFile.sorted()))")
        } else if let reason = kernel?.fileHashesUnavailable {
            error(
                .actionNotForHook, range, "this kernel cannot hash files: \(reason)", help: "remove `imaHash`"
            )
        }
    }

    private mutating func checkOverride(_ action: Action, _ hook: any PolicyHook) {
        if let kprobe = hook as? KprobeHook { checkOverridable(action, kprobe) }
        let userOnly = ["argRegs", "argNewSymbol", "argNewAddr", "argNewOffset"]
        for name in userOnly where action.fields.isSet(name) {
            error(
                .parameterOfOtherAction, action.fields[name]?.nameRange ?? action.range,
                "`\(name)` is for uprobes", help: "write `argError`")
        }
        // A program that returns 0 lets the call go on: a success without the call is none that can be had.
        guard let number = action.errorNumber else {
            error(
                .errorNumberMissing, action.range, "`Override` without `argError` lets the call go on",
                help: "add `argError: -1` (EPERM)")
            return
        }
        checkErrorNumber(number)
        if number.value == 0 {
            error(
                .errorNumberMissing, number.range, "`argError: 0` lets the call go on",
                help: "write `argError: -1` (EPERM)")
        }
    }

    private mutating func checkErrorNumber(_ number: Located<Int>) {
        guard !(-4095...0).contains(number.value) else { return }
        let negated = (1...4095).contains(number.value) ? "write `argError: \(-number.value)`" : nil
        error(
            .badErrorNumber, number.range, "`argError` is \(number.value), it must be from -4095 to 0",
            help: negated ?? "for example -1 (EPERM) or -13 (EACCES)")
    }

    private mutating func checkOverridable(_ action: Action, _ hook: KprobeHook) {
        let list = hook.listName.flatMap { name in policy.spec.lists.first { $0.name.value == name } }
        let calls: [String]
        switch list?.kind.value {
        case nil: calls = hook.listName == nil ? [hook.call.value] : []
        case .functions: calls = list?.values.map(\.value) ?? []
        case .syscalls, .generatedSyscalls: return
        case .generatedFtrace: calls = ["the functions of the list"]
        }
        if hook.syscall { return }
        if let plain = calls.first(where: { !$0.hasPrefix("security_") }) {
            error(
                .overrideNotPossible, action.kind.range, "`Override` cannot refuse \(code(plain))",
                help: "it is possible for system calls, `security_*` functions and LSM hooks")
        } else if let silent = calls.first(where: { kernel?.function(named: $0)?.returnType.kind == .void }) {
            error(
                .overrideOfNothing, action.kind.range,
                "\(code(silent)) returns nothing: there is nothing to override",
                help: "hook the check that comes before it")
        }
    }

    private mutating func checkSignal(_ action: Action) {
        guard let signal = action.signal else {
            error(
                .badSignal, action.range, "`Signal` needs `argSig`, else it sends nothing",
                help: "add `argSig: 9`, or write `action: Sigkill`")
            return
        }
        guard !(1...64).contains(signal.value) else { return }
        error(
            .badSignal, signal.range, "`argSig` is \(signal.value), it must be from 1 to 64",
            help: "for example 9 (SIGKILL)")
    }

    private mutating func checkNotifyEnforcer(_ action: Action) {
        if policy.spec.enforcers.isEmpty {
            error(
                .missingParameter, action.kind.range, "`NotifyEnforcer` needs `spec.enforcers`",
                help: "add `enforcers` with the calls to act on")
        }
        if let number = action.errorNumber { checkErrorNumber(number) }
        if let signal = action.signal, !(0...64).contains(signal.value) {
            error(.badSignal, signal.range, "`argSig` is \(signal.value), it must be from 0 to 64")
        }
        if action.errorNumber?.value ?? 0 == 0, action.signal?.value ?? 0 == 0 {
            error(
                .missingParameter, action.range,
                "`NotifyEnforcer` needs `argError` or `argSig`, else "
                    + "nothing happens", help: "add `argError: -1`")
        }
    }

    private mutating func checkSocket(_ action: Action, _ hook: any PolicyHook) {
        let position = action.socketPosition?.value ?? 0
        let isSocket =
            hook.arguments.indices.contains(position)
            && hook.arguments[position].type.value.filterClass == .socket
        if isSocket { return }
        error(
            .undeclaredArgument, action.socketPosition?.range ?? action.range,
            "`argSock` is \(position), no socket is there in `args`",
            help: "write the position of a `sock` or `socket` in `args`, counted from 0")
    }

    private mutating func checkURL(_ action: Action) {
        require(action.url != nil, "argUrl", action)
        guard let url = action.url, WebAddress(url.value) == nil else { return }
        error(
            .badWebAddress, url.range, "\(code(url.value)) is not the address of a page",
            help: "write it like `https://host/path?query`")
    }

    private mutating func checkDomainName(_ action: Action) {
        require(action.domainName != nil, "argFqdn", action)
        guard let name = action.domainName, DomainName.labels(of: name.value) == nil else { return }
        error(
            .badWebAddress, name.range, "\(code(name.value)) is not a domain name",
            help: "write it like `host.example.com`")
    }

    mutating func require(_ isThere: Bool, _ name: String, _ action: Action) {
        if isThere { return }
        error(
            .missingParameter, action.range, "`\(action.kind.value.rawValue)` needs `\(name)`",
            help: "add `\(name)`")
    }
}
