// SPDX-License-Identifier: Apache-2.0
// The six kinds of hooks.

/// What all hooks have.
private struct CommonFields {
    let arguments: [Argument]
    let selectors: [Selector]
    let message: String?
    let tags: [String]

    init(_ fields: inout MappingDecoder) {
        arguments = fields.list("args", atMost: PolicyLimits.arguments) { $1.argument($0, "an argument") }
        selectors = fields.list("selectors", atMost: PolicyLimits.selectors) { $1.selector($0) }
        message = fields.string("message").map { Self.checked($0, "the message", .message, fields.context) }
        tags = fields.list("tags", atMost: PolicyLimits.tags) { node, context in
            context.string(node).map { Self.checked($0, "a tag", .tag, context) }
        }
    }

    private enum Kind { case message, tag }

    /// Cut to its limit, with a warning; too short is an error.
    private static func checked(
        _ text: Located<String>, _ what: String, _ kind: Kind, _ context: DecodingContext
    ) -> String {
        let bytes = text.value.utf8.count
        let limit = kind == .message ? PolicyLimits.messageBytes : PolicyLimits.tagBytes
        if bytes == 1 || (kind == .tag && bytes == 0) {
            context.error(
                .textTooShort, text.range, "\(what) has fewer than two bytes",
                help: "lengthen or remove it")
        }
        guard bytes > limit else { return text.value }
        context.report(
            Diagnostic(
                .warning, .textTruncated, at: text.range, "\(what) has \(bytes) bytes and is cut to \(limit)",
                help: "shorten it"))
        return cut(text.value, toBytes: limit)
    }

    /// Cuts between characters, so that the result is valid UTF-8.
    private static func cut(_ text: String, toBytes limit: Int) -> String {
        var end = text.utf8.index(text.startIndex, offsetBy: limit)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }
}

extension DecodingContext {
    func kprobe(_ node: YAMLNode, _ section: HookSection) -> KprobeHook? {
        guard var fields = MappingDecoder(node, section.hookName, self) else { return nil }
        let call = fields.requiredString("call")
        let syscall = fields.bool("syscall", default: true)
        let returns = fields.bool("return")
        let returnArgument = fields.returnArgument()
        let returnAction = fields.nonEmptyString("returnArgAction")
        let common = CommonFields(&fields)
        let data = fields.data()
        let ignore = fields.ignoreFlag("callNotFound")
        let places = fields.finish()
        guard let call else { return nil }
        let hook = KprobeHook(
            section: section, call: call, syscall: syscall, returns: returns, arguments: common.arguments,
            returnArgument: returnArgument, returnArgumentAction: returnAction, data: data,
            selectors: common.selectors, message: common.message, tags: common.tags,
            ignoreCallNotFound: ignore, fields: places, range: node.range)
        checkCounts(hook)
        return hook
    }

    func tracepoint(_ node: YAMLNode) -> TracepointHook? {
        guard var fields = MappingDecoder(node, HookSection.tracepoints.hookName, self) else { return nil }
        let subsystem = fields.requiredString("subsystem")
        let event = fields.requiredString("event")
        let raw = fields.bool("raw")
        let common = CommonFields(&fields)
        let places = fields.finish()
        guard let subsystem, let event else { return nil }
        return TracepointHook(
            subsystem: subsystem, event: event, raw: raw, arguments: common.arguments,
            selectors: common.selectors, message: common.message, tags: common.tags, fields: places,
            range: node.range)
    }

    func lsmHook(_ node: YAMLNode) -> LSMHook? {
        guard var fields = MappingDecoder(node, HookSection.lsmHooks.hookName, self) else { return nil }
        let hook = fields.requiredString("hook")
        let common = CommonFields(&fields)
        let places = fields.finish()
        guard let hook else { return nil }
        return LSMHook(
            hook: hook, arguments: common.arguments, selectors: common.selectors, message: common.message,
            tags: common.tags, fields: places, range: node.range)
    }

