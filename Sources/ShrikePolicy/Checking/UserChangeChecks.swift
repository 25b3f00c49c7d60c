// SPDX-License-Identifier: Apache-2.0
// Override of uprobes and Set of usdts: what a policy changes in the process that comes by.

extension PolicyCheck {
    mutating func checkUserOverride(_ action: Action, _ hook: any PolicyHook) {
        guard let hook = hook as? UserProbeHook else { return }
        if let reason = kernel?.registerChangesUnavailable {
            error(
                .overrideNotPossible, action.kind.range,
                "`Override` in a uprobe is not possible on this kernel: \(reason)",
                help: "use `Sigkill`, or `lsmhooks`")
        }
        if hook.returns {
            error(
                .overrideNotPossible, action.kind.range,
                "`Override` takes the call away from the return that the uprobe waits for",
                help: "leave out `return`, or put the return into a policy for another function")
        }
        let ways = ["argError", "argRegs", "argNewSymbol", "argNewAddr", "argNewOffset"]
            .filter { action.fields.isSet($0) }
        // Two new places at once are refused where they are read.
        if ways.count > 1, !ways[0].hasPrefix("argNew") {
            error(
                .exclusiveFields, action.fields[ways[1]]?.nameRange ?? action.range,
                "`\(ways[0])` and `\(ways[1])` say two different things of the same call", help: "keep one")
        }
        checkRegisters(action)
        if ways.allSatisfy({ $0 == "argError" }) { checkEntry(hook, action) }
        if let place = action.newPlace, let name = place.value {
            checkNewPlace(name, place.text, place.range, hook)
        }
    }

    private mutating func checkRegisters(_ action: Action) {
        for text in action.registers where RegisterAssignment(text.value) == nil {
            error(
                .badUserProbe, text.range, "\(code(text.value)) says of no register what it becomes",
                help: "write it like `rax=-1`, `rdi=%rsi`, `rsp=8%rsp` or `rip=(%rsp)`")
        }
    }

    /// What goes on at the return address must be at the function's beginning, where that is on top of the stack.
    private mutating func checkEntry(_ hook: UserProbeHook, _ action: Action) {
        for place in hook.places {
            guard let name = place.name, let midst = midst(name, hook) else { continue }
            error(
                .overrideNotPossible, action.kind.range,
                "`Override` returns from the function, but \(code(place.text)) is in the midst of it",
                help: "hook \(code(midst.name)), or write `argRegs`")
        }
    }

    /// The kernel would take what lies on the stack for a return address.
    mutating func checkReturnPlace(_ name: UserPlaceName, _ place: UserProbePlace, _ hook: UserProbeHook) {
        guard hook.returns || hook.arguments.contains(where: \.returnCopy), let midst = midst(name, hook)
        else {
            return
        }
        error(
            .badUserProbe, place.range,
            "\(code(place.text)) is in the midst of a function, where nothing returns",
            help: "hook \(code(midst.name))")
    }

    /// The function that a place is in, unless it is where that begins.
    private func midst(_ name: UserPlaceName, _ hook: UserProbeHook) -> FunctionPart? {
        var part = kernel?.function(around: name, inFile: hook.path.value)
        if case .symbol(let symbol, let plus) = name { part = FunctionPart(name: symbol, plus: plus) }
        return part?.plus == 0 ? nil : part
    }

    private mutating func checkNewPlace(
        _ name: UserPlaceName, _ text: String, _ range: SourceRange, _ hook: UserProbeHook
    ) {
        guard !isFull, case .failure(let problem)? = kernel?.place(name, inFile: hook.path.value) else {
            return
        }
        error(
            .badUserProbe, range,
            "\(code(text)) of \(code(hook.path.value)) cannot be called: \(problem.message)",
            help: problem.help)
    }

    /// One selector changes a call in one way.
    mutating func checkOverrides(of selector: Selector, _ hook: any PolicyHook) {
        guard hook.section == .uprobes else { return }
        let overrides = selector.actions.filter { $0.kind.value == .override }
        guard overrides.count > 1 else { return }
        error(
            .overrideNotPossible, overrides[1].kind.range, "a selector can have one `Override`",
            help: "put what registers become into one `argRegs`")
    }

    mutating func checkSet(_ action: Action, _ hook: any PolicyHook) {
        require(action.newValue != nil, "argValue", action)
        guard let position = action.targetPosition else {
            require(false, "argIndex", action)
            return
        }
        guard hook.arguments.indices.contains(position.value) else {
            error(
                .undeclaredArgument, position.range,
                "`argIndex` is \(position.value), the hook has \(hook.arguments.count) `args`",
                help: "write a position in `args`, counted from 0")
            return
        }
        guard let hook = hook as? USDTHook, !isFull,
            case .success(let places)? = kernel?.staticProbe(
                hook.provider.value, hook.name.value, inFile: hook.path.value)
        else { return }
        let index = hook.arguments[position.value].index
        let fixed = places.lazy.compactMap {
            $0.arguments.indices.contains(index) ? $0.arguments[index] : nil
        }
        .first { !$0.canBeSet }
        guard let fixed else { return }
        error(
            .typeCannotWork, position.range,
            "argument \(index) of \(code(hook.target.value)) is \(code(fixed.text)), which `Set` cannot change",
            help: "`Set` writes to an argument of 4 bytes that is in memory")
    }
}

extension StaticArgument {
    /// Set writes 4 bytes to memory.
    public var canBeSet: Bool {
        if case .memory? = location { return bytes == 4 }
        return false
    }
}

extension Action {
    /// Where a uprobe's Override goes on instead; nil when it does not.
    public var newPlace: (text: String, value: UserPlaceName?, range: SourceRange)? {
        if let symbol = newSymbol { return (symbol.value, UserPlaceName(symbol: symbol.value), symbol.range) }
        if let address = newAddress { return ("\(address.value)", .address(address.value), address.range) }
        if let offset = newOffset { return ("\(offset.value)", .offset(offset.value), offset.range) }
        return nil
    }
}
