// SPDX-License-Identifier: Apache-2.0
// Events as JSON lines: copies of rendered processes between the few bytes that belong to the event.

internal import ShrikeEvents
internal import ShrikeJSON
internal import ShrikeProcesses

/// Appends lines to a buffer. One owner, not thread-safe.
internal struct LineEncoder: ~Copyable {
    private let ancestors: AncestorOptions
    private var timestamps = TimestampWriter()
    /// `},"node_name":"…","time":"`
    private var envelopeStart = ByteBuffer()
    /// `","cluster_name":"…","node_labels":{…}}` and the line's end.
    private var envelopeEnd = ByteBuffer()

    internal init(_ configuration: ExportConfiguration) {
        ancestors = configuration.ancestors
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

    /// What became of a hook record.
    internal struct FanOut {
        /// Events made.
        internal var lines: UInt64 = 0
        /// Matches that post none.
        internal var suppressed: UInt64 = 0
        /// Whether all selectors and slots were the layout's.
        internal var fits = true
    }

    /// Appends one event for each policy that matched, until the buffer holds `limit` bytes.
    /// - Parameter selector: the bit to begin with; afterwards the one to go on with.
    /// - Returns: whether there are more.
    internal mutating func append(
        _ record: HookRecord, _ hook: PreparedHook, from selector: inout Int, limit: Int,
        _ result: inout FanOut,
        _ processes: ProcessTree, to line: inout ByteBuffer
    ) -> Bool {
        let process = processes.find(record.process)
        // Lines of one record differ between `head` and `tail` only: both are copied from the first one.
        var head = 0..<0
        var tail = 0..<0
        while let bit = record.nextMatch(from: selector) {
            if line.count >= limit { return true }
            selector = bit + 1
            guard bit < hook.selectors.count, hook.policies.indices.contains(hook.selectors[bit].policy)
            else {
                result.fits = false
                continue
            }
            let matched = hook.selectors[bit]
            guard matched.posts else {
                result.suppressed += 1
                continue
            }
            let isFirst = head.isEmpty
            let start = line.count
            if isFirst {
                appendHead(record, hook, process, processes, to: &line)
                head = start..<line.count
            } else {
                line.append(ownBytes: head)
            }
            let policy = hook.policies[matched.policy]
            line.append(hook.bytes(policy.beforeArguments))
            if !append(policy.arguments, of: hook, record, to: &line) { result.fits = false }
            if let value = policy.result, !append(result: value, of: hook, record, to: &line) {
                result.fits = false
            }
            line.append(hook.bytes(policy.beforeAction))
            line.append(",\"action\":\"")
            line.append(hook.action(hook.entrySelector(of: policy, record) ?? matched, record))
            line.append("\"")
            line.append(hook.bytes(policy.afterAction))
            if hook.hasReturnAction {
                line.append(",\"return_action\":\"")
                line.append(hook.returnAction(matched, record))
                line.append("\"")
            }
            line.append(hook.bytes(policy.end))
            if isFirst {
                let tailStart = line.count
                if let process { appendAncestors(.hook, of: process, processes, start, to: &line) }
                appendEnvelope(processes.clock.wallTime(monotonic: record.header.ktime), to: &line)
                tail = tailStart..<line.count
            } else {
                line.append(ownBytes: tail)
            }
            result.lines += 1
        }
        return false
    }

    private mutating func appendHead(
        _ record: HookRecord, _ hook: PreparedHook, _ process: ProcessReference?, _ processes: ProcessTree,
        to line: inout ByteBuffer
    ) {
        let start = line.count
        line.append(hook.bytes(hook.start))
        if let process {
            processes.append(process, tid: record.header.tid, to: &line)
            appendParent(of: process, processes, start, to: &line)
        } else {
            append(
                unknown: record.process, isReported: record.flags.contains(.unknownProcess), processes.clock,
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
