// SPDX-License-Identifier: Apache-2.0
// SHR680 to SHR689: system calls, their twins and their other entries.

internal import ShrikePolicy

extension PolicyLint {
    mutating func checkSyscalls() {
        let rules = hooks.filter { $0.isSyscall && !$0.isGenerated }
        let called = Set(rules.flatMap(\.names).map { String($0.dropFirst("sys_".count)) })
        checkTwins(rules, called)
        for rule in rules {
            checkOtherABI(rule)
            checkPrefix(rule)
            checkArgumentCount(rule)
        }
    }

    private mutating func checkTwins(_ rules: [RuleHook], _ called: Set<String>) {
        for twins in KnownFunctions.twins {
            let present = twins.intersection(called)
            let missing = twins.subtracting(called)
            guard !present.isEmpty, !missing.isEmpty else { continue }
            let rule = rules.first { rule in
                rule.names.contains { present.contains(String($0.dropFirst("sys_".count))) }
            }
            guard let rule else { continue }
            let common = twins.compactMap { KnownFunctions.commonHooks[$0] }.first
            report(
                "SHR680", rule.hook.target.range,
                "the same can be done with \(codeList(missing.sorted().map { "sys_" + $0 }))",
                help: common.map { "hook `\($0)`, which all of them reach, or all of them" }
                    ?? "hook all of them")
        }
    }

    private mutating func checkOtherABI(_ rule: RuleHook) {
        guard isEnforcing, rule.selectors.contains(where: \.enforces), let kprobe = rule.hook as? KprobeHook
        else {
            return
        }
        let list = kprobe.listName.flatMap { name in policy.spec.lists.first { $0.name.value == name } }
        let hasOther = list?.values.contains { $0.value.hasPrefix("i386/") || $0.value.contains("__ia32_") }
        let isOther = kprobe.call.value.hasPrefix("__ia32_")
        let others = hooks.contains { ($0.hook as? KprobeHook)?.call.value.hasPrefix("__ia32_") == true }
        if hasOther == true || isOther || others { return }
        report(
            "SHR681", kprobe.call.range, "a 32-bit program enters by another function and is not stopped",
            help: "use a list with `i386/sys_…` entries, or a `security_*` function or LSM hook")
    }

    private mutating func checkPrefix(_ rule: RuleHook) {
        guard let kprobe = rule.hook as? KprobeHook, kprobe.listName == nil,
            let name = SyscallSymbol.bareName(of: kprobe.call.value),
            kprobe.call.value.hasPrefix("__x64_") || kprobe.call.value.hasPrefix("__arm64_")
        else {
            return
        }
        report(
            "SHR806", kprobe.call.range, "\(code(kprobe.call.value)) is the name on one architecture only",
            help: "write `sys_\(name)`", fix: replacing(kprobe.call, with: "sys_" + name))
    }

    /// Arguments past those of the system call, where kernels have its own function.
    private mutating func checkArgumentCount(_ rule: RuleHook) {
        guard rule.names.count == 1, let name = rule.names.first else { return }
        for argument in rule.hook.arguments {
            let known = kernels.compactMap { kernel in
                kernel.function(named: "__do_" + name).map { (kernel.label, $0) }
            }
            let short = known.filter { argument.index >= $0.1.parameters.count }
            guard let first = short.first, short.count == known.count else { continue }
            report(
                "SHR682", argument.indexRange,
                "`\(name)` takes \(first.1.parameters.count) arguments, there is no index \(argument.index)",
                help: "remove the argument", kernels: short.map(\.0))
        }
    }
}
