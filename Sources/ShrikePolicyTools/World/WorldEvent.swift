// SPDX-License-Identifier: Apache-2.0
// One call of a hooked function, and its arguments as the plan's types read them.

internal import ShrikeABI
internal import ShrikeEvents
internal import ShrikePolicy
internal import ShrikePolicyCompiler

/// A call that a test describes.
struct WorldEvent: Sendable {
    var hook: EventHook
    var process: WorldProcess
    /// By the function's own numbering: parameter, or field of a tracepoint.
    var arguments: [Int: YAMLNode] = [:]
    /// By the label that a policy gives an argument.
    var labelled: [String: YAMLNode] = [:]
    /// What the function returned; nil: what a refusal gives, else 0.
    var result: Int64?

    /// The value of one of the plan's arguments.
    func reading(
        _ number: Int, _ argument: PlannedArgument, of plan: HookPlan
    ) throws -> ArgumentReading {
        let index = Int(plan.layout.slots[number].index)
        if argument.source == .result {
            return ArgumentReading(number: Int128(result ?? 0), argument.type)
        }
        if let path = argument.path { return try reading(number, argument, path, of: plan) }
        guard
            let node = arguments[index]
                ?? labelled.first(where: { plan.index(ofLabel: $0.key) == index })?.value
        else {
            guard argument.filtered.isEmpty else {
                throw MissingValue(
                    message: "the event gives no value for argument \(index), which a selector compares",
                    argument: index)
            }
            return ArgumentReading()
        }
        return try ArgumentReading(node, argument.type)
    }

    /// The value that a path leads to: a test gives it by the argument's label, since it has no kernel to follow it in.
    private func reading(
        _ number: Int, _ argument: PlannedArgument, _ path: PlannedPath, of plan: HookPlan
    ) throws -> ArgumentReading {
        let labels = plan.layout.policies.flatMap { $0.arguments + $0.data }
            .filter { $0.slot == number }.compactMap(\.label)
        if let node = labelled.first(where: { labels.contains($0.key) })?.value {
            return try ArgumentReading(node, argument.type)
        }
        guard argument.filtered.isEmpty else {
            throw MissingValue(
                message:
                    "the event gives no value for `\(path.text)`, which a selector compares: give it by the argument's label",
                argument: Int(plan.layout.slots[number].index))
        }
        return ArgumentReading()
    }
}

extension HookPlan {
    /// The index of the argument with a label, as tracepoints' arguments have one.
    fileprivate func index(ofLabel label: String) -> Int? {
        layout.policies.lazy.flatMap(\.arguments).first { $0.label == label }.map {
            Int(layout.slots[$0.slot].index)
        }
    }
}

