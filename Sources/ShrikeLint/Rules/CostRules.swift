// SPDX-License-Identifier: Apache-2.0
// SHR750 to SHR769: what the policy costs in time, memory and events.

internal import ShrikePolicy
internal import ShrikePolicyCompiler

extension PolicyLint {
    mutating func checkCost() {
        for rule in hooks {
            checkFrequency(rule)
            checkPayload(rule)
            if rule.isGenerated { checkGenerated(rule) }
        }
        for list in policy.spec.lists where list.kind.value == .generatedFtrace {
            guard let pattern = list.pattern else { continue }
            let text = pattern.value
            if text.hasPrefix("^"), text.count > 3, !text.hasPrefix("^.*") { continue }
            report(
                "SHR760", pattern.range, "the pattern is not anchored and matches anywhere in a name",
                help: "start it with `^` and the common prefix of the functions")
        }
        checkBudget()
    }

    private mutating func checkFrequency(_ rule: RuleHook) {
        let range = rule.hook.target.range
        let isFiltered = !rule.selectors.isEmpty && rule.selectors.allSatisfy(\.hasFilters)
        let hasProcesses = !rule.selectors.isEmpty && rule.selectors.allSatisfy(\.hasProcessFilters)
        for name in rule.names {
            if name.hasPrefix("raw_syscalls/") {
                if !isFiltered {
                    report(
                        "SHR751", range, "this runs, and posts an event, for each system call of the machine",
                        help: "filter the id with `InMap`, or hook single system calls")
                }
            } else if KnownFunctions.scheduler.contains(name) {
                report(
                    "SHR752", range,
                    "\(code(name)) runs thousands of times a second, for whoever is on the CPU",
                    help: "hook what the process asks for instead")
            } else if KnownFunctions.packets.contains(name) {
                report(
                    "SHR753", range, "\(code(name)) runs for each packet, often not in the sender's context",
                    help: "hook `tcp_connect`, `security_socket_*` or the like, once for each connection")
            } else if KnownFunctions.memory.contains(name) {
                report(
                    "SHR754", range, "\(code(name)) runs for each allocation or page",
                    help: "hook what the process asks for instead")
            } else if let often = KnownFunctions.hot[name], !isFiltered {
                report(
                    "SHR750", range, "\(code(name)) is called for \(often), and an event is posted each time",
                    help: "add selectors, or hook something rarer")
            } else if let often = KnownFunctions.hot[name], !hasProcesses, !isScoped {
                report(
                    "SHR755", range, "\(code(name)) is called for \(often), by every process",
                    help:
                        "add `matchBinaries` or a `podSelector`, so that other processes leave the hook early"
                )
            }
        }
    }

    private mutating func checkPayload(_ rule: RuleHook) {
        let isHot = rule.names.contains {
            KnownFunctions.hot[$0] != nil || KnownFunctions.packets.contains($0)
        }
        let large: Set<ArgumentType> = [
            .string, .charBuffer, .charIOVector, .file, .path, .fd, .dentry, .linuxBinprm, .ioVectorIterator,
            .filename, .dataLoc,
        ]
        if rule.hook.arguments.count(where: { large.contains($0.type.value) }) > 2 {
            report(
                "SHR756", rule.hook.fields["args"]?.nameRange ?? rule.hook.range.line,
                "several arguments of up to 4096 bytes each: an event holds 9000 bytes, the rest is cut",
                help: "read only the arguments that are needed")
        }
        for argument in rule.hook.arguments where argument.maxData && isHot {
            report(
                "SHR757", argument.fields["maxData"]?.nameRange ?? argument.range.line,
                "up to 320 KiB are copied for each call of a function that is called very often",
                help: "remove `maxData`")
        }
        for selector in rule.selectors {
            for action in selector.actions where action.kernelStackTrace || action.userStackTrace {
                guard action.rateLimit == nil else { continue }
                let name = action.kernelStackTrace ? "kernelStackTrace" : "userStackTrace"
                report(
                    "SHR761", action.fields[name]?.nameRange ?? action.range.line,
                    "a stack is walked for each event", help: "add `rateLimit`")
            }
            for action in selector.actions where action.imaHash && selector.args.isEmpty {
                report(
                    "SHR762", action.fields["imaHash"]?.nameRange ?? action.range.line,
                    "the file is hashed for each event", help: "add `matchArgs`")
            }
            for filter in selector.args
            where [.subString, .subStringIgnoringCase].contains(filter.operator.value) && isHot {
                report(
                    "SHR763", filter.operator.range, "each call searches its whole argument for the text",
                    help: "use `Prefix` or `Postfix`, which need one look-up")
            }
            for filter in selector.selector.matchBinaries
            where filter.followChildren
                && KnownPaths.vitalPrograms[0].names.contains(
                    String(filter.values.first?.lastComponent ?? ""))
            {
                report(
                    "SHR764", filter.operator.range, "every process descends from init",
                    help: "name the programs, or remove the filter")
            }
        }
    }

