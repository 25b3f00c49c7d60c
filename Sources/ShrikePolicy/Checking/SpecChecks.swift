// SPDX-License-Identifier: Apache-2.0
// The parts of a spec that are not selectors: options, lists, enforcers, user space probes.

extension PolicyCheck {
    mutating func checkOptions() {
        var seen: Set<String> = []
        for option in policy.spec.options {
            let names = OptionName.allCases.map(\.rawValue)
            guard let name = OptionName(rawValue: option.name.value) else {
                let help = Suggestion.help(for: option.name.value, among: names)
                error(
                    .unknownOption, option.name.range, "there is no option \(code(option.name.value))",
                    help: help ?? "the options are \(codeList(names))")
                continue
            }
            if !seen.insert(name.rawValue).inserted {
                warn(
                    .optionGivenTwice, option.name.range,
                    "the option `\(name.rawValue)` is given twice, "
                        + "the last one counts", help: "remove one")
            }
            if let expected = Self.expectation(of: name, option.value.value) {
                error(
                    .badOptionValue, option.value.range,
                    option.value.value.isEmpty
                        ? "the option `\(name.rawValue)` has no value"
                        : "\(code(option.value.value)) is not a value of the option `\(name.rawValue)`",
                    help: "write \(expected)")
            } else if name == .overrideMethod, option.value.value == "override-return" {
                checkOverrideReturn(option)
            }
        }
    }

    /// A kernel that can do it refuses the same calls by fmod_ret, which is what enforcers use: the way in is another
    /// than the policy says, the effect is the same. Where the kernel cannot, the policy asks for what is not there.
    private mutating func checkOverrideReturn(_ option: PolicyOption) {
        let calls = policy.spec.enforcers.flatMap { policy.spec.functions(of: $0, kernel: kernel) }
        if let other = calls.first(where: { !$0.isSyscall }) {
            error(
                .badOptionValue, option.value.range,
                "`override-return` cannot refuse \(code(other.symbol)): it is for system calls",
                help: "write `fmod-ret`, or remove the option")
        } else if let reason = kernel?.overrideReturnUnavailable {
            error(
                .badOptionValue, option.value.range, "this kernel has no `override-return`: \(reason)",
                help: "write `fmod-ret`, which refuses the same calls, or remove the option")
        } else {
            warn(
                .badOptionValue, option.value.range,
                "calls are refused by `fmod-ret`, with the effect of `override-return`",
                help: "write `fmod-ret`, or remove the option")
        }
    }

    /// What the option's value should be, if it is something else.
    private static func expectation(of name: OptionName, _ value: String) -> String? {
        switch name {
        case .disableKprobeMulti, .disableUprobeMulti:
            let booleans = ["1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False"]
            return booleans.contains(value) ? nil : "\"true\" or \"false\""
        case .overrideMethod:
            return ["override-return", "fmod-ret"].contains(value) ? nil : "`override-return` or `fmod-ret`"
        case .unknownWorkloads:
            return ["match", "skip"].contains(value) ? nil : "`match` or `skip`"
        case .policyMode:
            return PolicyMode(rawValue: value) == nil ? "`enforce` or `monitor`" : nil
        case .sleepablePreloadSize:
            let number = IntegerSyntax.parse(value)
            return number.map { (1...Int128(Int32.max)).contains($0) } ?? false ? nil : "a positive number"
        }
    }

    mutating func checkLists() {
        var names: Set<String> = []
        for list in policy.spec.lists {
            if !names.insert(list.name.value).inserted {
                error(
                    .badList, list.name.range, "the list \(code(list.name.value)) is defined twice",
                    help: "rename one")
            }
            checkMembers(of: list)
            if let field = list.fields["validated"], !field.isDefault {
                error(
                    .badList, field.nameRange, "`validated: true` would leave the list unchecked",
                    help: "remove `validated`")
            }
        }
    }

