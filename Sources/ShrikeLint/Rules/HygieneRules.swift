// SPDX-License-Identifier: Apache-2.0
// SHR800 to SHR829: what makes policies easier to keep.

internal import ShrikePolicy

extension PolicyLint {
    mutating func checkHygiene() {
        var usesLong = false
        var usesShort = false
        for rule in hooks {
            checkEnvelope(rule)
            checkDefaults(rule)
            for selector in rule.selectors {
                checkSelector(selector, rule)
                for filter in selector.selector.matchArgs {
                    let comparison = filter.operator.value
                    if comparison == .greaterThan || comparison == .lessThan { usesLong = true }
                    if comparison == .gt || comparison == .lt { usesShort = true }
                }
                for filter in selector.selector.matchNamespaces { checkInodes(filter) }
                for action in selector.actions { checkActionDefaults(action, selector) }
            }
        }
        if usesLong, usesShort { mixedSpelling() }
        checkMode()
    }

    private mutating func checkEnvelope(_ rule: RuleHook) {
        let enforces = rule.selectors.contains(where: \.enforces)
        if rule.hook.message == nil, enforces {
            report(
                "SHR800", rule.hook.target.range, "this enforces without a `message`",
                help: "say in `message` what was refused and why")
        }
        if rule.hook.tags.isEmpty {
            report(
                "SHR801", rule.hook.target.range, "the hook has no `tags`",
                help: "add tags, for example the technique: `attack.T1003`")
        }
        for tag in rule.hook.tags
        where tag.contains(where: { $0.isWhitespace || $0.isUppercase && !tag.hasPrefix("attack.") }) {
            report(
                "SHR802", rule.hook.fields["tags"]?.nameRange ?? rule.hook.range.line,
                "the tag \(code(tag)) has blanks or capitals: readers that filter by it must match it exactly",
                help: "write it in lower case, with `.` or `-` between words")
        }
        if rule.selectors.count > 3 {
            for selector in rule.selectors where selector.selector.label == nil {
                report(
                    "SHR803", selector.selector.range.line,
                    "one of \(rule.selectors.count) selectors, and it has no `label`",
                    help: "name what it is for: statistics and messages show the label")
                break
            }
        }
    }

    private mutating func checkDefaults(_ rule: RuleHook) {
        if let kprobe = rule.hook as? KprobeHook, kprobe.listName == nil, kprobe.fields["syscall"] == nil,
            SyscallSymbol.bareName(of: kprobe.call.value) != nil
        {
            report(
                "SHR804", kprobe.call.range, "`syscall` is left to its default, which is true",
                help: "write `syscall: true`: in builds of Tetragon without Kubernetes it is false",
                fix: insertion(of: "syscall: true", behind: kprobe.fields["call"]))
        }
        for field in rule.hook.fields.all
        where field.isDefault && ["return", "raw", "ignore"].contains(field.name) {
            report(
                "SHR805", field.nameRange, "`\(field.name)` says what is so without it", help: "remove it")
        }
        for name in ["args", "selectors", "tags", "data"] {
            guard let field = rule.hook.fields[name], field.isDefault else { continue }
            report("SHR807", field.nameRange, "`\(name)` is empty", help: "remove it")
        }
        for argument in rule.hook.arguments {
            for field in argument.fields.all
            where field.isDefault && ["returnCopy", "maxData"].contains(field.name) {
                report(
                    "SHR805", field.nameRange, "`\(field.name)` says what is so without it", help: "remove it"
                )
            }
        }
    }

