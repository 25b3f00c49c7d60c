// SPDX-License-Identifier: Apache-2.0
// A hook's layout in the form that the encoder needs: everything constant is bytes already.

internal import ShrikeEvents
internal import ShrikeJSON

/// The layout of one generation of a hook, ready for the hot path.
internal final class PreparedHook {
    internal struct Argument {
        internal var slot: Int
        internal var type: ArgumentType
        /// `,"label":"…"}`, or `}`.
        internal var end: Range<Int>
    }

    internal struct Policy {
        internal var arguments: Range<Int>
        /// From `policy_name` to `tags`.
        internal var end: Range<Int>
    }

    internal struct Selector {
        internal var policy: Int
        /// The enforcing actions among the selector's.
        internal var actions: Range<Int>
        internal var posts: Bool
        internal var isMonitored: Bool
    }

    internal let hookID: UInt32
    internal let generation: UInt32
    internal private(set) var policies: ContiguousArray<Policy> = []
    internal private(set) var arguments: ContiguousArray<Argument> = []
    internal private(set) var selectors: ContiguousArray<Selector> = []
    private var actions: ContiguousArray<SelectorAction> = []
    private var text = ByteBuffer(capacity: 1_024)
    /// `{"process_kprobe":{"process":`
    internal private(set) var start = 0..<0
    /// `,"function_name":"…"`
    internal private(set) var function = 0..<0

    internal init(_ layout: HookEventLayout) {
        hookID = layout.hookID
        generation = layout.generation
        start = piece { text in
            switch layout.kind {
            case .kprobe: text.append("{\"process_kprobe\":{\"process\":")
            }
        }
        function = piece { text in
            text.append(",\"function_name\":")
            text.append(jsonString: layout.functionName)
        }
        for policy in layout.policies { add(policy) }
        for selector in layout.selectors { add(selector) }
    }

    /// A constant piece of the line.
    @inline(__always)
    internal func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: text.bytes[range])
    }

    /// What the event says was done for a selector: the last of its enforcing actions that took effect.
    ///
    /// The incumbent prints the last action of the list, so `[Sigkill, Post]` hides the kill there.
    internal func action(_ selector: Selector, _ record: HookRecord) -> StaticString {
        for position in selector.actions.reversed() {
            switch actions[position] {
            case .sigkill:
                if selector.isMonitored || isSent(9, record) { return "KPROBE_ACTION_SIGKILL" }
            case .signal(let number):
                if selector.isMonitored || isSent(number, record) { return "KPROBE_ACTION_SIGNAL" }
            case .override:
                if selector.isMonitored || record.flags.contains(.overridden) {
                    return "KPROBE_ACTION_OVERRIDE"
                }
            case .post, .noPost:
                break
            }
        }
        return "KPROBE_ACTION_POST"
    }

    private func isSent(_ signal: UInt32, _ record: HookRecord) -> Bool {
        record.flags.contains(.signalSent) && record.signal == signal
    }

    private func add(_ policy: PolicyEventLayout) {
        let first = arguments.count
        for argument in policy.arguments {
            let end = piece { text in
                // Readers know no label of an address.
                if let label = argument.label, !label.isEmpty, argument.type != .sockaddr,
                    argument.type != .unixAddress
                {
                    text.append(",\"label\":")
                    text.append(jsonString: label)
                }
                text.append("}")
            }
            arguments.append(Argument(slot: argument.slot, type: argument.type, end: end))
        }
        let end = piece { text in
            text.append(",\"policy_name\":")
            text.append(jsonString: policy.name)
            text.append(",\"return_action\":\"KPROBE_ACTION_POST\"")
            if let message = policy.message, !message.isEmpty {
                text.append(",\"message\":")
                text.append(jsonString: message)
            }
            guard !policy.tags.isEmpty else { return }
            text.append(",\"tags\":[")
            for (position, tag) in policy.tags.enumerated() {
                if position > 0 { text.append(",") }
                text.append(jsonString: tag)
            }
            text.append("]")
        }
        policies.append(Policy(arguments: first..<arguments.count, end: end))
    }

    private func add(_ selector: SelectorEventLayout) {
        let first = actions.count
        actions.append(contentsOf: selector.actions.filter { $0 != .post && $0 != .noPost })
        selectors.append(
            Selector(
                policy: selector.policy, actions: first..<actions.count,
                posts: !selector.actions.contains(.noPost), isMonitored: selector.mode == .monitor))
    }

    private func piece(_ write: (inout ByteBuffer) -> Void) -> Range<Int> {
        let start = text.count
        write(&text)
        return start..<text.count
    }
}
