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
        internal var data: Range<Int>
        internal var result: Argument?
        /// It declares a socket: its events are of the socket's owner, where one is known.
        internal var hasSocket = false
        /// What its events on this hook are counted by (`EventSeries`).
        internal var number: Int32
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
        /// What is to be done in user space.
        internal var reactions: [Reaction]
        internal var isMonitored: Bool
        internal var stacks: EventStacks
        internal var hasHash: Bool
    }

    internal let hookID: UInt32
    internal let generation: UInt32
    /// The hooked function, as printed.
    internal let functionName: String
    internal private(set) var policies: ContiguousArray<Policy> = []
    internal private(set) var arguments: ContiguousArray<Argument> = []
    internal private(set) var selectors: ContiguousArray<Selector> = []
    private var actions: ContiguousArray<SelectorAction> = []
    private var text = ByteBuffer(capacity: 1_024)
    /// `{"process_kprobe":{"process":`
    internal private(set) var start = 0..<0
    /// `,"function_name":"…"`
    internal private(set) var function = 0..<0
    /// `,"offset":"…"` and the like, behind the ancestors; empty for most kinds of event.
    internal private(set) var place = 0..<0
    internal let kind: HookEventKind
    /// The event has a member `return_action`.
    internal let hasReturnAction: Bool
    /// The ancestors stand before `action`, not at the end.
    internal let hasActionBehindAncestors: Bool

    /// Where the number of the call is, for events of raw_syscalls/sys_enter.
    internal let systemCallSlot: Int?

    /// - Parameter numbers: what the events of each policy are counted by.
    internal init(_ layout: HookEventLayout, numbers: [Int32]) {
        hookID = layout.hookID
        generation = layout.generation
        functionName = layout.functionName
        kind = layout.kind
        hasReturnAction = layout.kind == .kprobe
        // As in the incumbent's metric: of a policy that declares the number, with whatever type it may have.
        systemCallSlot =
            layout.kind == .tracepoint(subsystem: "raw_syscalls", event: "sys_enter")
            ? layout.slots.firstIndex { $0.type == .systemCall }
                ?? layout.policies.first?.arguments.first.flatMap {
                    $0.type == .int64 ? $0.slot : nil
                } : nil
        switch layout.kind {
        case .uprobe, .usdt: hasActionBehindAncestors = true
        case .kprobe, .lsm, .tracepoint: hasActionBehindAncestors = false
        }
        start = piece { text in
            switch layout.kind {
            case .kprobe: text.append("{\"process_kprobe\":{\"process\":")
            case .lsm: text.append("{\"process_lsm\":{\"process\":")
            case .tracepoint: text.append("{\"process_tracepoint\":{\"process\":")
            case .uprobe: text.append("{\"process_uprobe\":{\"process\":")
            case .usdt: text.append("{\"process_usdt\":{\"process\":")
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
            case .uprobe(let place):
                text.append(",\"path\":")
                text.append(jsonString: place.path)
                if let symbol = place.symbol {
                    text.append(",\"symbol\":")
                    text.append(jsonString: symbol)
                }
            case .usdt(let path, let provider, let name):
                text.append(",\"path\":")
                text.append(jsonString: path)
                text.append(",\"provider\":")
                text.append(jsonString: provider)
                text.append(",\"name\":")
                text.append(jsonString: name)
            }
        }
        place = piece { text in
            guard case .uprobe(let place) = layout.kind else { return }
            text.append(number: place.offset ?? 0, as: "offset")
            text.append(number: place.referenceCounterOffset, as: "ref_ctr_offset")
        }
        for (policy, number) in zip(layout.policies, numbers) { add(policy, number) }
        for selector in layout.selectors { add(selector) }
    }

    /// A constant piece of the line.
    @inline(__always)
    internal func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: text.bytes[range])
    }

    /// What the event says was done for a selector: the last of its actions that took effect, those aside that post.
    ///
    /// The incumbent prints the last action of the list, so `[Sigkill, Post]` hides the kill there.
    /// - Parameter hasReacted: what is done in user space has been taken up.
    /// Events of user space functions have no member for what was done at the return: there it is the last.
    internal func action(
        _ matched: Selector, _ policy: Policy, _ record: HookRecord, hasReacted: Bool
    ) -> StaticString {
        if !hasReturnAction, let done = doneAtReturn(matched, record, hasReacted: hasReacted) { return done }
        let selector = entrySelector(of: policy, record) ?? matched
        return lastDone(
            selector.actions, selector, hasReacted: hasReacted,
            signal: record.flags.contains(.signalSent) ? record.signal : nil,
            isOverridden: record.flags.contains(.overridden),
            isChanged: !record.flags.contains(.changeFailed)) ?? "KPROBE_ACTION_POST"
    }

    /// What the event says was done for a selector when the function returned.
    internal func returnAction(
        _ selector: Selector, _ record: HookRecord, hasReacted: Bool
    ) -> StaticString {
        doneAtReturn(selector, record, hasReacted: hasReacted) ?? "KPROBE_ACTION_POST"
    }

    private func doneAtReturn(_ selector: Selector, _ record: HookRecord, hasReacted: Bool) -> StaticString? {
        lastDone(
            selector.returnActions, selector, hasReacted: hasReacted,
            signal: record.flags.contains(.returnSignalSent) ? record.returnSignal : nil, isOverridden: false,
            isChanged: false)
    }

    /// The selector of a policy that acted at the function's entry: the first that matched by what is known there.
    private func entrySelector(of policy: Policy, _ record: HookRecord) -> Selector? {
        guard record.flags.contains(.hasEntry) else { return nil }
        for bit in policy.selectors where bit / 64 < record.wordsCount {
            if record.entryWord(bit / 64) & 1 << UInt64(bit % 64) != 0 { return selectors[bit] }
        }
        return nil
    }

    private func lastDone(
        _ done: Range<Int>, _ selector: Selector, hasReacted: Bool, signal: UInt32?, isOverridden: Bool,
        isChanged: Bool
    ) -> StaticString? {
        for position in done.reversed() {
            switch actions[position] {
            case .sigkill:
                if selector.isMonitored || signal == 9 { return "KPROBE_ACTION_SIGKILL" }
            case .signal(let number):
                if selector.isMonitored || signal == number { return "KPROBE_ACTION_SIGNAL" }
            case .override:
                if selector.isMonitored || isOverridden { return "KPROBE_ACTION_OVERRIDE" }
            case .set:
                if selector.isMonitored || isChanged { return "KPROBE_ACTION_SET" }
            case .trackSock: return "KPROBE_ACTION_TRACKSOCK"
            case .untrackSock: return "KPROBE_ACTION_UNTRACKSOCK"
            case .notifyEnforcer: return "KPROBE_ACTION_NOTIFYENFORCER"
            case .cleanupEnforcerNotification: return "KPROBE_ACTION_CLEANUPENFORCERNOTIFICATION"
            case .getURL: if hasReacted { return "KPROBE_ACTION_GETURL" }
            case .dnsLookup: if hasReacted { return "KPROBE_ACTION_DNSLOOKUP" }
            case .post, .noPost:
                break
            }
        }
        return nil
    }

    private func add(_ policy: PolicyEventLayout, _ number: Int32) {
        let first = arguments.count
        for argument in policy.arguments { arguments.append(prepared(argument)) }
        // Events of user space functions have no member for the result: it is the last of their arguments.
        let hasOwnResult = hasReturnAction
        if !hasOwnResult, let result = policy.result { arguments.append(prepared(result)) }
        let firstOfData = arguments.count
        for argument in policy.data { arguments.append(prepared(argument)) }
        var prepared = Policy(
            arguments: first..<firstOfData, data: firstOfData..<arguments.count,
            result: hasOwnResult ? policy.result.map { self.prepared($0) } : nil, number: number)
        prepared.hasSocket = (policy.arguments + [policy.result].compactMap(\.self)).contains {
            $0.type == .sock || $0.type == .socket
        }
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
        case .uprobe, .usdt:
            prepared.beforeArguments = piece { text in
                name(&text)
                message(&text)
            }
            prepared.beforeAction = piece { tags(&$0) }
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
                reactions: (selector.actions + selector.returnActions).compactMap(\.reaction),
                isMonitored: selector.mode == .monitor, stacks: selector.stacks, hasHash: selector.hasHash))
    }

    private func piece(_ write: (inout ByteBuffer) -> Void) -> Range<Int> {
        let start = text.count
        write(&text)
        return start..<text.count
    }
}

extension ByteBuffer {
    /// A number of 64 bits as JSON has it; 0 is not said.
    fileprivate mutating func append(number: UInt64, as name: StaticString) {
        guard number != 0 else { return }
        append(",\"")
        append(name)
        append("\":")
        append(quoted: number)
    }
}

extension SelectorAction {
    /// What it means to user space.
    fileprivate var reaction: Reaction? {
        switch self {
        case .getURL(let text): .getURL(text)
        case .dnsLookup(let name): .lookUp(name)
        default: nil
        }
    }
}
