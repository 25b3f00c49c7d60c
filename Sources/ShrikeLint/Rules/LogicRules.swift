// SPDX-License-Identifier: Apache-2.0
// SHR600 to SHR619: selectors that shadow each other, actions that cancel each other, dead parts.

internal import ShrikePolicy

extension PolicyLint {
    mutating func checkLogic() {
        checkUnused()
        var seen: [String: SourceRange] = [:]
        for rule in hooks {
            checkShadowing(rule)
            for selector in rule.selectors { checkActions(selector, rule) }
            let key = "\(rule.hook.section.rawValue) \(rule.hook.target.value)"
            let isProbe = rule.hook.section == .uprobes || rule.hook.section == .usdts
            if let first = seen[key], !isProbe {
                report(
                    "SHR613", rule.hook.target.range,
                    "\(code(rule.hook.target.value)) is hooked twice in this policy, first on line "
                        + "\(first.start.line): a call that both match is reported twice",
                    help: "put all selectors under one hook")
            } else {
                seen[key] = rule.hook.target.range
            }
        }
    }

    private mutating func checkShadowing(_ rule: RuleHook) {
        let keys = rule.selectors.map { $0.filterKeys(in: rule.hook) }
        for (index, later) in rule.selectors.enumerated() {
            for (before, earlier) in rule.selectors[..<index].enumerated() {
                guard let first = keys[before], let second = keys[index] else { continue }
                let line = earlier.selector.range.start.line
                guard first.isSubset(of: second) else { continue }
                if first.isEmpty {
                    report(
                        "SHR600", later.selector.range.line,
                        "the selector is never reached: the one on line \(line) matches everything",
                        help: "move the selector without filters to the end")
                } else if first == second {
                    report(
                        "SHR601", later.selector.range.line,
                        "the selector is never reached: the one on line \(line) has the same filters",
                        help: "remove it, or move its actions to the first")
                } else if later.actions.contains(where: { $0.kind.value == .noPost }), !later.enforces,
                    earlier.enforces
                {
                    report(
                        "SHR611", later.selector.range.line,
                        "the exception has no effect: what it matches, the selector on line \(line) "
                            + "has matched before",
                        help: "move exceptions to the front")
                } else {
                    report(
                        "SHR602", later.selector.range.line,
                        "the selector is never reached: the one on line \(line) matches all that it does",
                        help: "move the narrower selector to the front")
                }
                break
            }
        }
    }

    private mutating func checkActions(_ rule: RuleSelector, _ hook: RuleHook) {
        let kinds = rule.actions.map(\.kind.value)
        if kinds.contains(.post), let silent = rule.actions.first(where: { $0.kind.value == .noPost }) {
            report(
                "SHR614", silent.kind.range, "`NoPost` beside `Post`: no event is sent",
                help: "keep one of the two")
        }
        var seen: Set<ActionKind> = []
        for action in rule.actions where !seen.insert(action.kind.value).inserted {
            guard ![.trackSock, .untrackSock, .set].contains(action.kind.value) else { continue }
            report(
                "SHR615", action.kind.range,
                "the action `\(action.kind.value.rawValue)` occurs twice in the list",
                help: "remove one")
        }
        if kinds.contains(.noPost), kinds.count == 1, hook.selectors.count == 1, !rule.filtersReturn {
            report(
                "SHR616", rule.selector.range.line,
                "the hook's only selector does nothing but suppress events, so the hook does nothing",
                help: "add a selector behind it, or remove the hook")
        }
        for action in rule.actions where action.kind.value == .signal && action.signal?.value == 9 {
            report(
                "SHR816", action.kind.range, "`Signal` with `argSig: 9` is `Sigkill`",
                help: "write `action: Sigkill`")
        }
    }

    private mutating func checkUnused() {
        let spec = policy.spec
        if spec.hooks.isEmpty, !spec.loader {
            report(
                "SHR610", policy.name.range, "the policy has no hooks and does nothing",
                help: "add `kprobes`, `tracepoints` or `lsmhooks`")
        }
        let calls = (spec.kprobes + spec.fentries).compactMap(\.listName)
        let values = spec.hooks.flatMap(\.selectors).flatMap(\.matchArgs).flatMap(\.values).map(\.value)
        let enforced = spec.enforcers.flatMap(\.calls).map(\.value)
        for list in spec.lists {
            let name = list.name.value
            let reference = "list:" + name
            if calls.contains(name) || values.contains(reference) || enforced.contains(reference) { continue }
            report(
                "SHR617", list.name.range, "nothing refers to the list \(code(name))",
                help: "use it as `list:\(name)`, or remove it")
        }
        let used = Set(spec.hooks.flatMap(\.selectors).flatMap(\.macros).map(\.value))
        for macro in spec.selectorMacros where !used.contains(macro.name.value) {
            report(
                "SHR618", macro.name.range, "no selector uses the macro \(code(macro.name.value))",
                help: "name it in `macros`, or remove it")
        }
    }
}

extension SourceRange {
    /// The range cut to its first line: a caret under a whole selector says nothing.
    var line: SourceRange {
        end.line == start.line ? self : SourceRange(file: file, at: start)
    }
}