    private mutating func checkSelector(_ rule: RuleSelector, _ hook: RuleHook) {
        for field in rule.selector.fields.all where field.isDefault && field.name.hasPrefix("match") {
            report("SHR807", field.nameRange, "`\(field.name)` is empty", help: "remove it")
        }
        let first = rule.actions.first
        let isPlainPost =
            rule.actions.count == 1 && first?.kind.value == .post && first?.fields.all.count == 1
        if isPlainPost, let action = first {
            report(
                "SHR808", action.kind.range, "`Post` alone is what a selector without actions does",
                help: "remove `matchActions`")
        }
        if !rule.hasFilters, rule.actions.isEmpty || isPlainPost, hook.selectors.count == 1 {
            report(
                "SHR809", rule.selector.range.line, "a single selector without filters is the same as none",
                help: "remove `selectors`")
        }
        let labels = hook.selectors.compactMap(\.selector.label)
        if let label = rule.selector.label, labels.filter({ $0 == label }).count > 1,
            let field = rule.selector.fields["label"]
        {
            report(
                "SHR810", field.valueRange, "two selectors of the hook have the label \(code(label))",
                help: "give each its own")
        }
    }

    private mutating func checkActionDefaults(_ action: Action, _ rule: RuleSelector) {
        if action.kind.value == .post, rule.actions.count > 1, action.fields.all.count == 1 {
            report(
                "SHR811", action.kind.range, "the event is posted anyway, unless there is `NoPost`",
                help: "remove `Post`")
        }
        if action.rateLimitScope?.value == .thread, let field = action.fields["rateLimitScope"] {
            report("SHR805", field.nameRange, "`rateLimitScope: thread` is the default", help: "remove it")
        }
    }

    private mutating func checkInodes(_ filter: NamespaceFilter) {
        for value in filter.values where value.value != "host_ns" {
            report(
                "SHR812", value.range,
                "the namespace \(code(value.value)) is another one after each start of its container",
                help: "use `host_ns`, with `NotIn` for all others")
        }
    }

    private mutating func mixedSpelling() {
        for filter in hooks.flatMap(\.selectors).flatMap(\.selector.matchArgs) {
            let short: String
            switch filter.operator.value {
            case .greaterThan: short = "GT"
            case .lessThan: short = "LT"
            default: continue
            }
            let name = Located(filter.operator.value.rawValue, at: filter.operator.range)
            report(
                "SHR813", filter.operator.range, "the policy writes both `\(name.value)` and the short form",
                help: "write `\(short)`", fix: replacing(name, with: short))
        }
    }

    private mutating func checkMode() {
        guard
            let option = policy.spec.options.last(where: { $0.name.value == OptionName.policyMode.rawValue })
        else {
            return
        }
        let enforces = hooks.contains { $0.selectors.contains(where: \.enforces) }
        if option.value.value == PolicyMode.monitor.rawValue, enforces {
            report(
                "SHR814", option.value.range, "nothing is enforced: the policy is in monitor mode",
                help: "remove the option once the events have been looked at")
        } else if option.value.value == PolicyMode.enforce.rawValue, !enforces {
            report(
                "SHR815", option.value.range, "there is nothing to enforce",
                help: "remove the option")
        }
    }

    /// A line with another field of the mapping, below the line of `field`.
    func insertion(of line: String, behind field: FieldPlaces.Field?) -> TextEdit? {
        guard let field, field.nameRange.start.line == field.valueRange.end.line else { return nil }
        let row = field.nameRange.start.line
        let bytes = text.line(row)
        // Only in block style: the name is the first word of its line, perhaps behind "- ".
        let before = bytes.prefix(field.nameRange.start.column - 1)
        guard before.allSatisfy({ $0 == 0x20 || $0 == UInt8(ascii: "-") }),
            let end = text.offset(of: SourcePosition(line: row, column: 1)).map({ $0 + bytes.count }),
            !bytes.contains(UInt8(ascii: "{"))
        else {
            return nil
        }
        let isCRLF = end < text.bytes.count && text.bytes[end] == 0x0D
        let indent = String(repeating: " ", count: field.nameRange.start.column - 1)
        let column = 1 + bytes.count { $0 & 0xC0 != 0x80 }
        let place = SourceRange(file: field.nameRange.file, at: SourcePosition(line: row, column: column))
        return TextEdit(place, (isCRLF ? "\r\n" : "\n") + indent + line)
    }
}
