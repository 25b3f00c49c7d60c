// SPDX-License-Identifier: Apache-2.0
// `resolve` and `data`: paths that are well-formed, lead somewhere in this kernel, and to a value of the type.

extension PolicyCheck {
    mutating func checkResolve(
        _ resolve: Located<String>, _ argument: Argument, _ hook: any PolicyHook
    ) {
        if let tracepoint = hook as? TracepointHook, !tracepoint.raw {
            error(
                .badResolvePath, resolve.range, "`resolve` needs a raw tracepoint", help: "add `raw: true`")
        }
        if hook.section == .uprobes || hook.section == .usdts {
            if let module = argument.btfTypeModule {
                error(
                    .badResolvePath, module.range,
                    "\(hook.section.hookName) has the types of a program, not of a kernel module",
                    help: "remove `btfTypeModule`")
            }
            let hasFile = hook.fields.isSet("btfPath")
            if argument.btfType == nil || !hasFile {
                error(
                    .badResolvePath, resolve.range,
                    "`resolve` in \(hook.section.hookName) needs `btfType`, and `btfPath` of the hook",
                    help: "add `\(hasFile ? "btfType" : "btfPath")`")
            }
        }
        checkPath(resolve, argument, hook)
    }

    private mutating func checkPath(
        _ resolve: Located<String>, _ argument: Argument, _ hook: any PolicyHook
    ) {
        guard let problem = ResolvePath.problem(with: resolve.value) else {
            checkDestination(resolve, argument, hook)
            return
        }
        error(
            .badResolvePath, resolve.range, "\(code(resolve.value)) is not a path to a member: \(problem)",
            help: "write it like `mm.owner.comm` or `[0].x`")
    }

    /// Whether the path leads to a value of the type, in the kernel at hand.
    private mutating func checkDestination(
        _ resolve: Located<String>, _ argument: Argument, _ hook: any PolicyHook
    ) {
        guard let kernel, !isFull else { return }
        var function: String?
        if let hook = hook as? KprobeHook {
            // What a list holds is looked at when the policies are compiled.
            if hook.listName != nil { return }
            function = hook.syscall ? nil : hook.symbol
        }
        let startsAtParameter = argument.btfType == nil && argument.source == nil
        if hook.section == .uprobes || hook.section == .usdts, argument.source == nil {
            // What is wrong with the file has been said.
            guard let file = hook.btfPath, kernel.typesProblem(ofFile: file) == nil else { return }
        }
        if startsAtParameter, (hook as? KprobeHook)?.syscall != true {
            // What is wrong with the function or the index has been said.
            guard let prototype = prototype(of: hook), argument.index < prototype.parameters.count else {
                return
            }
        }
        switch hook.follow(argument, function: function, kernel) {
        case .unknown: break
        case .nowhere(let reason, let help):
            error(
                .badResolvePath, resolve.range, "\(code(resolve.value)) leads nowhere: \(reason)", help: help)
        case .found(let path): checkFit(argument, path, resolve, hook)
        }
    }

    private mutating func checkFit(
        _ argument: Argument, _ path: ResolvedPath, _ resolve: Located<String>, _ hook: any PolicyHook
    ) {
        let what = "what \(code(resolve.value)) leads to"
        let type = argument.type.value
        if path.isInPlace, type.integerShape != nil {
            error(
                .typeCannotWork, argument.type.range,
                "\(what) is no number but a structure or array that \(code(path.type.spelling)) points at",
                help: "go on to one of its members or elements")
        } else if type == .auto {
            // A structure of a program may have the name of one of the kernel.
            let source = argument.source?.value
            if let found = path.automaticType,
                HookTypes.allow(found, hook, hasResolve: true, source: source)
            {
                return
            }
            error(
                .typeCannotWork, argument.type.range,
                "\(what) is \(code(path.type.spelling)), no type shows it",
                help: "go on to one of its members")
        } else {
            checkFit(argument, path.type, what)
        }
    }

    mutating func checkData(_ entry: Argument, _ hook: any PolicyHook) {
        checkTypeForHook(entry, hook, nil)
        checkSize(entry, hook)
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
        guard source.value == .registers else {
            checkPath(resolve, entry, hook)
            return
        }
        guard let register = SavedRegister(resolve.value) else {
            error(
                .badResolvePath, resolve.range, "\(code(resolve.value)) is no register of this machine",
                help: "for example `rax`, `eax` or `r8`")
            return
        }
        if entry.type.value == .auto {
            error(
                .typeNotForHook, entry.type.range, "a register needs a `type`",
                help: "for example `type: uint64`")
        }
        let bits = entry.type.value.integerShape?.bits ?? 64
        if bits > register.bytes * 8, entry.type.value != .nop {
            warn(
                .typeDoesNotFit, entry.type.range,
                "the register \(code(resolve.value)) has \(register.bytes * 8) bits, `\(entry.type.value.rawValue)` shows \(bits)"
            )
        }
    }
}

/// The syntax of paths to a member.
public enum ResolvePath {
    /// The steps of a path; nil when it is not well-formed.
    public static func steps(of path: String) -> [PathStep]? {
        guard problem(with: path) == nil else { return nil }
        var steps: [PathStep] = []
        for part in path.split(separator: ".") {
            let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
            if let name = pieces.first, !name.isEmpty { steps.append(.member(String(name))) }
            for piece in pieces.dropFirst() {
                guard let index = Int(piece.dropLast()) else { return nil }
                steps.append(.element(index))
            }
        }
        return steps
    }

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
                guard isNumber, digits.utf8.count < 10 else { return "an index is not a number" }
                steps += 1
                rest = rest[rest.index(after: end)...]
            }
        }
        return steps > PolicyLimits.resolveSteps ? "more than \(PolicyLimits.resolveSteps) steps" : nil
    }
}
