// SPDX-License-Identifier: Apache-2.0
// Events as JSON lines: copies of rendered processes between the few bytes that belong to the event.

internal import ShrikeEvents
internal import ShrikeJSON
internal import ShrikeProcesses
internal import ShrikeSymbols

/// Appends lines to a buffer. One owner, not thread-safe.
internal struct LineEncoder: ~Copyable {
    private let ancestors: AncestorOptions
    private let stacks: StackEncoder
    private let reactions: (any EventReactions)?
    private var timestamps = TimestampWriter()
    /// `},"node_name":"…","time":"`
    private var envelopeStart = ByteBuffer()
    /// `","cluster_name":"…","node_labels":{…}}` and the line's end.
    private var envelopeEnd = ByteBuffer()

    internal init(
        _ configuration: ExportConfiguration, _ symbols: StackSymbols,
        _ reactions: (any EventReactions)? = nil
    ) {
        self.reactions = reactions
        ancestors = configuration.ancestors
        stacks = StackEncoder(symbols: symbols, exposesAddresses: configuration.exposesStackAddresses)
        envelopeStart.append("}")
        if !configuration.nodeName.isEmpty {
            envelopeStart.append(",\"node_name\":")
            envelopeStart.append(jsonString: configuration.nodeName)
        }
        envelopeStart.append(",\"time\":\"")
        envelopeEnd.append("\"")
        if !configuration.clusterName.isEmpty {
            envelopeEnd.append(",\"cluster_name\":")
            envelopeEnd.append(jsonString: configuration.clusterName)
        }
        if !configuration.nodeLabels.isEmpty {
            envelopeEnd.append(",\"node_labels\":{")
            let labels = configuration.nodeLabels.sorted { left, right in
                left.key.unicodeScalars.lexicographicallyPrecedes(right.key.unicodeScalars)
            }
            for (position, label) in labels.enumerated() {
                if position > 0 { envelopeEnd.append(",") }
                envelopeEnd.append(jsonString: label.key)
                envelopeEnd.append(":")
                envelopeEnd.append(jsonString: label.value)
            }
            envelopeEnd.append("}")
        }
        envelopeEnd.append("}\n")
    }

    /// Appends the exec event of a process that was there at start.
    internal mutating func append(
        seed process: ProcessReference, ktime: UInt64, _ processes: ProcessTree, to line: inout ByteBuffer
    ) {
        let start = line.count
        line.append("{\"process_exec\":{\"process\":")
        processes.append(process, to: &line)
        appendParent(of: process, processes, start, to: &line)
        appendAncestors(.exec, of: process, processes, start, to: &line)
        appendEnvelope(processes.clock.wallTime(monotonic: ktime), to: &line)
    }

    /// Appends an exec event.
    internal mutating func append(
        _ exec: ExecRecord, _ process: ProcessReference, _ processes: ProcessTree, to line: inout ByteBuffer
    ) {
        let start = line.count
        line.append("{\"process_exec\":{\"process\":")
        processes.append(process, exec: exec, to: &line)
        appendParent(of: process, processes, start, to: &line)
        appendAncestors(.exec, of: process, processes, start, to: &line)
        appendEnvelope(processes.clock.wallTime(monotonic: exec.header.ktime), to: &line)
    }

    /// Appends an exit event.
    internal mutating func append(
        _ exit: ExitRecord, _ process: ProcessReference?, _ processes: ProcessTree, to line: inout ByteBuffer
    ) {
        let start = line.count
        line.append("{\"process_exit\":{\"process\":")
        if let process {
            processes.append(process, to: &line)
            appendParent(of: process, processes, start, to: &line)
        } else {
            append(unknown: exit.process, isReported: false, processes.clock, to: &line)
        }
        let code = exit.exitCode
        if let name = signalName(code & 0x7f) {
            line.append(",\"signal\":\"")
            line.append(name)
            line.append("\"")
        }
        if code >> 8 != 0 {
            line.append(",\"status\":")
            line.append(decimal: code >> 8)
        }
        let time = processes.clock.wallTime(monotonic: exit.header.ktime)
        line.append(",\"time\":\"")
        timestamps.append(time, to: &line)
        line.append("\"")
        if let process { appendAncestors(.exit, of: process, processes, start, to: &line) }
        appendEnvelope(time, to: &line)
    }

