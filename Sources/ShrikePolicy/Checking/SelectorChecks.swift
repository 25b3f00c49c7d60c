// SPDX-License-Identifier: Apache-2.0
// Selectors: which argument a filter means, whether the operator can compare it, the other filters.

extension PolicyCheck {
    mutating func checkSelector(_ selector: Selector, _ hook: any PolicyHook) {
        if isFull { return }
        for filter in selector.matchArgs { checkMatchArgs(filter, hook) }
        for filter in selector.matchData { checkMatchData(filter, hook) }
        for filter in selector.matchReturnArgs { checkMatchReturn(filter, selector, hook) }
        for filter in selector.matchBinaries + selector.matchParentBinaries { checkBinaries(filter) }
        for filter in selector.matchPIDs where filter.values.isEmpty { noValues(filter.operator) }
        for filter in selector.matchNamespaces { checkNamespace(filter) }
        for filter in selector.matchNamespaceChanges { checkNamespaceChange(filter) }
        for filter in selector.matchCapabilities + selector.matchCapabilityChanges {
            checkCapabilities(filter)
        }
        checkActions(selector.actions, .entry, hook)
        checkOverrides(of: selector, hook)
        checkActions(selector.returnActions, .return, hook)
        checkReturnActions(selector, hook)
    }

    private mutating func checkMatchArgs(_ filter: ArgumentFilter, _ hook: any PolicyHook) {
        let comparison = filter.operator.value
        if comparison == .celExpression {
            checkExpression(filter, hook)
            return
        }
        if filter.index == nil, filter.args.isEmpty, comparison != .capabilitiesGained {
            warn(
                .filterWithoutIndex, filter.range,
                "the filter does not say which argument it means, 0 is taken",
                help: "add `index: 0`")
        }
        guard let position = filter.position(in: hook) else {
            undeclaredArgument(filter, hook)
            return
        }
        if comparison == .capabilitiesGained, !checkCapabilitiesGained(filter, hook) { return }
        checkComparison(filter, hook.arguments[position], hook)
    }

    private mutating func undeclaredArgument(_ filter: ArgumentFilter, _ hook: any PolicyHook) {
        if let position = filter.args.first {
            let range = filter.fields["args"]?.valueRange ?? filter.range
            let count = hook.arguments.count
            error(
                .undeclaredArgument, range, "the hook has \(count) `args`, there is no position \(position)",
                help: count == 0 ? "declare the argument in the hook's `args`" : "positions count from 0")
            return
        }
        let index = filter.index?.value ?? 0
        let declared = hook.arguments.map { String($0.index) }
        let list = declared.isEmpty ? "" : "; declared are \(declared.joined(separator: ", "))"
        error(
            .undeclaredArgument, filter.index?.range ?? filter.range,
            "the hook's `args` do not declare an argument with index \(index)\(list)",
            help: "add an entry with `index: \(index)` to `args`")
    }

    private mutating func checkCapabilitiesGained(_ filter: ArgumentFilter, _ hook: any PolicyHook) -> Bool {
        let isPair =
            filter.args.count == 2
            && filter.args.allSatisfy { position in
                hook.arguments.indices.contains(position)
                    && hook.arguments[position].type.value.filterClass == .capabilities
            }
        if isPair { return true }
        error(
            .undeclaredArgument, filter.operator.range,
            "`CapabilitiesGained` compares two arguments that hold capabilities",
            help: "write `args: [OLD, NEW]` with their positions in the hook's `args`")
        return false
    }

    private mutating func checkExpression(_ filter: ArgumentFilter, _ hook: any PolicyHook) {
        if hook.section != .kprobes, hook.section != .uprobes {
            error(
                .badExpression, filter.operator.range,
                "\(hook.section.hookName) does not evaluate expressions", help: "use another operator")
        }
        if filter.values.count != 1 || filter.values[0].value.isEmpty {
            error(
                .badExpression, filter.operator.range, "`CelExpr` takes exactly one value, the expression",
                help: "for example `arg0 == int32(-1)`")
            return
        }
        do throws(ArgumentExpression.Problem) {
            let expression = try ArgumentExpression(
                filter.values[0].value, types: hook.arguments.map(\.type.value.expressionType))
            guard expression.positions.isEmpty else { return }
            error(
                .badExpression, filter.values[0].range, "the expression reads no argument",
                help: "use `arg0`, `arg1`, ... for the entries of `args`")
        } catch {
            self.error(
                .badExpression, filter.values[0].range,
                "cannot use the expression: \(error.message), at its character \(error.offset + 1)",
                help:
                    "there are `arg0`..., numbers, `== != < <= > >= && || ! + -`, `int32() uint32() and() or() xor() not()`"
            )
        }
    }