    private mutating func checkMembers(of list: FunctionList) {
        let kind = list.kind.value
        let isGenerated = kind == .generatedSyscalls || kind == .generatedFtrace
        if isGenerated, let first = list.values.first {
            error(
                .badList, first.range, "a list of type `\(kind.rawValue)` makes its own values",
                help: "remove `values`")
        }
        if kind == .generatedFtrace, list.pattern == nil {
            error(
                .badList, list.range, "a list of type `generated_ftrace` needs `pattern`",
                help: "add a regular expression, for example `pattern: \"^ksys_.*$\"`")
        }
        if kind != .generatedFtrace, let pattern = list.pattern {
            warn(
                .badList, pattern.range, "`pattern` has no effect on this list",
                help: "give it `type: generated_ftrace`")
        }
        if kind == .generatedFtrace { checkPattern(of: list) }
        if !isGenerated, list.values.isEmpty {
            error(.badList, list.range, "the list \(code(list.name.value)) is empty", help: "add `values`")
        }
        guard kind == .syscalls else { return }
        for value in list.values where !Self.isSystemCall(value.value) {
            error(
                .badList, value.range, "\(code(value.value)) is not written as a system call",
                help: "write `sys_NAME`, or `i386/sys_NAME` for another ABI")
        }
    }

    private mutating func checkPattern(of list: FunctionList) {
        guard let pattern = list.pattern else { return }
        if let problem = list.patternProblem {
            error(
                .badList, pattern.range, "\(code(pattern.value)) is not a regular expression: \(problem)",
                help: "the syntax is that of RE2")
            return
        }
        guard let kernel, !isFull else { return }
        guard let functions = list.matchingFunctions(kernel) else {
            error(
                .badList, pattern.range, "the kernel's functions cannot be listed: tracefs is not mounted",
                help: "mount tracefs on /sys/kernel/tracing, or list the functions")
            return
        }
        if functions.isEmpty {
            error(
                .badList, pattern.range, "no function of this kernel matches \(code(pattern.value))",
                help: "the pattern matches anywhere in a name unless it has `^` and `$`")
        }
    }

    private static func isSystemCall(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2 {
            return ["x64", "i386", "arm64", "arm32"].contains(parts[0]) && parts[1].hasPrefix("sys_")
        }
        return parts.count == 1 && SyscallSymbol.bareName(of: text) != nil
    }

    mutating func checkEnforcers() {
        for enforcer in policy.spec.enforcers {
            if enforcer.calls.isEmpty {
                error(.badEnforcer, enforcer.range, "an enforcer needs `calls`", help: "add system calls")
            }
            for call in enforcer.calls {
                if let name = listReference(call.value) {
                    if !policy.spec.lists.contains(where: { $0.name.value == name }) {
                        undefinedList(name, call.range)
                    }
                } else if SyscallSymbol.bareName(of: call.value) == nil, !call.value.hasPrefix("security_") {
                    error(
                        .badEnforcer, call.range, "\(code(call.value)) is not a call that can be overridden",
                        help: "write a `sys_*` or `security_*` function")
                }
            }
        }
    }

    mutating func checkLoader() {
        let spec = policy.spec
        guard spec.loader, let field = spec.fields["loader"] else { return }
        let hasScope = spec.podSelector != nil || spec.containerSelector != nil || spec.hostSelector != nil
        guard hasScope || policy.kind == .namespaced else { return }
        error(
            .exclusiveFields, field.nameRange, "`loader` reports the whole machine, not selected workloads",
            help: "put it into a policy without selectors")
    }

    mutating func checkTracepoint(_ hook: TracepointHook) {
        for name in [hook.subsystem, hook.event] where name.value.utf8.contains(UInt8(ascii: "/")) {
            error(
                .badTracepoint, name.range, "\(code(name.value)) is not a single name",
                help: "write the part before `/` in `subsystem`, the other in `event`")
            return
        }
        guard let kernel, kernel.knowsTracepoints, !isFull else { return }
        hook.raw ? checkRawTracepoint(hook, kernel) : checkTypedTracepoint(hook, kernel)
    }

