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
        case .string: SHRIKE_ARGUMENT_STRING
        case .file: SHRIKE_ARGUMENT_FILE
        case .path: SHRIKE_ARGUMENT_PATH
        case .sock: SHRIKE_ARGUMENT_SOCK
        case .socket: SHRIKE_ARGUMENT_SOCKET
        case .skb: SHRIKE_ARGUMENT_SKB
        case .sockaddr: SHRIKE_ARGUMENT_SOCKADDR
        default: SHRIKE_ARGUMENT_NONE
        }
    }
}

extension shrike_argument_type {
    /// Read into a text buffer.
    var isText: Bool {
        self == SHRIKE_ARGUMENT_STRING || self == SHRIKE_ARGUMENT_FILE || self == SHRIKE_ARGUMENT_PATH
    }

    /// Ordered as a signed number.
    var isSigned: Bool {
        switch self {
        case SHRIKE_ARGUMENT_INT8, SHRIKE_ARGUMENT_INT16, SHRIKE_ARGUMENT_INT32, SHRIKE_ARGUMENT_INT64: true
        default: false
        }
    }

    /// The size of the structure that the kernel side reads; nil for a number or a text.
    var objectBytes: Int? {
        switch self {
        case SHRIKE_ARGUMENT_SOCK, SHRIKE_ARGUMENT_SOCKET: MemoryLayout<shrike_sock>.size
        case SHRIKE_ARGUMENT_SKB: MemoryLayout<shrike_skb>.size
        case SHRIKE_ARGUMENT_SOCKADDR: MemoryLayout<shrike_sockaddr>.size
        default: nil
        }
    }

    /// How it is taken out of a record.
    var eventType: ShrikeEvents.ArgumentType { ShrikeEvents.ArgumentType(rawValue: UInt16(rawValue)) ?? .none }
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
            guard let range = IntegerValue.range(value.value, for: `operator`.value, shape) else { return nil }
            return UInt64(ordered: range.lowerBound, isSigned: shape.isSigned)
                ... UInt64(ordered: range.upperBound, isSigned: shape.isSigned)
        }
        return NumberFilter(selector: selector, isNegated: `operator`.value.isNegative, ranges: ranges)
    }
}

extension PlannedSelector {
    /// What `actions` come to in the kernel; none posts. In monitor mode nothing is enforced.
    init(_ actions: [Action], policyEnd: Int, mode: PolicyMode) {
        self.init(
            policyEnd: policyEnd, isPosted: !actions.contains { $0.kind.value == .noPost }, signal: 0,
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
        default: nil
        }
    }
}
