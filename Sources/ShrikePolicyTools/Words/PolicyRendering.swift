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
            let bytes = tables.reduce(0) { $0 + memory(of: $1) }
            total += bytes
            let names = hook.layout.policyNames.joined(separator: ", ")
            text +=
                "\(EventHook(hook.target).description)\(hook.target.kind == .functionReturn ? " (return)" : "")\n"
            text += "  policies: \(names); \(hook.selectors.count) selectors in \(hook.wordCount) words\n"
            text += "  time: about \(hook.instructions) instructions a call that matches nothing\n"
            for table in tables {
                text +=
                    "  table \(table.name): \(table.count) entries of \(table.keyBytes) + \(table.valueBytes) bytes\n"
            }
            text += "  memory: about \((bytes + 1023) / 1024) KiB of tables\n"
        }
        return text + "\(plan.hooks.count) hooks, about \((total + 1023) / 1024) KiB of tables\n"
    }

    /// Bytes of kernel memory: the kernel rounds array values up to 8 and adds a node to those of a trie or hash.
    private static func memory(of table: HookTable) -> Int {
        let value = (table.valueBytes + 7) / 8 * 8
        return switch table.kind {
        case .array: max(table.count, 1) * value
        case .hash: max(table.count, 1) * (table.keyBytes + value + 48)
        case .longestPrefix: max(table.count, 1) * (table.keyBytes + value + 40)
        }
    }
}

extension HookEventLayout {
    /// Each policy once, in the order of the bits.
    fileprivate var policyNames: [String] {
        var seen: Set<String> = []
        return policies.map(\.name).filter { seen.insert($0).inserted }
    }
}