    /// Appends the event of a control group that is throttled, or no longer.
    internal mutating func append(
        throttle type: StaticString, _ name: [UInt8], at ktime: UInt64, _ processes: ProcessTree,
        to line: inout ByteBuffer
    ) {
        line.append("{\"process_throttle\":{\"type\":\"")
        line.append(type)
        line.append("\"")
        if !name.isEmpty {
            line.append(",\"cgroup\":\"")
            name.withUnsafeBytes { line.append(escaping: $0) }
            line.append("\"")
        }
        appendEnvelope(processes.clock.wallTime(monotonic: ktime), to: &line)
    }

    /// Appends the event of a file that a process maps to execute.
    internal mutating func append(
        _ load: LoaderRecord, _ process: ProcessReference?, _ processes: ProcessTree,
        to line: inout ByteBuffer
    ) {
        let start = line.count
        line.append("{\"process_loader\":{\"process\":")
        if let process {
            processes.append(process, to: &line)
        } else {
            append(unknown: load.process, isReported: true, processes.clock, to: &line)
        }
        line.append(",\"path\":\"")
        line.append(escaping: load.path)
        line.append("\"")
        load.withBuildID { bytes in
            guard !bytes.isEmpty else { return }
            line.append(",\"buildid\":\"")
            line.append(base64: bytes)
            line.append("\"")
        }
        if let process {
            appendParent(of: process, processes, start, to: &line)
            appendAncestors(.hook, of: process, processes, start, to: &line)
        }
        appendEnvelope(processes.clock.wallTime(monotonic: load.header.ktime), to: &line)
    }

    /// What became of a hook record.
    internal struct FanOut {
        /// Events made.
        internal var lines: UInt64 = 0
        /// Matches that post none.
        internal var suppressed: UInt64 = 0
        /// Whether all selectors and slots were the layout's.
        internal var fits = true
    }

    /// Whom a hook's lines name. Lines of one record and one actor have `head`, `ancestors` and `tail` alike: these are
    /// copied from the first one.
    private struct Actor {
        var key: ProcessKey
        var tid: UInt32
        var process: ProcessReference?
        var head = 0..<0
        var ancestors = 0..<0
        var tail = 0..<0

        init(key: ProcessKey, tid: UInt32, _ processes: ProcessTree) {
            self.key = key
            self.tid = tid
            process = processes.find(key)
        }
    }

    /// Appends one event for each policy that matched, until the buffer holds `limit` bytes.
    /// - Parameters:
    ///   - hash: of the hook's file, for the policies that want it.
    ///   - selector: the bit to begin with; afterwards the one to go on with.
    ///   - series: counts them.
    /// - Returns: whether there are more.
    internal mutating func append(
        _ record: HookRecord, _ hook: PreparedHook, _ hash: HashRecord?, from selector: inout Int, limit: Int,
        _ result: inout FanOut, _ series: inout EventSeries,
        _ processes: ProcessTree, to line: inout ByteBuffer
    ) -> Bool {
        var own = Actor(key: record.process, tid: record.header.tid, processes)
        var owner = record.owner.map { Actor(key: $0.process, tid: $0.tid, processes) }
        while let bit = record.nextMatch(from: selector) {
            if line.count >= limit { return true }
            selector = bit + 1
            guard bit < hook.selectors.count, hook.policies.indices.contains(hook.selectors[bit].policy)
            else {
                result.fits = false
                continue
            }
            let matched = hook.selectors[bit]
            let hasReacted = react(to: matched)
            guard matched.posts else {
                result.suppressed += 1
                continue
            }
            let policy = hook.policies[matched.policy]
            var actor = policy.hasSocket ? owner ?? own : own
            let isFirst = actor.head.isEmpty
            let start = line.count
            if isFirst {
                appendHead(record, hook, actor, processes, to: &line)
                actor.head = start..<line.count
            } else {
                line.append(ownBytes: actor.head)
            }
            line.append(hook.bytes(policy.beforeArguments))
            if !append(policy.arguments, of: hook, record, to: &line) { result.fits = false }
            if let value = policy.result, !append(result: value, of: hook, record, to: &line) {
                result.fits = false
            }
            line.append(hook.bytes(policy.beforeAction))
            if hook.hasActionBehindAncestors {
                if let process = actor.process {
                    appendAncestors(.hook, of: process, processes, start, to: &line)
                }
                line.append(hook.bytes(hook.place))
            }
            line.append(",\"action\":\"")
            line.append(hook.action(matched, policy, record, hasReacted: hasReacted))
            line.append("\"")
            if matched.stacks.contains(.kernel) {
                stacks.append(kernel: record, from: hook.functionName, to: &line)
            }
            line.append(hook.bytes(policy.afterAction))
            if hook.hasReturnAction {
                line.append(",\"return_action\":\"")
                line.append(hook.returnAction(matched, record, hasReacted: hasReacted))
                line.append("\"")
            }
            line.append(hook.bytes(policy.end))
            if matched.stacks.contains(.user) { stacks.append(user: record, to: &line) }
            let ancestorsStart = line.count
            if hook.hasActionBehindAncestors {
                // They stand in front of the action already.
            } else if !isFirst {
                line.append(ownBytes: actor.ancestors)
            } else if let process = actor.process {
                appendAncestors(.hook, of: process, processes, start, to: &line)
            }
            actor.ancestors = ancestorsStart..<line.count
            if !append(policy.data, as: ",\"data\":[", of: hook, record, to: &line) { result.fits = false }
            if let hash, matched.hasHash { append(hash, to: &line) }
            if isFirst {
                let tailStart = line.count
                appendEnvelope(processes.clock.wallTime(monotonic: record.header.ktime), to: &line)
                actor.tail = tailStart..<line.count
                if policy.hasSocket, owner != nil { owner = actor } else { own = actor }
            } else {
                line.append(ownBytes: actor.tail)
            }
            result.lines += 1
            series.add(
                policyEventOf: policy.number, kind: hook.kind.seriesKind,
                series: actor.process.map(processes.seriesNumber) ?? 0)
        }
        return false
    }

