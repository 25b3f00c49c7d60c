// SPDX-License-Identifier: Apache-2.0
// The compiled plan of a set of policies, hook by hook, with what it costs.

internal import ShrikeEvents
public import ShrikePolicy
public import ShrikePolicyCompiler

/// Plans in words.
public enum PolicyRendering {
    /// One paragraph a hook: who is on it, what is looked up, how large the tables are.
    /// - Throws: what shriked would refuse.
    public static func text(of policies: [TracingPolicy]) throws(CompileError) -> String {
        let functions = policies.flatMap { policy in
            policy.spec.kprobes.flatMap { policy.spec.functions(of: $0, kernel: nil).map(\.symbol) }
        }
        let plan = try PolicyCompiler.compile(policies, kernel: OfflineKernel(functions: functions))
        var text = ""
        var total = 0
        for hook in plan.hooks {
            let tables = hook.tables(plan.binaries)
            let bytes = hook.memoryBytes(plan.binaries)
            total += bytes
            let names = hook.layout.policyNames.joined(separator: ", ")
            text +=
                "\(EventHook(hook.target).description)\(hook.target.seesResult ? " (return)" : "")\n"
            text += "  policies: \(names); \(hook.selectors.count) selectors in \(hook.wordCount) words\n"
            text += "  time: about \(hook.instructions) instructions a call that matches nothing\n"
            for table in tables {
                text +=
                    "  table \(table.name): \(table.count) entries of \(table.keyBytes) + \(table.valueBytes) bytes\n"
            }
            text += "  memory: about \((bytes + 1023) / 1024) KiB\n"
        }
        return text + "\(plan.hooks.count) hooks, about \((total + 1023) / 1024) KiB\n"
    }
}

extension HookEventLayout {
    /// Each policy once, in the order of the bits.
    fileprivate var policyNames: [String] {
        var seen: Set<String> = []
        return policies.map(\.name).filter { seen.insert($0).inserted }
    }
}
