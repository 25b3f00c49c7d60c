// SPDX-License-Identifier: Apache-2.0
// From the words of the language to what the kernel side knows.

internal import ShrikeABI
internal import ShrikeEvents
internal import ShrikePolicy

extension ShrikePolicy.ArgumentType {
    /// How the kernel side reads it. What it cannot read is refused by `FeatureSupport` beforehand.
    var abiType: shrike_argument_type {
        switch self {
        case .int, .int32, .sint32: SHRIKE_ARGUMENT_INT32
        case .uint32: SHRIKE_ARGUMENT_UINT32
        case .int64, .sint64, .long: SHRIKE_ARGUMENT_INT64
        case .uint64, .ulong: SHRIKE_ARGUMENT_UINT64
        case .sizeT: SHRIKE_ARGUMENT_SIZE
        case .int8, .sint8: SHRIKE_ARGUMENT_INT8
        case .uint8: SHRIKE_ARGUMENT_UINT8
        case .int16, .sint16: SHRIKE_ARGUMENT_INT16
        case .uint16: SHRIKE_ARGUMENT_UINT16
        case .string, .dataLoc: SHRIKE_ARGUMENT_STRING
        case .file: SHRIKE_ARGUMENT_FILE
        case .path: SHRIKE_ARGUMENT_PATH
        case .sock: SHRIKE_ARGUMENT_SOCK
        case .socket: SHRIKE_ARGUMENT_SOCKET
        case .skb: SHRIKE_ARGUMENT_SKB
        case .sockaddr: SHRIKE_ARGUMENT_SOCKADDR
        case .fd: SHRIKE_ARGUMENT_FD
        case .dentry: SHRIKE_ARGUMENT_DENTRY
        case .kiocb: SHRIKE_ARGUMENT_KIOCB
        case .linuxBinprm: SHRIKE_ARGUMENT_BINPRM
        case .filename: SHRIKE_ARGUMENT_FILENAME
        case .kernelCapT: SHRIKE_ARGUMENT_KERNEL_CAP
        case .capInheritable: SHRIKE_ARGUMENT_CAP_INHERITABLE
        case .capPermitted: SHRIKE_ARGUMENT_CAP_PERMITTED
        case .capEffective: SHRIKE_ARGUMENT_CAP_EFFECTIVE
        case .capability: SHRIKE_ARGUMENT_CAPABILITY
        case .bpfCmd: SHRIKE_ARGUMENT_BPF_CMD
        case .syscall64: SHRIKE_ARGUMENT_SYSCALL
        case .constBuffer: SHRIKE_ARGUMENT_WORDS
        case .cred: SHRIKE_ARGUMENT_CRED
        case .userNamespace: SHRIKE_ARGUMENT_USER_NAMESPACE
        case .module: SHRIKE_ARGUMENT_MODULE
        case .loadInfo: SHRIKE_ARGUMENT_LOAD_INFO
        case .bpfAttr: SHRIKE_ARGUMENT_BPF_ATTR
        case .bpfProg: SHRIKE_ARGUMENT_BPF_PROG
        case .bpfMap: SHRIKE_ARGUMENT_BPF_MAP
        case .perfEvent: SHRIKE_ARGUMENT_PERF_EVENT
        case .netDevice: SHRIKE_ARGUMENT_NET_DEVICE
        case .sockaddrUn: SHRIKE_ARGUMENT_SOCKADDR_UN
        case .charBuffer: SHRIKE_ARGUMENT_CHAR_BUF
        case .charIOVector: SHRIKE_ARGUMENT_CHAR_IOVEC
        case .ioVectorIterator: SHRIKE_ARGUMENT_IOV_ITER
        default: SHRIKE_ARGUMENT_NONE
        }
    }
}

extension shrike_argument_type {
    /// Read into a text buffer.
    var isText: Bool {
        switch self {
        case SHRIKE_ARGUMENT_STRING, SHRIKE_ARGUMENT_FILE, SHRIKE_ARGUMENT_PATH, SHRIKE_ARGUMENT_FD,
            SHRIKE_ARGUMENT_DENTRY, SHRIKE_ARGUMENT_KIOCB, SHRIKE_ARGUMENT_BINPRM, SHRIKE_ARGUMENT_FILENAME,
            SHRIKE_ARGUMENT_NET_DEVICE, SHRIKE_ARGUMENT_SOCKADDR_UN, SHRIKE_ARGUMENT_CHAR_BUF,
            SHRIKE_ARGUMENT_CHAR_IOVEC, SHRIKE_ARGUMENT_IOV_ITER, SHRIKE_ARGUMENT_WORDS:
            true
        default: false
        }
    }

