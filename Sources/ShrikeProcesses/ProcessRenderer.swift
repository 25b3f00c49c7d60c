// SPDX-License-Identifier: Apache-2.0
// Renders a process once, when it comes into being: from then on events are copies of these bytes.

internal import ShrikeEvents
internal import ShrikeJSON

/// What an exec record or a seed says about a process, borrowed for the time of one call.
internal struct ProcessDescription {
    internal var key: ProcessKey
    internal var parent: ProcessKey
    /// The text of the parent's `exec_id`, when it has been rendered.
    internal var parentExecID: UnsafeRawBufferPointer?
    internal var flags: ProcessFlags
    internal var startTime: Int64
    internal var auid: UInt32
    internal var credentials: Credentials
    internal var namespaces: Namespaces
    internal var filename: UnsafeRawBufferPointer
    internal var workingDirectory: UnsafeRawBufferPointer
    internal var arguments: UnsafeRawBufferPointer
    internal var environment = UnsafeRawBufferPointer(start: nil, count: 0)
    internal var container: ContainerText?
    /// Pid in the innermost pid namespace; 0 in the host's.
    internal var namespacePID: UInt32 = 0

    /// The working directory as shown.
    internal var shownDirectory: UnsafeRawBufferPointer {
        if !flags.isDisjoint(with: [.noWorkingDirectory, .errorWorkingDirectory]) {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        guard flags.contains(.rootWorkingDirectory) else { return workingDirectory }
        let root: StaticString = "/"
        // SAFETY: a StaticString with a pointer representation lives as long as the program.
        return UnsafeRawBufferPointer(start: root.utf8Start, count: 1)
    }
}

/// Renders processes into a buffer of its own; the caller copies the bytes into a block. One owner.
internal struct ProcessRenderer: ~Copyable {
    /// The process rendered last.
    internal var text = ByteBuffer(capacity: 4_096)
    private var offsets = FragmentOffsets()
    /// Where the binary's path is in the text, without its quotes.
    private var binaryRange = 0..<0