    private mutating func checkMatchData(_ filter: ArgumentFilter, _ hook: any PolicyHook) {
        guard [.kprobes, .fentries, .uprobes].contains(hook.section) else {
            error(.filterNotForHook, filter.range, "\(hook.section.hookName) has no `data` to match")
            return
        }
        let position = filter.args.first ?? filter.index?.value ?? 0
        guard hook.data.indices.contains(position) else {
            error(
                .undeclaredArgument, filter.index?.range ?? filter.range,
                "the hook has \(hook.data.count) entries in `data`, there is no position \(position)",
                help: "the index of `matchData` is the position in `data`, counted from 0")
            return
        }
        if filter.operator.value == .celExpression || filter.operator.value == .capabilitiesGained {
            error(
                .badExpression, filter.operator.range,
                "`\(filter.operator.value.rawValue)` cannot be used in `matchData`")
            return
        }
        checkComparison(filter, hook.data[position], hook)
    }

    private mutating func checkMatchReturn(
        _ filter: ArgumentFilter, _ selector: Selector, _ hook: any PolicyHook
    ) {
        guard [.kprobes, .fentries, .uprobes].contains(hook.section) else {
            error(.filterNotForHook, filter.range, "\(hook.section.hookName) does not see a return value")
            return
        }
        guard hook.returns, let argument = hook.returnArgument else {
            error(
                .needsReturn, selector.fields["matchReturnArgs"]?.nameRange ?? filter.range,
                "`matchReturnArgs` needs `return: true` and `returnArg`", help: "add them to the hook")
            return
        }
        let index = filter.args.isEmpty ? filter.index?.value ?? 0 : argument.index
        if index != argument.index {
            error(
                .undeclaredArgument, filter.index?.range ?? filter.range,
                "the index of `matchReturnArgs` is \(index), that of `returnArg` is \(argument.index)",
                help: "write `index: \(argument.index)`")
        }
        if filter.operator.value == .celExpression {
            error(.badExpression, filter.operator.range, "`CelExpr` cannot be used in `matchReturnArgs`")
            return
        }
        checkComparison(filter, argument, hook)
    }

    private mutating func checkComparison(
        _ filter: ArgumentFilter, _ argument: Argument, _ hook: any PolicyHook
    ) {
        // The kernel decides what `auto` is; only then can operator and values be judged.
        let type = automaticType(of: argument, hook) ?? argument.type.value
        if type == .auto { return }
        guard filter.operator.value.canCompare(type) else {
            operatorNotForType(filter.operator, type)
            return
        }
        checkValues(filter, type, hook)
    }

    /// What `auto` stands for, as far as the kernel is known.
    private func automaticType(of argument: Argument, _ hook: any PolicyHook) -> ArgumentType? {
        guard argument.type.value == .auto, let hook = hook as? TracepointHook, !hook.raw,
            let format = kernel?.tracepoint(hook.subsystem.value, hook.event.value),
            format.fields.indices.contains(argument.index)
        else { return nil }
        return format.fields[argument.index].automaticType
    }

    private mutating func operatorNotForType(_ comparison: Located<Operator>, _ type: ArgumentType) {
        let name = comparison.value.rawValue
        let possible = Operator.comparing(type)
        if possible.isEmpty {
            let other = Self.filterableInstead[type].map { "declare it as \($0)" }
            error(
                .operatorNotForType, comparison.range,
                "an argument of type `\(type.rawValue)` cannot be filtered",
                help: other ?? "remove the filter")
        } else {
            error(
                .operatorNotForType, comparison.range,
                "`\(name)` cannot compare an argument of type `\(type.rawValue)`",
                help: "its operators are \(codeList(possible.map(\.rawValue)))")
        }
    }

    private static let filterableInstead: [ArgumentType: String] = [
        .filename: "`string`, or hook a function with a `file` or `path`",
        .bpfCmd: "`int`", .capability: "`int`", .charIOVector: "`char_buf`",
    ]

    mutating func noValues(_ comparison: Located<Operator>) {
        error(
            .noValues, comparison.range, "`\(comparison.value.rawValue)` has nothing to compare with",
            help: "add `values`")
    }
}