extension ArgumentReading {
    /// A number as `read_argument()` extends it.
    init(number: Int128, _ type: shrike_argument_type) {
        self.init()
        let bits = UInt64(truncatingIfNeeded: number)
        scalar =
            switch type {
            case SHRIKE_ARGUMENT_INT8: UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: bits)))
            case SHRIKE_ARGUMENT_INT16: UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: bits)))
            case SHRIKE_ARGUMENT_INT32, SHRIKE_ARGUMENT_CAPABILITY, SHRIKE_ARGUMENT_BPF_CMD:
                UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: bits)))
            case SHRIKE_ARGUMENT_UINT8: UInt64(UInt8(truncatingIfNeeded: bits))
            case SHRIKE_ARGUMENT_UINT16: UInt64(UInt16(truncatingIfNeeded: bits))
            case SHRIKE_ARGUMENT_UINT32: UInt64(UInt32(truncatingIfNeeded: bits))
            default: bits
            }
    }

    /// The value of a test as a type reads it.
    init(_ node: YAMLNode, _ type: shrike_argument_type) throws(TestProblem) {
        self.init()
        if try readSpecialForms(node) { return }
        switch type {
        case SHRIKE_ARGUMENT_SOCK, SHRIKE_ARGUMENT_SOCKET:
            let end = try SocketValue(node)
            object = end.bytes(of: end.sock)
        case SHRIKE_ARGUMENT_SKB:
            let end = try SocketValue(node)
            object = end.bytes(of: end.packet)
        case SHRIKE_ARGUMENT_SOCKADDR:
            let end = try SocketValue(node)
            object = end.bytes(of: end.address)
        case SHRIKE_ARGUMENT_KERNEL_CAP, SHRIKE_ARGUMENT_CAP_PERMITTED, SHRIKE_ARGUMENT_CAP_EFFECTIVE,
            SHRIKE_ARGUMENT_CAP_INHERITABLE:
            scalar = try node.capabilities()
        case SHRIKE_ARGUMENT_CAPABILITY:
            let text = try node.scalarText()
            if let number = Capability.number(of: text) {
                self = ArgumentReading(number: Int128(number), type)
            } else {
                self = ArgumentReading(number: try node.number(), type)
            }
        case SHRIKE_ARGUMENT_STRING, SHRIKE_ARGUMENT_FILENAME, SHRIKE_ARGUMENT_NET_DEVICE,
            SHRIKE_ARGUMENT_CHAR_BUF, SHRIKE_ARGUMENT_CHAR_IOVEC, SHRIKE_ARGUMENT_IOV_ITER:
            try readText(node)
            mode = UInt32(text.count)
        case SHRIKE_ARGUMENT_SOCKADDR_UN:
            mode = 1
            try readText(node)
        case SHRIKE_ARGUMENT_FILE, SHRIKE_ARGUMENT_PATH, SHRIKE_ARGUMENT_FD, SHRIKE_ARGUMENT_DENTRY,
            SHRIKE_ARGUMENT_KIOCB, SHRIKE_ARGUMENT_BINPRM:
            mode = 0o100644
            try readText(node)
        case SHRIKE_ARGUMENT_INT8, SHRIKE_ARGUMENT_UINT8, SHRIKE_ARGUMENT_INT16, SHRIKE_ARGUMENT_UINT16,
            SHRIKE_ARGUMENT_INT32, SHRIKE_ARGUMENT_UINT32, SHRIKE_ARGUMENT_INT64, SHRIKE_ARGUMENT_UINT64,
            SHRIKE_ARGUMENT_SIZE, SHRIKE_ARGUMENT_BPF_CMD:
            self = ArgumentReading(number: try node.number(), type)
        default:
            break  // no filter looks at it
        }
    }

    private mutating func readText(_ node: YAMLNode) throws(TestProblem) {
        guard case .mapping = node.content else {
            text = Array(try node.scalarText().utf8)
            return
        }
        var fields = try LocatedFields(node, "a text or file")
        if let given = try fields.text("text") { text = Array(given.value.utf8) }
        if let given = try fields.text("path") { text = Array(given.value.utf8) }
        if let hex = try fields.text("hex") {
            guard let bytes = Self.bytes(hex: hex.value) else {
                throw TestProblem(hex.range, "`hex` must be pairs of hexadecimal digits")
            }
            text = bytes
        }
        if let name = try fields.text("abstract") {
            text = Array(name.value.utf8)
            mode = 1 | UInt32(SHRIKE_ABSTRACT_NAME)
        }
        if let type = try fields.text("type") {
            guard let bits = FileTypeName.modes[type.value] else {
                throw TestProblem(
                    type.range, "`\(type.value)` is no file type; some are reg, dir, fifo, sock, chr")
            }
            mode = bits | 0o644
        }
        isPathless = try fields.bool("pathless") ?? false
        try fields.finish()
    }

    /// `{unreadable: true}` fits every type.
    private mutating func readSpecialForms(_ node: YAMLNode) throws(TestProblem) -> Bool {
        guard case .mapping(let pairs) = node.content, pairs.contains(where: { $0.key.value == "unreadable" })
        else { return false }
        var fields = try LocatedFields(node, "an unreadable argument")
        isUnreadable = try fields.bool("unreadable") ?? false
        try fields.finish()
        return true
    }

    private static func bytes(hex: String) -> [UInt8]? {
        let digits = hex.compactMap(\.hexDigitValue)
        guard digits.count == hex.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

extension YAMLNode {
    /// A set of capabilities: `all`, a number, a name, or a list of names.
    func capabilities() throws(TestProblem) -> UInt64 {
        guard case .sequence(let items) = content else {
            let text = try scalarText()
            if text == "all" { return (1 << UInt64(Capability.names.count)) - 1 }
            if let number = Capability.number(of: text) { return 1 << UInt64(number) }
            return UInt64(truncatingIfNeeded: try number())
        }
        var set: UInt64 = 0
        for item in items {
            let name = try item.scalarText()
            guard let number = Capability.number(of: name) else {
                throw TestProblem(item.range, "`\(name)` is no capability")
            }
            set |= 1 << UInt64(number)
        }
        return set
    }
}