    /// Appends `,"ima_hash":"algorithm:digest"`, or nothing when there is no hash.
    private func append(_ hash: HashRecord, to line: inout ByteBuffer) {
        guard let algorithm = hash.algorithm else { return }
        line.append(",\"ima_hash\":\"")
        line.append(algorithm)
        line.append(":")
        for byte in hash.digest {
            for digit in [byte >> 4, byte & 0xf] {
                line.append(byte: digit < 10 ? 0x30 + digit : 0x57 + digit)
            }
        }
        line.append("\"")
    }

    /// Hands on what a selector wants done in user space. Returns whether all of it is taken up.
    private func react(to selector: PreparedHook.Selector) -> Bool {
        var isTaken = true
        for reaction in selector.reactions where reactions?.request(reaction) != true { isTaken = false }
        return isTaken
    }

    private mutating func appendHead(
        _ record: HookRecord, _ hook: PreparedHook, _ actor: Actor, _ processes: ProcessTree,
        to line: inout ByteBuffer
    ) {
        let start = line.count
        line.append(hook.bytes(hook.start))
        if let process = actor.process {
            processes.append(process, tid: actor.tid, to: &line)
            appendParent(of: process, processes, start, to: &line)
        } else {
            append(
                unknown: actor.key,
                isReported: record.flags.contains(.unknownProcess) && actor.key == record.process,
                processes.clock,
                to: &line)
        }
        line.append(hook.bytes(hook.function))
    }

    /// Appends the minimal form of a process that is not known; `unknown` when the kernel side said so.
    private mutating func append(
        unknown key: ProcessKey, isReported: Bool, _ clock: ClockReading, to line: inout ByteBuffer
    ) {
        line.append("{\"pid\":")
        line.append(decimal: key.pid)
        if isReported { line.append(",\"flags\":\"unknown\"") }
        line.append(",\"start_time\":\"")
        timestamps.append(clock.wallTime(monotonic: key.ktime), to: &line)
        line.append("\"}")
    }

    private func appendParent(
        of process: ProcessReference, _ processes: ProcessTree, _ lineStart: Int, to line: inout ByteBuffer
    ) {
        guard let parent = processes.parent(of: process) else { return }
        line.append(",\"parent\":")
        processes.append(relative: parent, lineStart: lineStart, to: &line)
    }

    private func appendAncestors(
        _ kind: AncestorOptions, of process: ProcessReference, _ processes: ProcessTree, _ lineStart: Int,
        to line: inout ByteBuffer
    ) {
        guard ancestors.contains(kind) else { return }
        let start = line.count
        line.append(",\"ancestors\":[")
        if processes.appendAncestors(of: process, lineStart: lineStart, to: &line) == 0 {
            line.truncate(to: start)
        } else {
            line.append("]")
        }
    }

    private mutating func appendEnvelope(_ time: Int64, to line: inout ByteBuffer) {
        line.append(envelopeStart.bytes)
        timestamps.append(time, to: &line)
        line.append(envelopeEnd.bytes)
    }
}
