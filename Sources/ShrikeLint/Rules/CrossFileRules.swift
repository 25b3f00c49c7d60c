// SPDX-License-Identifier: Apache-2.0
// SHR619: what only the look at all policies together shows.

internal import ShrikePolicy

enum CrossFileRules {
    /// Policies with the same hooks and the same selectors as one before them.
    static func check(_ policies: [TracingPolicy]) -> [LintFinding] {
        var findings: [LintFinding] = []
        var hooks: [String: (policy: TracingPolicy, range: SourceRange)] = [:]
        for policy in policies {
            for hook in policy.spec.hooks where hook.section != .uprobes && hook.section != .usdts {
                guard let key = key(of: hook, policy) else { continue }
                guard let first = hooks[key] else {
                    hooks[key] = (policy, hook.target.range)
                    continue
                }
                if first.policy.name.range == policy.name.range { continue }
                findings.append(
                    LintFinding(
                        rule: "SHR619", severity: RuleCatalog.rule("SHR619")?.severity ?? .warning,
                        range: hook.target.range,
                        message:
                            "the policy \(code(first.policy.name.value)) has the same hook with the same "
                            + "selectors, \(oneLine(first.range.file)):\(first.range.start.line)",
                        help: "remove one of the two: each call is reported twice"))
            }
        }
        return findings
    }

    /// The hook, its scope and its selectors as text; nil when they cannot be compared.
    private static func key(of hook: any PolicyHook, _ policy: TracingPolicy) -> String? {
        let spec = policy.spec
        guard spec.podSelector == nil, spec.containerSelector == nil, spec.hostSelector == nil,
            policy.kind == .tracingPolicy
        else {
            return nil
        }
        let rule = RuleHook(hook, policy)
        var key = "\(hook.section.rawValue) \(rule.names) \(rule.isSyscall)"
        for selector in rule.selectors {
            guard let filters = selector.filterKeys(in: hook) else { return nil }
            let actions = selector.actions.map {
                "\($0.kind.value) \($0.errorNumber?.value ?? 0) \($0.signal?.value ?? 0)"
            }
            key +=
                "\u{2}" + filters.sorted().joined(separator: "\u{3}") + "\u{2}"
                + actions.joined(separator: "\u{3}")
        }
        return key
    }
}
