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
        // What the compiler refuses is a finding of its own.
        guard budget.memory != nil || budget.instructions != nil,
            let plan = try? PolicyCompiler.compile(
                [policy], kernel: OfflineKernel(functions: hooks.flatMap(\.names)))
        else { return }
        let bytes = plan.hooks.reduce(0) { $0 + $1.memoryBytes(plan.binaries) }
        if let limit = budget.memory, bytes > limit {
            report(
                "SHR759", policy.name.range,
                "the policy takes about \(ByteCount.text(bytes)) of kernel memory, the budget is "
                    + ByteCount.text(limit),
                help: "use fewer values, or raise `--max-memory`")
        }
        if let limit = budget.instructions,
            let dearest = plan.hooks.max(by: { $0.instructions < $1.instructions }),
            dearest.instructions > limit
        {
            report(
                "SHR766", policy.name.range,
                "the policy adds about \(dearest.instructions) instructions to a call of "
                    + "\(code(dearest.target.symbol)) that it does not match, the budget is \(limit)",
                help: "filter on the process or on numbers instead of texts, or raise `--max-instructions`")
        }
    }
}

/// Bytes as people write them.
enum ByteCount {
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
