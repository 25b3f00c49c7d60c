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
    mutating func checkTypeForHook(
        _ argument: Argument, _ hook: any PolicyHook, _ parameter: ParameterType?
    ) -> Bool {
        let type = argument.type.value
        if HookTypes.allow(
            type, hook, hasResolve: argument.resolve != nil, source: argument.source?.value)
        {
            return true
        }
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

    mutating func checkFit(_ argument: Argument, _ parameter: ParameterType, _ what: String) {
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
        checkSize(argument, hook)
        let type = argument.type.value
        checkReturnCopy(argument, hook)
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

    /// A buffer needs somebody to say how long it is.
    mutating func checkSize(_ argument: Argument, _ hook: any PolicyHook) {
        let type = argument.type.value
        if type == .charBuffer && !argument.returnCopy || type == .charIOVector {
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
    }

    /// The function's result says how much of a buffer it has filled.
    private mutating func checkReturnCopy(_ argument: Argument, _ hook: any PolicyHook) {
        guard argument.returnCopy, let field = argument.fields["returnCopy"] else { return }
        if ![.kprobes, .fentries, .uprobes].contains(hook.section) {
            error(
                .argumentFlagIgnored, field.nameRange,
                "\(hook.section.hookName) does not see a return, `returnCopy` cannot read then")
        } else if argument.type.value == .ioVectorIterator {
            error(
                .argumentFlagIgnored, field.nameRange,
                "`returnCopy` cannot read an `iov_iter`: the function has moved it on by then",
                help: "hook the system call, with a `char_buf` or `char_iovec`")
        } else if argument.type.value != .charBuffer, argument.type.value != .charIOVector {
            warn(
                .argumentFlagIgnored, field.nameRange,
                "`returnCopy` has no effect on an argument of type `\(argument.type.value.rawValue)`",
                help: "it is for `char_buf` and `char_iovec`")
        }
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
}
