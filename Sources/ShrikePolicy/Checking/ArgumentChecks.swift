// SPDX-License-Identifier: Apache-2.0
// Arguments: their index, their type for this kind of hook and this parameter, their flags.

extension PolicyCheck {
    mutating func checkArguments(of hook: any PolicyHook) {
        let prototype = prototype(of: hook)
        for argument in hook.arguments {
            checkIndex(argument, hook, prototype)
            checkType(argument, hook, prototype)
            checkFlags(argument, hook)
            if let source = argument.source {
                error(
                    .badSource, source.range, "`source` is for entries of `data`, not of `args`",
                    help: "move the entry into `data`")
            }
        }
        for entry in hook.data { checkData(entry, hook) }
        if let argument = hook.returnArgument {
            checkTypeForHook(argument, hook, nil)
            if let type = prototype?.returnType { checkFit(argument, type, "the return value") }
        }
    }

    private mutating func checkIndex(
        _ argument: Argument, _ hook: any PolicyHook, _ prototype: FunctionPrototype?
    ) {
        let isField = hook.section == .tracepoints && (hook as? TracepointHook)?.raw == false
        if let prototype, argument.index >= prototype.parameters.count {
            let count = prototype.parameters.count
            let last = count == 1 ? "the only index is 0" : "the indexes are 0 to \(count - 1)"
            error(
                .argumentPastPrototype, argument.indexRange,
                "\(code(hook.target.value)) has no parameter \(argument.index): it has \(count)",
                help: count == 0 ? "remove the argument" : last)
        } else if !isField, argument.index > PolicyLimits.argumentIndex {
            error(
                .argumentIndexTooLarge, argument.indexRange,
                "only the parameters 0 to \(PolicyLimits.argumentIndex) can be read, not \(argument.index)",
                help: hook.section == .kprobes ? "read a register with `data` and `source: pt_regs`" : nil)
        }
    }

    private mutating func checkType(
        _ argument: Argument, _ hook: any PolicyHook, _ prototype: FunctionPrototype?
    ) {
        let parameter = prototype.flatMap { prototype in
            prototype.parameters.indices.contains(argument.index) ? prototype.parameters[argument.index] : nil
        }
        guard checkTypeForHook(argument, hook, parameter), argument.resolve == nil, let parameter else {
            return
        }
        checkFit(argument, parameter, "parameter \(argument.index)")
    }

    /// Whether hooks of this kind can have arguments of the type.
    @discardableResult
    private mutating func checkTypeForHook(
        _ argument: Argument, _ hook: any PolicyHook, _ parameter: ParameterType?
    ) -> Bool {
        let type = argument.type.value
        if HookTypes.allow(type, hook, hasResolve: argument.resolve != nil) { return true }
        if type == .auto {
            let suggestion = parameter.flatMap { PrototypeFit.suggestion(for: $0)?.rawValue }
            error(
                .typeNotForHook, argument.type.range,
                "an argument of \(hook.section.hookName) needs a `type`",
                help: suggestion.map { "write `type: \($0)`" } ?? "add `type`")
        } else {
            error(
                .typeNotForHook, argument.type.range,
                "\(hook.section.hookName) cannot read arguments of type `\(type.rawValue)`",
                help: HookTypes.help(for: type, hook))
        }
        return false
    }

    private mutating func checkFit(_ argument: Argument, _ parameter: ParameterType, _ what: String) {
        let type = argument.type.value
        let help = PrototypeFit.suggestion(for: parameter).map { "write `type: \($0.rawValue)`" }
        switch PrototypeFit.of(type, parameter) {
        case .fits:
            break
        case .doubtful:
            warn(
                .typeDoesNotFit, argument.type.range,
                "\(what) is \(code(parameter.spelling)), which `\(type.rawValue)` may not show right",
                help: help)
        case .impossible:
            error(
                .typeCannotWork, argument.type.range,
                "\(what) is \(code(parameter.spelling)), it cannot be read as `\(type.rawValue)`", help: help)
        }
    }