    func userProbe(_ node: YAMLNode) -> UserProbeHook? {
        guard var fields = MappingDecoder(node, HookSection.uprobes.hookName, self) else { return nil }
        let path = fields.requiredString("path")
        let symbols = fields.strings("symbols")
        let offsets = fields.numbers("offsets")
        let addresses = fields.numbers("addrs")
        let referenceCounters = fields.numbers("refCtrOffsets")
        let btfPath = fields.nonEmptyString("btfPath")
        let returns = fields.bool("return")
        let returnArgument = fields.returnArgument()
        let digests = fields.strings("binaryDigests")
        let common = CommonFields(&fields)
        let data = fields.data()
        let ignore = fields.ignoreFlag("digestVerificationFailure")
        let places = fields.finish()
        guard let path else { return nil }
        let hook = UserProbeHook(
            path: path, symbols: symbols, offsets: offsets, addresses: addresses,
            referenceCounterOffsets: referenceCounters, btfPath: btfPath?.value, arguments: common.arguments,
            data: data, returns: returns, returnArgument: returnArgument, binaryDigests: digests,
            ignoreDigestFailure: ignore, selectors: common.selectors, message: common.message,
            tags: common.tags, fields: places, range: node.range)
        checkCounts(hook)
        return hook
    }

    func usdt(_ node: YAMLNode) -> USDTHook? {
        guard var fields = MappingDecoder(node, HookSection.usdts.hookName, self) else { return nil }
        let path = fields.requiredString("path")
        let provider = fields.requiredString("provider")
        let name = fields.requiredString("name")
        let btfPath = fields.nonEmptyString("btfPath")
        let common = CommonFields(&fields)
        let places = fields.finish()
        guard let path, let provider, let name else { return nil }
        return USDTHook(
            path: path, provider: provider, name: name, btfPath: btfPath?.value, arguments: common.arguments,
            selectors: common.selectors, message: common.message, tags: common.tags, fields: places,
            range: node.range)
    }

    private func checkCounts(_ hook: some PolicyHook) {
        let count = hook.arguments.count + hook.data.count
        if count > PolicyLimits.arguments, let first = hook.data.last {
            error(
                .tooManyEntries, first.range,
                "\(hook.section.hookName) has \(count) entries in `args` and `data`, the limit is "
                    + "\(PolicyLimits.arguments)",
                help: "drop arguments")
        }
        if hook.returns, hook.returnArgument == nil, let field = hook.fields["return"] {
            error(
                .returnWithoutArgument, field.nameRange, "`return: true` needs `returnArg`",
                help: "add `returnArg` with `index: 0` and a `type`, for example `int`")
        }
    }

    /// - Parameter isReturn: the argument is a `returnArg`, which has only one place to be.
    func argument(_ node: YAMLNode, _ what: String, isReturn: Bool = false) -> Argument? {
        guard var fields = MappingDecoder(node, what, self) else { return nil }
        let index = fields.integer("index", in: 0...Int(Int32.max))
        let hasNoIndex = fields.isMissing("index")
        if hasNoIndex, !isReturn { fields.missing("index") }
        let type = fields.word("type", among: ArgumentType.allCases)
        let hasBadType = type == nil && !fields.isMissing("type")
        let label = fields.nonEmptyString("label")
        let size = fields.integer("sizeArgIndex", in: 0...Int(Int32.max))
        let returnCopy = fields.bool("returnCopy")
        let maxData = fields.bool("maxData")
        let resolve = fields.nonEmptyString("resolve")
        let source = fields.node("source", isDefault: { $0.isEmptyText }).flatMap { node in
            node.isEmptyText ? nil : word(node, among: Argument.Source.allCases, of: "`source`")
        }
        let btfType = fields.nonEmptyString("btfType")
        let module = fields.nonEmptyString("btfTypeModule")
        let places = fields.finish()
        guard let index = index?.value ?? (hasNoIndex && isReturn ? 0 : nil), !hasBadType else { return nil }
        return Argument(
            index: index, type: type ?? Located(.auto, at: node.range), label: label?.value,
            sizeArgumentIndex: size.flatMap { $0.value == 0 ? nil : $0 }, returnCopy: returnCopy,
            maxData: maxData, resolve: resolve, source: source, btfType: btfType, btfTypeModule: module,
            fields: places, range: node.range)
    }
}

extension MappingDecoder {
    fileprivate mutating func returnArgument() -> Argument? {
        node("returnArg").flatMap { context.argument($0, "`returnArg`", isReturn: true) }
    }

    fileprivate mutating func data() -> [Argument] {
        list("data", atMost: PolicyLimits.arguments) { $1.argument($0, "a data entry") }
    }

    fileprivate mutating func numbers(_ name: String) -> [Located<UInt64>] {
        list(name) { node, context in
            context.integer(node, in: 0...UInt64.max, name: "an entry of `\(name)`")
        }
    }

    /// The one flag of `ignore`.
    fileprivate mutating func ignoreFlag(_ name: String) -> Bool {
        guard let node = node("ignore"), var fields = MappingDecoder(node, "`ignore`", context) else {
            return false
        }
        let flag = fields.bool(name)
        _ = fields.finish()
        return flag
    }
}