    /// The path of the binary of the process rendered last, escaped; valid until the next one.
    internal var binaryText: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: text.bytes[binaryRange])
    }
    private var identifier: ByteBuffer
    private let nodeBytes: Int
    private var path = ByteBuffer(capacity: 4_096)
    private var timestamps = TimestampWriter()
    private let printsCredentials: Bool
    private let printsNamespaces: Bool
    private let environment: EnvironmentSelection?
    private let redactor: Redactor?
    /// Namespaces of pid 1.
    internal var host = Namespaces()

    internal init(
        nodeName: String, credentials: Bool, namespaces: Bool, environment: EnvironmentSelection?,
        redactor: Redactor?
    ) {
        self.environment = environment
        identifier = ByteBuffer(capacity: nodeName.utf8.count + 48)
        identifier.append(utf8: nodeName)
        identifier.append(":")
        nodeBytes = identifier.count
        printsCredentials = credentials
        printsNamespaces = namespaces
        self.redactor = redactor
    }

    /// Renders an exec or a seed.
    internal mutating func render(_ process: ProcessDescription) -> FragmentOffsets {
        begin(process.key)
        text.append(",\"uid\":")
        text.append(decimal: process.credentials.euid)
        appendPaths(process)
        offsets.flags = position
        appendFlags(process.flags, process.startTime)
        offsets.auid = position
        text.append(",\"auid\":")
        text.append(decimal: process.auid)
        offsets.container = position
        if let container = process.container {
            text.append(
                container, pid: process.namespacePID, isProbe: isProbe(of: container), &offsets)
        }
        appendParent(process.parent, process.parentExecID)
        offsets.refcnt = position
        offsets.refcntEnd = position
        if printsCredentials { text.append(capabilities: process.credentials) }
        if printsNamespaces { text.append(namespaces: process.namespaces, host: host) }
        appendThread(process.key.pid)
        if printsCredentials { text.append(processCredentials: process.credentials) }
        appendInitTree(process.flags.contains(.inInitTree))
        if let environment, !process.environment.isEmpty {
            appendEnvironment(process, environment)
        }
        text.append("}")
        return offsets
    }

    private mutating func appendEnvironment(
        _ process: ProcessDescription, _ environment: EnvironmentSelection
    ) {
        guard let redactor else {
            return text.append(environment: process.environment, environment, redact: nil)
        }
        let name = String(unescaping: binaryText)
        guard redactor.applies(to: name) else {
            return text.append(environment: process.environment, environment, redact: nil)
        }
        text.append(environment: process.environment, environment) { redactor.redacted($0, of: name) }
    }

    /// Renders a fork: its parent's texts with an identity of its own.
    internal mutating func render(
        fork key: ProcessKey, of parent: ProcessKey, copying original: Fragment?, startTime: Int64,
        namespacePID: UInt32, isInInitTree: Bool, dropsArguments: Bool = false
    ) -> FragmentOffsets {
        begin(key)
        if let original { text.append(original.bytes(original.offsets.uid, original.offsets.arguments)) }
        offsets.arguments = position
        if let original, !dropsArguments {
            text.append(original.bytes(original.offsets.arguments, original.offsets.flags))
        }
        offsets.flags = position
        // The incumbent's fork event decodes its clone bit as execve; consumers know forks by that.
        var flags: ProcessFlags = isInInitTree ? [.execve, .inInitTree] : .execve
        if dropsArguments { flags.insert(.truncatedArguments) }
        appendFlags(flags, startTime)
        offsets.auid = position
        if let original {
            text.append(original.bytes(original.offsets.auid, original.offsets.container))
            offsets.container = position
            appendContainer(of: original, pid: namespacePID)
        } else {
            offsets.container = position
        }
        appendParent(parent, original?.execID)
        offsets.refcnt = position
        text.append(",\"refcnt\":1")
        offsets.refcntEnd = position
        if let original { text.append(original.bytes(original.offsets.refcntEnd, original.offsets.tid)) }
        appendThread(key.pid)
        if let original { text.append(original.bytes(original.offsets.tidEnd, original.offsets.inInitTree)) }
        appendInitTree(isInInitTree)
        if let original, !dropsArguments, environment != nil {
            // `,"in_init_tree":…` of the parent ends where its environment begins.
            text.append(original.bytes(original.offsets.inInitTreeEnd, original.count - 1))
        }
        text.append("}")
        return offsets
    }

    /// `pod` and `docker` of another process, with a pid of its own.
    private mutating func appendContainer(of original: Fragment, pid: UInt32) {
        let from = original.offsets
        guard from.containerPID > 0 else {
            return text.append(original.bytes(from.container, from.parentExecID))
        }
        text.append(original.bytes(from.container, from.containerPID))
        offsets.containerPID = position
        text.append(containerPID: pid)
        offsets.containerPIDEnd = position
        text.append(original.bytes(from.containerPIDEnd, from.parentExecID))
    }

    /// Renders a process once more, as it is but for its container.
    internal mutating func render(
        _ original: Fragment, in container: ContainerText, pid: UInt32
    ) -> FragmentOffsets {
        text.removeAll()
        offsets = original.offsets
        (offsets.containerPID, offsets.containerPIDEnd) = (0, 0)
        text.append(original.bytes(0, original.offsets.container))
        text.append(container, pid: pid, isProbe: isProbe(of: container), &offsets)
        // Wraps around when the text is shorter than it was, and so does the sum.
        offsets.moveBehindContainer(by: position &- original.offsets.parentExecID)
        text.append(original.bytes(original.offsets.parentExecID, original.count))
        return offsets
    }

    /// Whether what has been rendered so far is one of a container's probes.
    private func isProbe(of container: ContainerText) -> Bool {
        guard !container.probes.isEmpty else { return false }
        let (start, middle, end) = (Int(offsets.uid), Int(offsets.arguments), Int(offsets.flags))
        // A quote inside a text is escaped: this is no part of one.
        let name: StaticString = ",\"binary\":\""
        guard
            let member = text.bytes[start..<middle].firstRange(
                of: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        else { return false }
        let binary = UnsafeRawBufferPointer(rebasing: text.bytes[member.upperBound..<middle - 1])
        // ,"arguments":"…"
        let arguments = end - middle > 14 ? text.bytes[middle + 14..<end - 1] : text.bytes[end..<end]
        return container.probes.contains {
            $0.matches(binary: binary, arguments: UnsafeRawBufferPointer(rebasing: arguments))
        }
    }

    private mutating func begin(_ key: ProcessKey) {
        offsets = FragmentOffsets()
        text.removeAll()
        text.append("{\"exec_id\":\"")
        appendExecID(key)
        offsets.execIDEnd = position
        text.append("\",\"pid\":")
        text.append(decimal: key.pid)
        offsets.uid = position
    }

    private mutating func appendInitTree(_ isInInitTree: Bool) {
        offsets.inInitTree = position
        if isInInitTree {
            text.append(",\"in_init_tree\":true")
        } else {
            text.append(",\"in_init_tree\":false")
        }
        offsets.inInitTreeEnd = position
    }

    private mutating func appendPaths(_ process: ProcessDescription) {
        let directory = process.shownDirectory
        appendMember(",\"cwd\":\"", directory)
        let binaryStart = text.count
        if let first = process.filename.first, first != UInt8(ascii: "/"), !process.flags.contains(.procfs) {
            path.removeAll()
            path.append(cleanPath: process.filename, in: directory)
            appendMember(",\"binary\":\"", path.bytes)
        } else {
            appendMember(",\"binary\":\"", process.filename)
        }
        offsets.arguments = position
        let binaryEnd = text.count
        // ,"binary":"…"
        binaryRange = binaryEnd - binaryStart > 12 ? binaryStart + 11..<binaryEnd - 1 : 0..<0
        text.append(",\"arguments\":\"")
        let start = text.count
        text.append(
            joining: process.arguments,
            keepsTrailing: process.workingDirectory.count > 0
                && process.flags.isDisjoint(with: [.rootWorkingDirectory, .procfs]))
        if let redactor { redact(redactor, from: start) }
        if text.count > start {
            text.append("\"")
        } else {
            text.truncate(to: start - 14)
        }
    }

    /// Redacts the joined arguments, the last thing in the text.
    private mutating func redact(_ redactor: Redactor, from start: Int) {
        let name = String(unescaping: binaryText)
        guard redactor.applies(to: name) else { return }
        let arguments = String(unescaping: UnsafeRawBufferPointer(rebasing: text.bytes[start...]))
        let redacted = redactor.redacted(arguments, of: name)
        guard redacted != arguments else { return }
        text.truncate(to: start)
        text.append(escaping: redacted)
    }

    private mutating func appendMember(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        guard value.count > 0 else { return }
        text.append(name)
        text.append(escaping: value)
        text.append("\"")
    }

    private mutating func appendFlags(_ flags: ProcessFlags, _ startTime: Int64) {
        text.append(",\"flags\":\"")
        let start = text.count
        text.append(flags: flags)
        if text.count > start { text.append("\"") } else { text.truncate(to: start - 10) }
        text.append(",\"start_time\":\"")
        timestamps.append(startTime, to: &text)
        text.append("\"")
    }

    private mutating func appendParent(_ parent: ProcessKey, _ rendered: UnsafeRawBufferPointer?) {
        offsets.parentExecID = position
        text.append(",\"parent_exec_id\":\"")
        if let rendered {
            text.append(rendered)
        } else {
            appendExecID(parent.pid == 0 ? .kernel : parent)
        }
        text.append("\"")
    }

    private mutating func appendThread(_ tid: UInt32) {
        offsets.tid = position
        text.append(",\"tid\":")
        text.append(decimal: tid)
        offsets.tidEnd = position
    }

    /// base64("node:ktime:pid")
    private mutating func appendExecID(_ key: ProcessKey) {
        identifier.truncate(to: nodeBytes)
        identifier.append(decimal: key.ktime)
        identifier.append(":")
        identifier.append(decimal: key.pid)
        text.append(base64: identifier.bytes)
    }

    private var position: UInt32 { UInt32(truncatingIfNeeded: text.count) }
}
