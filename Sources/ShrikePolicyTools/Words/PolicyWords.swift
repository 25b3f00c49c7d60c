// SPDX-License-Identifier: Apache-2.0
// A policy in plain English.

public import ShrikePolicy

/// What one selector says.
struct Statement: Sendable {
    /// `the LSM hook file_open`
    var hook: String
    /// What is done, in the third person: `denies the call (EPERM) and posts an event`.
    var action: String
    /// All must hold.
    var conditions: [Predicate]
    /// The selectors before it in the hook decide first.
    var isFirst: Bool

    /// The action with its conditions.
    var sentence: String {
        let wanted = conditions.map(\.text).joined(separator: ", and ")
        let condition = conditions.isEmpty ? (isFirst ? "always" : "in all other cases") : "when \(wanted)"
        return "\(action) \(condition)"
    }
}

/// Policies in words.
public enum PolicyWords {
    /// What a policy watches and what it does, one numbered line a selector.
    public static func explanation(of policy: TracingPolicy) -> String {
        var text = "\(policy.kind.rawValue) \(policy.name.value)"
        if policy.kind == .namespaced {
            text += ", for the pods of namespace \(policy.namespace?.value ?? "default")"
        }
        if policy.spec.podSelector != nil || policy.spec.containerSelector != nil {
            text += ", for selected pods"
        }
        text += policy.spec.mode == .monitor ? ", in monitor mode: nothing is enforced\n" : "\n"
        for hook in policy.spec.hooks {
            text += "\nAt \(name(of: hook)), the first of these that applies:\n"
            for (number, statement) in statements(of: hook, policy.spec).enumerated() {
                text += "  \(number). \(statement.sentence)\n"
            }
        }
        return text
    }

    static func name(of hook: any PolicyHook) -> String {
        switch hook {
        case let hook as KprobeHook:
            let kind =
                hook.listName != nil
                ? "the functions of" : hook.syscall ? "the system call" : "the kernel function"
            return
                "\(hook.returns ? "the return of " : "")\(kind) \(hook.listName ?? SyscallSymbol.bareName(of: hook.call.value) ?? hook.call.value)"
        case let hook as LSMHook: return "the LSM hook \(hook.hook.value)"
        case let hook as TracepointHook: return "the tracepoint \(hook.target.value)"
        default: return "\(hook.section.rawValue) of \(hook.target.value)"
        }
    }

    static func statements(of hook: any PolicyHook, _ spec: PolicySpec) -> [Statement] {
        let name = name(of: hook)
        guard !hook.selectors.isEmpty else {
            return [Statement(hook: name, action: "posts an event", conditions: [], isFirst: true)]
        }
        return hook.selectors.enumerated().map { number, selector in
            Statement(
                hook: name, action: action(of: selector, isMonitored: spec.mode == .monitor),
                conditions: selector.predicates, isFirst: number == 0)
        }
    }

    private static func action(of selector: Selector, isMonitored: Bool) -> String {
        let all = selector.actions + selector.returnActions
        var words: [String] = []
        for action in all where !isMonitored {
            switch action.kind.value {
            case .override: words.append("denies the call (error \(action.errorNumber?.value ?? 0))")
            case .sigkill: words.append("kills the process")
            case .signal: words.append("sends signal \(action.signal?.value ?? 0)")
            case .notifyEnforcer: words.append("notifies the enforcer")
            default: break
            }
        }
        let isSilent = all.contains { $0.kind.value == .noPost }
        if isSilent, words.isEmpty { return "does nothing" }
        words.append(isSilent ? "posts no event" : "posts an event")
        return words.joined(separator: " and ")
    }
}