    /// Bytes whose number another parameter tells.
    var isSizedBuffer: Bool { self == SHRIKE_ARGUMENT_CHAR_BUF || self == SHRIKE_ARGUMENT_CHAR_IOVEC }

    /// Ordered as a signed number.
    var isSigned: Bool {
        switch self {
        case SHRIKE_ARGUMENT_INT8, SHRIKE_ARGUMENT_INT16, SHRIKE_ARGUMENT_INT32, SHRIKE_ARGUMENT_INT64,
            SHRIKE_ARGUMENT_SYSCALL:
            true
        default: false
        }
    }

    /// The size of the structure that the kernel side reads; nil for a number or a text.
    var objectBytes: Int? {
        switch self {
        case SHRIKE_ARGUMENT_SOCK, SHRIKE_ARGUMENT_SOCKET: MemoryLayout<shrike_sock>.size
        case SHRIKE_ARGUMENT_SKB: MemoryLayout<shrike_skb>.size
        case SHRIKE_ARGUMENT_SOCKADDR: MemoryLayout<shrike_sockaddr>.size
        case SHRIKE_ARGUMENT_CRED: MemoryLayout<shrike_cred>.size
        case SHRIKE_ARGUMENT_USER_NAMESPACE: MemoryLayout<shrike_user_namespace>.size
        case SHRIKE_ARGUMENT_MODULE, SHRIKE_ARGUMENT_LOAD_INFO: MemoryLayout<shrike_module>.size
        case SHRIKE_ARGUMENT_BPF_ATTR, SHRIKE_ARGUMENT_BPF_PROG: MemoryLayout<shrike_bpf_program>.size
        case SHRIKE_ARGUMENT_BPF_MAP: MemoryLayout<shrike_bpf_map>.size
        case SHRIKE_ARGUMENT_PERF_EVENT: MemoryLayout<shrike_perf_event>.size
        default: nil
        }
    }

    /// Width and sign, for integers.
    var integerShape: IntegerShape? {
        switch self {
        case SHRIKE_ARGUMENT_INT8: ShrikePolicy.ArgumentType.int8.integerShape
        case SHRIKE_ARGUMENT_UINT8: ShrikePolicy.ArgumentType.uint8.integerShape
        case SHRIKE_ARGUMENT_INT16: ShrikePolicy.ArgumentType.int16.integerShape
        case SHRIKE_ARGUMENT_UINT16: ShrikePolicy.ArgumentType.uint16.integerShape
        case SHRIKE_ARGUMENT_INT32: ShrikePolicy.ArgumentType.int32.integerShape
        case SHRIKE_ARGUMENT_UINT32: ShrikePolicy.ArgumentType.uint32.integerShape
        case SHRIKE_ARGUMENT_INT64, SHRIKE_ARGUMENT_SYSCALL: ShrikePolicy.ArgumentType.int64.integerShape
        case SHRIKE_ARGUMENT_UINT64, SHRIKE_ARGUMENT_SIZE: ShrikePolicy.ArgumentType.uint64.integerShape
        default: nil
        }
    }

    /// How it is taken out of a record.
    var eventType: ShrikeEvents.ArgumentType {
        ShrikeEvents.ArgumentType(rawValue: UInt16(rawValue)) ?? .none
    }
}

extension ShrikePolicy.ArgumentType {
    /// The numbers that its filters compare: those of an integer, or a set of capabilities as a number.
    var numberShape: IntegerShape? {
        filterClass == .capabilities ? ArgumentType.uint64.integerShape : integerShape
    }
}

extension Operator {
    /// Compares a text's end.
    var comparesEnd: Bool { self == .postfix || self == .notPostfix }
}

extension ArgumentFilter {
    /// The filter on a text. Equal is a prefix that includes the final NUL; a reversed value compares the end.
    func textFilter(selector: Int) -> TextFilter {
        let keys = values.map { value -> [UInt8] in
            let bytes = Array(value.value.utf8)
            switch `operator`.value {
            case .equal, .notEqual: return bytes + [0]
            case .postfix, .notPostfix: return bytes.reversed()
            default: return bytes
            }
        }
        return TextFilter(selector: selector, isNegated: `operator`.value.isNegative, keys: keys)
    }