    private mutating func checkRawTracepoint(_ hook: TracepointHook, _ kernel: any KernelFacts) {
        guard kernel.rawTracepoint(named: hook.event.value) == nil, kernel.knowsEveryTracepoint else {
            return
        }
        let similar = kernel.similarRawTracepoints(to: hook.event.value).first
        error(
            .unknownTracepoint, hook.event.range,
            "this kernel has no raw tracepoint \(code(hook.event.value))",
            help: similar.map { "did you mean `\($0)`?" }
                ?? "tracepoints of modules and of single system calls are not raw ones")
    }

    private mutating func checkTypedTracepoint(_ hook: TracepointHook, _ kernel: any KernelFacts) {
        if let reason = kernel.tracepointsUnavailable {
            error(
                .notAttachable, hook.event.range, "tracepoints cannot be looked up: \(reason)",
                help: "mount tracefs on /sys/kernel/tracing, or add `raw: true`")
            return
        }
        guard let format = kernel.tracepoint(hook.subsystem.value, hook.event.value) else {
            guard kernel.knowsEveryTracepoint else { return }
            let similar = kernel.similarTracepoints(to: hook.subsystem.value, hook.event.value).first
            error(
                .unknownTracepoint, hook.event.range,
                "this kernel has no tracepoint \(code(hook.target.value))",
                help: similar.map { "did you mean `\($0)`?" })
            return
        }
        for argument in hook.arguments {
            guard format.fields.indices.contains(argument.index) else {
                // The first four are of the tracepoint machinery and say nothing of the event.
                let own = format.fields.enumerated().dropFirst(4).map { "\($0.offset) \($0.element.name)" }
                error(
                    .argumentPastPrototype, argument.indexRange,
                    "\(code(hook.target.value)) has no field \(argument.index)",
                    help: own.isEmpty
                        ? "the event has no fields of its own"
                        : "its fields are \(own.joined(separator: ", "))")
                continue
            }
            let field = format.fields[argument.index]
            // A type that no tracepoint has is told of elsewhere.
            guard HookTypes.allow(argument.type.value, hook, hasResolve: false),
                !field.canBeRead(as: argument.type.value)
            else { continue }
            let name = argument.type.value == .auto ? "" : " as `\(argument.type.value.rawValue)`"
            let fitting = field.automaticType.map { "write `type: \($0.rawValue)`" }
            error(
                .typeCannotWork, argument.type.range,
                "field \(argument.index) `\(field.name)` is \(code(field.type)), it cannot be read\(name)",
                help: fitting ?? "read another field")
        }
    }

    mutating func checkUserProbe(_ hook: UserProbeHook) {
        checkProbePath(hook.path)
        let given = ["symbols", "offsets", "addrs"].filter { hook.fields.isSet($0) }
        if given.count != 1 {
            let range = given.count > 1 ? hook.fields[given[1]]?.nameRange : nil
            error(
                .badUserProbe, range ?? hook.range,
                "a uprobe needs exactly one of `symbols`, `offsets` and `addrs`",
                help: given.isEmpty ? "add `symbols`" : "remove all but one")
        }
        let counters = hook.referenceCounterOffsets.count
        let places = hook.symbols.count + hook.offsets.count + hook.addresses.count
        if counters > 0, counters != places, let field = hook.fields["refCtrOffsets"] {
            error(
                .badUserProbe, field.nameRange,
                "`refCtrOffsets` has \(counters) entries for \(places) places",
                help: "give one for each")
        }
        for place in hook.places { checkPlace(place, hook) }
        checkTypes(of: hook)
        checkDigests(hook)
    }

