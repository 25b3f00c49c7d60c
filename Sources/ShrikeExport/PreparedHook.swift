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
        internal var result: Argument?
        /// What stands before `args`, between them and `action`, behind it, and behind `return_action`: `policy_name`,
        /// `message` and `tags`, each where the kind of event has it.
        internal var beforeArguments = 0..<0
        internal var beforeAction = 0..<0
        internal var afterAction = 0..<0
        internal var end = 0..<0
        /// Bits of its selectors; selectors of one policy are neighbours.
        internal var selectors = 0..<0
    }

    internal struct Selector {
        internal var policy: Int
        /// The enforcing actions among the selector's.
        internal var actions: Range<Int>
        internal var returnActions: Range<Int>
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
    internal let kind: HookEventKind
    /// The event has a member `return_action`.
    internal let hasReturnAction: Bool

    internal init(_ layout: HookEventLayout) {
        hookID = layout.hookID
        generation = layout.generation
        kind = layout.kind
        hasReturnAction = layout.kind == .kprobe
        start = piece { text in
            switch layout.kind {
            case .kprobe: text.append("{\"process_kprobe\":{\"process\":")
            case .lsm: text.append("{\"process_lsm\":{\"process\":")
            case .tracepoint: text.append("{\"process_tracepoint\":{\"process\":")
            }
        }
        function = piece { text in
            switch layout.kind {
            case .kprobe, .lsm:
                text.append(",\"function_name\":")
                text.append(jsonString: layout.functionName)
            case .tracepoint(let subsystem, let event):
                text.append(",\"subsys\":")
                text.append(jsonString: subsystem)
                text.append(",\"event\":")
                text.append(jsonString: event)
            }
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
        lastDone(
            selector.actions, selector,
            signal: record.flags.contains(.signalSent) ? record.signal : nil,
            isOverridden: record.flags.contains(.overridden))
    }

    /// What the event says was done for a selector when the function returned.
    internal func returnAction(_ selector: Selector, _ record: HookRecord) -> StaticString {
        lastDone(
            selector.returnActions, selector,
            signal: record.flags.contains(.returnSignalSent) ? record.returnSignal : nil, isOverridden: false)
    }

    /// The selector of a policy that acted at the function's entry: the first that matched by what is known there.
    internal func entrySelector(of policy: Policy, _ record: HookRecord) -> Selector? {
        guard record.flags.contains(.hasEntry) else { return nil }
        for bit in policy.selectors where bit / 64 < record.wordsCount {
            if record.entryWord(bit / 64) & 1 << UInt64(bit % 64) != 0 { return selectors[bit] }
        }
        return nil
    }

    private func lastDone(
        _ done: Range<Int>, _ selector: Selector, signal: UInt32?, isOverridden: Bool
    ) -> StaticString {
        for position in done.reversed() {
            switch actions[position] {
            case .sigkill:
                if selector.isMonitored || signal == 9 { return "KPROBE_ACTION_SIGKILL" }
            case .signal(let number):
                if selector.isMonitored || signal == number { return "KPROBE_ACTION_SIGNAL" }
            case .override:
                if selector.isMonitored || isOverridden { return "KPROBE_ACTION_OVERRIDE" }
            case .post, .noPost:
                break
            }
        }
        return "KPROBE_ACTION_POST"
    }

    private func add(_ policy: PolicyEventLayout) {
        let first = arguments.count
        for argument in policy.arguments { arguments.append(prepared(argument)) }
        var prepared = Policy(
            arguments: first..<arguments.count, result: policy.result.map { self.prepared($0) })
        let name = { (text: inout ByteBuffer) in
            text.append(",\"policy_name\":")
            text.append(jsonString: policy.name)
        }
        let message = { (text: inout ByteBuffer) in
            guard let message = policy.message, !message.isEmpty else { return }
            text.append(",\"message\":")
            text.append(jsonString: message)
        }
        let tags = { (text: inout ByteBuffer) in
            guard !policy.tags.isEmpty else { return }
            text.append(",\"tags\":[")
            for (position, tag) in policy.tags.enumerated() {
                if position > 0 { text.append(",") }
                text.append(jsonString: tag)
            }
            text.append("]")
        }
        // The order of members is that of their declaration in the protobuf message.
        switch kind {
        case .kprobe:
            prepared.afterAction = piece { name(&$0) }
            prepared.end = piece { text in
                message(&text)
                tags(&text)
            }
        case .lsm:
            prepared.beforeArguments = piece { text in
                name(&text)
                message(&text)
            }
            prepared.end = piece { tags(&$0) }
        case .tracepoint:
            prepared.beforeAction = piece { name(&$0) }
            prepared.end = piece { text in
                message(&text)
                tags(&text)
            }
        }
        policies.append(prepared)
    }

    private func prepared(_ argument: PolicyArgumentLayout) -> Argument {
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
        return Argument(slot: argument.slot, type: argument.type, end: end)
    }

    private func add(_ selector: SelectorEventLayout) {
        let first = actions.count
        actions.append(contentsOf: selector.actions.filter { $0 != .post && $0 != .noPost })
        let firstReturn = actions.count
        actions.append(contentsOf: selector.returnActions.filter { $0 != .post && $0 != .noPost })
        if policies.indices.contains(selector.policy) {
            let bit = selectors.count
            let known = policies[selector.policy].selectors
            policies[selector.policy].selectors = (known.isEmpty ? bit : known.lowerBound)..<bit + 1
        }
        selectors.append(
            Selector(
                policy: selector.policy, actions: first..<firstReturn,
                returnActions: firstReturn..<actions.count,
                posts: !selector.actions.contains(.noPost) && !selector.returnActions.contains(.noPost),
                isMonitored: selector.mode == .monitor))
    }

    private func piece(_ write: (inout ByteBuffer) -> Void) -> Range<Int> {
        let start = text.count
        write(&text)
        return start..<text.count
    }
}