    /// The filter on a number of a shape, in the order of the kernel's comparison.
    func numberFilter(selector: Int, _ shape: IntegerShape) -> NumberFilter {
        let ranges = values.compactMap { value -> ClosedRange<UInt64>? in
            // Names of capabilities are a number, too.
            let text = Capability.mask(value.value).map { String($0) } ?? value.value
            guard let range = IntegerValue.range(text, for: `operator`.value, shape) else { return nil }
            return UInt64(
                ordered: range.lowerBound, isSigned: shape.isSigned)...UInt64(
                    ordered: range.upperBound, isSigned: shape.isSigned)
        }
        return NumberFilter(selector: selector, isNegated: `operator`.value.isNegative, ranges: ranges)
    }
}

extension [Action] {
    /// User space has to hear of a match: to post it, or to do something that the kernel cannot.
    fileprivate var needRecord: Bool {
        !contains { $0.kind.value == .noPost }
            || contains {
                $0.kind.value == .getURL || $0.kind.value == .dnsLookup
            }
    }
}

extension PlannedSelector {
    /// What `actions` come to in the kernel; none posts. In monitor mode nothing is enforced.
    init(_ actions: [Action], policyEnd: Int, mode: PolicyMode) {
        self.init(
            policyEnd: policyEnd, isPosted: actions.needRecord, signal: 0,
            overrideError: nil)
        guard mode == .enforce else { return }
        for action in actions {
            switch action.kind.value {
            case .sigkill:
                signal = SIGKILL_NUMBER
            case .signal where signal != SIGKILL_NUMBER:
                signal = action.signal?.value ?? 0
            case .override:
                overrideError = action.errorNumber?.value ?? 0
            default:
                break
            }
        }
    }
}

extension PlannedSelector {
    /// What `matchReturnActions` come to.
    mutating func add(returnActions: [Action], mode: PolicyMode) {
        if returnActions.contains(where: { $0.kind.value == .noPost }) {
            isPosted = isPosted && returnActions.needRecord
        }
        guard mode == .enforce else { return }
        for action in returnActions {
            switch action.kind.value {
            case .sigkill: returnSignal = SIGKILL_NUMBER
            case .signal where returnSignal != SIGKILL_NUMBER: returnSignal = action.signal?.value ?? 0
            default: break
            }
        }
    }
}

extension PlannedSelector {
    /// Takes over the limit of a Post among the actions.
    /// - Parameter slots: the plan's arguments that the policy reports.
    mutating func limitRate(_ actions: [Action], _ slots: [Int?]) {
        for action in actions where action.kind.value == .post {
            guard let text = action.rateLimit?.value, let milliseconds = RateLimit.milliseconds(text),
                milliseconds > 0
            else { continue }
            rateLimit = PlannedRateLimit(
                milliseconds: milliseconds, scope: action.rateLimitScope?.value ?? .thread,
                arguments: Set(slots.compactMap { $0 }).sorted())
        }
    }
}

extension EventStacks {
    /// The stacks that actions ask for. What posts nothing has none.
    init(_ actions: [Action]) {
        self = []
        if actions.contains(where: { $0.kind.value == .noPost }) { return }
        if actions.contains(where: \.kernelStackTrace) { insert(.kernel) }
        if actions.contains(where: \.userStackTrace) { insert(.user) }
    }
}

extension TracepointField {
    /// Where an argument of a type is read.
    func source(as type: ShrikePolicy.ArgumentType) -> ArgumentSource {
        switch shape {
        case .words: .fieldText(offset: offset, bytes: bytes)
        case .text where type == .string: .fieldText(offset: offset, bytes: bytes)
        case .dataLocation where type == .string || type == .dataLoc: .dataLocation(offset: offset)
        default: .field(offset: offset, bytes: bytes, isSigned: isSigned)
        }
    }
}

/// signal(7)
private let SIGKILL_NUMBER = 9

extension Action {
    /// The action as the event reports it; nil for one that no event names.
    var eventAction: SelectorAction? {
        switch kind.value {
        case .post: .post
        case .noPost: .noPost
        case .sigkill: .sigkill
        case .signal: .signal(UInt32(clamping: signal?.value ?? 0))
        case .override: .override(Int32(clamping: errorNumber?.value ?? 0))
        case .trackSock: .trackSock
        case .untrackSock: .untrackSock
        case .getURL: .getURL(url?.value ?? "")
        case .dnsLookup: .dnsLookup(domainName?.value ?? "")
        case .notifyEnforcer: .notifyEnforcer
        case .cleanupEnforcerNotification: .cleanupEnforcerNotification
        case .set: .set
        }
    }
}