    /// The file with the types of the program.
    private mutating func checkTypes(of hook: any PolicyHook) {
        guard let file = hook.btfPath, let range = hook.fields["btfPath"]?.valueRange else { return }
        checkProbePath(Located(file, at: range))
        guard !isFull, let problem = kernel?.typesProblem(ofFile: file) else { return }
        error(
            .badResolvePath, range, "\(code(file)) has no types: \(problem.message)", help: problem.help)
    }

    private mutating func checkDigests(_ hook: UserProbeHook) {
        for digest in hook.binaryDigests where BinaryDigest(digest.value) == nil {
            error(
                .badUserProbe, digest.range, "\(code(digest.value)) is not a digest",
                help: "write `sha256:` or `build-id:` and hexadecimal digits")
        }
        guard !isFull, let field = hook.fields["binaryDigests"], let problem = hook.digestProblem(kernel)
        else {
            return
        }
        let message = "\(code(hook.path.value)) is not the file that is meant: \(problem.message)"
        if hook.ignoreDigestFailure {
            warn(.badUserProbe, field.valueRange, "the hook is left out: \(message)")
        } else {
            error(.badUserProbe, field.valueRange, message, help: problem.help)
        }
    }

    private mutating func checkPlace(_ place: UserProbePlace, _ hook: UserProbeHook) {
        guard let name = place.name else {
            error(
                .badUserProbe, place.range, "\(code(place.text)) is not a function and an offset",
                help: "write `name` or `name+0x10`")
            return
        }
        checkReturnPlace(name, place, hook)
        guard !isFull, case .failure(let problem)? = kernel?.place(name, inFile: hook.path.value) else {
            return
        }
        error(
            .badUserProbe, place.range,
            "\(code(place.text)) of \(code(hook.path.value)) cannot be probed: \(problem.message)",
            help: problem.help)
    }

    mutating func checkStaticProbe(_ hook: USDTHook) {
        checkProbePath(hook.path)
        checkTypes(of: hook)
        guard !isFull,
            let found = kernel?.staticProbe(hook.provider.value, hook.name.value, inFile: hook.path.value)
        else { return }
        switch found {
        case .failure(let problem):
            error(
                .badUserProbe, hook.name.range,
                "\(code(hook.target.value)) of \(code(hook.path.value)) cannot be probed: \(problem.message)",
                help: problem.help)
        case .success(let places):
            for argument in hook.arguments { checkStaticArgument(argument, hook, places) }
        }
    }

    private mutating func checkStaticArgument(
        _ argument: Argument, _ hook: USDTHook, _ places: [StaticProbePlace]
    ) {
        let count = places.map(\.arguments.count).min() ?? 0
        guard argument.index < count else {
            error(
                .argumentPastPrototype, argument.indexRange,
                "\(code(hook.target.value)) has no argument \(argument.index): it has \(count)",
                help: count == 0 ? "remove the argument" : "the indexes are 0 to \(count - 1)")
            return
        }
        let unreadable = places.lazy.map { $0.arguments[argument.index] }.first { $0.location == nil }
        guard let unreadable else { return }
        error(
            .typeCannotWork, argument.indexRange,
            "argument \(argument.index) of \(code(hook.target.value)) is \(code(unreadable.text)), which cannot be read",
            help: "it is no integer, or not in a register or at an address in one")
    }

    mutating func checkProbePath(_ path: Located<String>) {
        if path.value.hasPrefix("/") { return }
        warn(
            .badUserProbe, path.range, "a relative path is taken from the daemon's working directory",
            help: "write an absolute path")
    }

    mutating func checkReturn(of hook: any PolicyHook) {
        if hook.returns { return }
        for name in ["returnArg", "returnArgAction"] where hook.fields.isSet(name) {
            guard let field = hook.fields[name] else { continue }
            warn(
                .needsReturn, field.nameRange, "`\(name)` has no effect without `return: true`",
                help: "add `return: true`, or remove it")
        }
    }
}
