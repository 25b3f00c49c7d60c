// SPDX-License-Identifier: Apache-2.0
// Arguments behind others: the paths of `resolve`, the task and the registers of `data`.

internal import ShrikeABI
internal import ShrikePolicy

extension HookPlanBuilder {
    /// The number of an argument that has a path, or of a `data` entry.
    mutating func slot(
        of argument: Argument, of hook: any PolicyHook, _ known: [StaticArgument],
        _ kernel: (any KernelFacts)?
    ) -> Int? {
        guard let text = argument.resolve, argument.type.value != .nop else { return nil }
        let isFunction = target.kind != .lsm && target.kind != .rawTracepoint
        let function = isFunction && !target.isSyscall ? target.symbol : nil
        var resolved: ResolvedPath?
        switch hook.follow(argument, function: function, kernel) {
        case .unknown: break
        case .found(let path) where target.isCompat && !path.loads.isEmpty:
            refusals.append(
                Diagnostic(
                    .error, .badResolvePath, at: text.range,
                    "`\(text.value)` leads nowhere on `\(target.symbol)`: pointers of 32-bit programs cannot be followed",
                    help: "read a member of the structure that the argument points at"))
            return nil
        case .found(let path): resolved = path
        case .nowhere(let reason, let help):
            refusals.append(
                Diagnostic(
                    .error, .badResolvePath, at: text.range,
                    "`\(text.value)` leads nowhere on `\(target.symbol)`: \(reason)", help: help))
            return nil
        }
        if argument.source?.value == .registers { return registerSlot(argument, text.value, resolved) }
        let type = argument.type.value == .auto ? resolved?.automaticType : argument.type.value
        let words = [
            argument.source?.value.rawValue, hook.btfPath, argument.btfTypeModule?.value,
            argument.btfType?.value, text.value,
        ]
        return slot(
            argument, argument.source == nil ? start(argument.index, known) : .currentTask,
            type?.abiType ?? SHRIKE_ARGUMENT_NONE,
            PlannedPath(text: words.compactMap(\.self).joined(separator: " "), resolved: resolved))
    }

    /// Where a path from an argument starts: at an address.
    private func start(_ index: Int, _ known: [StaticArgument]) -> ArgumentSource {
        known.indices.contains(index) ? .user(known[index]) : parameter(index, .uint64)
    }

    /// Where an argument is.
    func parameter(_ index: Int, _ type: ArgumentType) -> ArgumentSource {
        // `long` has 32 bits there; of narrower types the lower bits are taken anyway.
        let isSigned = type.integerShape?.isSigned == true
        if target.isCompat { return .compatSystemCall(index, isSigned: isSigned) }
        return target.isSyscall ? .systemCall(index) : .parameter(index)
    }

    private mutating func registerSlot(_ argument: Argument, _ name: String, _ member: ResolvedPath?) -> Int?
    {
        guard let register = SavedRegister(name) else { return nil }
        let offset = (member?.offset ?? 0) + register.offset
        return slot(
            argument,
            target.isSyscall
                ? .systemCallRegister(offset: offset, bytes: register.bytes)
                : .register(offset: offset, bytes: register.bytes),
            argument.type.value.abiType, PlannedPath(text: "pt_regs \(name)", resolved: nil))
    }
}

extension PolicyHook {
    /// It reads registers, which only a kprobe and a uprobe see, at a function's entry.
    var readsRegisters: Bool { data.contains { $0.source?.value == .registers } }

    /// Registers of the entry that are asked for at the return.
    func registersAtReturn() -> [Diagnostic] {
        guard returns, let entry = data.first(where: { $0.source?.value == .registers }) else { return [] }
        return [
            Diagnostic(
                .error, .badSource, at: entry.source?.range ?? entry.range,
                "`pt_regs` holds the registers at the entry of `\(target.value)`, not at its return",
                help: "leave out `return`, or hook a system call")
        ]
    }
}

extension KprobeHook {
    /// What cannot be done where all registers are seen.
    func impossibleWithRegisters() -> [Diagnostic] {
        guard readsRegisters else { return [] }
        var diagnostics = registersAtReturn()
        for action in selectors.flatMap(\.actions) where action.kind.value == .override {
            diagnostics.append(
                Diagnostic(
                    .error, .overrideNotPossible, at: action.kind.range,
                    "`Override` is not possible where `pt_regs` is read: a kprobe sees the call and cannot refuse it",
                    help: "leave out the entry of `data`, or read the argument with `args`"))
        }
        return diagnostics
    }
}

extension PlannedArgument {
    /// The way as the program follows it.
    var pathConfiguration: shrike_path_config {
        var configuration = shrike_path_config()
        guard let path = path?.resolved else { return configuration }
        configuration.is_path = 1
        configuration.load_count = UInt8(path.loads.count)
        configuration.value_bytes = path.isInPlace ? 0 : UInt8(path.bytes)
        configuration.value_offset = UInt32(path.offset)
        if case .integer(_, true) = path.type.kind { configuration.is_signed = 1 }
        if path.isInPlace, type == SHRIKE_ARGUMENT_STRING {
            // Of an array without a size nothing is known but its NUL.
            configuration.text_bytes = UInt32(min(path.bytes, Int(SHRIKE_MAX_TEXT_BYTES) - 1))
        }
        unsafe withUnsafeMutableBytes(of: &configuration.load_offsets) { bytes in
            let offsets = unsafe bytes.bindMemory(to: UInt32.self)
            for (number, offset) in path.loads.enumerated() where unsafe number < offsets.count {
                unsafe offsets[number] = UInt32(offset)
            }
        }
        return configuration
    }
}