    private mutating func checkFlags(_ argument: Argument, _ hook: any PolicyHook) {
        let type = argument.type.value
        if type == .charBuffer || type == .charIOVector, !argument.returnCopy {
            if let size = argument.sizeArgumentIndex {
                checkSizeIndex(size, argument, hook)
            } else {
                let what = type == .charBuffer ? "size" : "number of entries"
                error(
                    .badSizeArgument, argument.range,
                    "`\(type.rawValue)` needs `sizeArgIndex`, the "
                        + "parameter with the \(what), counted from 1",
                    help: "add `sizeArgIndex: N+1` where N is that parameter's index")
            }
        }
        let noMaxData =
            type != .charBuffer || argument.returnCopy
            || ![.kprobes, .fentries, .lsmHooks].contains(hook.section)
        if argument.maxData, noMaxData, let field = argument.fields["maxData"] {
            warn(
                .argumentFlagIgnored, field.nameRange, "`maxData` has no effect here",
                help: "it is for a `char_buf` that is read at entry of a kernel function")
        }
        guard let resolve = argument.resolve else { return }
        checkResolve(resolve, argument, hook)
    }

    private mutating func checkSizeIndex(
        _ size: Located<Int>, _ argument: Argument, _ hook: any PolicyHook
    ) {
        let isField = hook.section == .tracepoints
        if size.value > 5, !isField {
            error(
                .badSizeArgument, size.range, "`sizeArgIndex` is \(size.value), it counts from 1 to 5",
                help: "write the index of the size parameter plus one")
        } else if size.value == argument.index + 1 {
            error(
                .badSizeArgument, size.range,
                "`sizeArgIndex: \(size.value)` is the argument itself: it counts from 1",
                help: "write the index of the size parameter plus one")
        }
    }

    private mutating func checkResolve(
        _ resolve: Located<String>, _ argument: Argument, _ hook: any PolicyHook
    ) {
        if let tracepoint = hook as? TracepointHook, !tracepoint.raw {
            error(
                .badResolvePath, resolve.range, "`resolve` needs a raw tracepoint", help: "add `raw: true`")
        }
        if hook.section == .uprobes || hook.section == .usdts {
            let hasFile = hook.fields.isSet("btfPath")
            if argument.btfType == nil || !hasFile {
                error(
                    .badResolvePath, resolve.range,
                    "`resolve` in \(hook.section.hookName) needs `btfType`, and `btfPath` of the hook",
                    help: "add `\(hasFile ? "btfType" : "btfPath")`")
            }
        }
        checkPath(resolve)
    }

    private mutating func checkPath(_ resolve: Located<String>) {
        guard let problem = ResolvePath.problem(with: resolve.value) else { return }
        error(
            .badResolvePath, resolve.range, "\(code(resolve.value)) is not a path to a member: \(problem)",
            help: "write it like `mm.owner.comm` or `[0].x`")
    }

    private mutating func checkData(_ entry: Argument, _ hook: any PolicyHook) {
        checkTypeForHook(entry, hook, nil)
        guard let source = entry.source else {
            error(
                .badSource, entry.range, "a data entry needs `source`",
                help: "add `source: current_task` or `source: pt_regs`")
            return
        }
        guard let resolve = entry.resolve else {
            error(
                .badSource, entry.range, "a data entry needs `resolve`",
                help: source.value == .currentTask
                    ? "for example `resolve: cred.uid.val`"
                    : "for example `resolve: rax`")
            return
        }
        if source.value == .currentTask { checkPath(resolve) }
    }
}

/// Paths from a structure to a member.
enum ResolvePath {
    /// What is wrong with the syntax, if anything is.
    static func problem(with path: String) -> String? {
        var steps = 0
        for part in path.split(separator: ".", omittingEmptySubsequences: false) {
            guard !part.isEmpty else { return "a name is missing" }
            var rest = part[...]
            let name = rest.prefix { $0 != "[" }
            rest = rest.dropFirst(name.count)
            if !name.isEmpty { steps += 1 } else if steps > 0 { return "a `.` before a `[`" }
            while !rest.isEmpty {
                guard rest.first == "[", let end = rest.firstIndex(of: "]") else {
                    return "a bracket is open"
                }
                let digits = rest[rest.index(after: rest.startIndex)..<end]
                let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
                guard isNumber else { return "an index is not a number" }
                steps += 1
                rest = rest[rest.index(after: end)...]
            }
        }
        return steps > PolicyLimits.resolveSteps ? "more than \(PolicyLimits.resolveSteps) steps" : nil
    }
}