    private mutating func checkGenerated(_ rule: RuleHook) {
        if rule.selectors.allSatisfy({ !$0.hasFilters }) {
            report(
                "SHR765", rule.hook.target.range, "an event is posted for each call of hundreds of functions",
                help: "add `matchBinaries`, or list the functions by name")
        }
    }

    private mutating func checkBudget() {
        let count = hooks.reduce(0) { $0 + $1.selectors.count }
        if let limit = budget.selectors, count > limit {
            report(
                "SHR758", policy.name.range, "the policy has \(count) selectors, the budget is \(limit)",
                help: "merge selectors, or raise `--max-selectors`")
        }
        let bytes = PolicyEstimate.memory(of: policy)
        if let limit = budget.memory, bytes > limit {
            report(
                "SHR759", policy.name.range,
                "the policy takes about \(PolicyEstimate.text(bytes)) of kernel memory, the budget is "
                    + PolicyEstimate.text(limit),
                help: "use fewer values, or raise `--max-memory`")
        }
        if let limit = budget.instructions, let (target, count) = dearestCall(), count > limit {
            report(
                "SHR766", policy.name.range,
                "the policy adds about \(count) instructions to a call of \(code(target.symbol)) that it does not match, "
                    + "the budget is \(limit)",
                help: "filter on the process or on numbers instead of texts, or raise `--max-instructions`")
        }
    }

    /// The hook on which a call costs most; nil when the policy hooks nothing.
    private func dearestCall() -> (target: HookTarget, instructions: Int)? {
        let functions = hooks.flatMap(\.names)
        // What the compiler refuses is a finding of its own.
        let plan = try? PolicyCompiler.compile([policy], kernel: OfflineKernel(functions: functions))
        return plan?.hooks.map { ($0.target, $0.instructions) }.max { $0.1 < $1.1 }
    }
}

/// What a policy takes in the kernel, as far as its text says.
enum PolicyEstimate {
    /// What a hook with one selector takes by itself: the kernel accounts 124 KiB on 6.1, as much or less on others.
    private static let hookBytes = 124 << 10

    /// Bytes of map entries: a value with its key and its selector bits (64 of them), and each hook's program and
    /// configuration. An estimate from the sizes of the tables; the kernel does not account a trie's inner nodes.
    static func memory(of policy: TracingPolicy) -> Int {
        policy.spec.hooks.reduce(0) { total, hook in
            hook.selectors.reduce(total + hookBytes) { total, selector in
                let texts = (selector.matchArgs + selector.matchData).flatMap(\.values)
                let binaries = (selector.matchBinaries + selector.matchParentBinaries).flatMap(\.values)
                return (texts + binaries).reduce(total + 64) { $0 + $1.value.utf8.count + 96 }
            }
        }
    }

    /// `12 KiB`.
    static func text(_ bytes: Int) -> String {
        bytes < 10 << 10 ? "\(bytes) bytes" : bytes < 10 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
    }

    /// The bytes of `64KiB`, `2M`, `4096`; nil if it is none of these.
    static func bytes(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), number < 1 << 40 else { return nil }
        switch text.dropFirst(digits.count).lowercased() {
        case "": return number
        case "k", "kb", "kib": return number << 10
        case "m", "mb", "mib": return number << 20
        case "g", "gb", "gib": return number << 30
        default: return nil
        }
    }
}
