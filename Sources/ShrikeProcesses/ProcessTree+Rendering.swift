// SPDX-License-Identifier: Apache-2.0
// Rendered processes: made once, kept in the pool, copied into events.

public import ShrikeEvents
public import ShrikeJSON

extension ProcessTree {
    /// Bytes of a line above which its relatives lose their long arguments.
    private static let longLine = 256 << 10
    /// Rendered bytes above which arguments are long.
    private static let longArguments: UInt32 = 4_096

    /// The image with a key, or nil.
    @inline(__always)
    public func find(_ key: ProcessKey) -> ProcessReference? {
        let index = table.find(key)
        return index < 0 ? nil : ProcessReference(index: index)
    }

    /// The parent's image, or nil when it is not known. The kernel is its own parent.
    public func parent(of process: ProcessReference) -> ProcessReference? {
        let entry = table.entries[Int(process.index)]
        if entry.key.pid == 0 { return process }
        return entry.parent < 0 ? nil : ProcessReference(index: entry.parent)
    }

    /// Appends a process as it is in exec and exit events.
    public func append(_ process: ProcessReference, to buffer: inout ByteBuffer) {
        ensureRendered(process.index)
        guard let fragment = table.entries[Int(process.index)].fragment else { return }
        buffer.append(fragment.bytes)
    }

    /// Appends a process as a parent or ancestor.
    ///
    /// Long arguments become `<enomem>`, as where the incumbent could not keep them, when the line is long
    /// already: else a family of processes with huge argvs makes lines that no sink takes, and hides in them.
    /// - Parameter lineStart: where the line begins in the buffer.
    public func append(relative process: ProcessReference, lineStart: Int, to buffer: inout ByteBuffer) {
        ensureRendered(process.index)
        guard let fragment = table.entries[Int(process.index)].fragment else { return }
        let offsets = fragment.offsets
        if buffer.count - lineStart <= Self.longLine
            || offsets.flags - offsets.arguments <= Self.longArguments
        {
            buffer.append(fragment.bytes)
        } else {
            buffer.append(fragment.bytes(0, offsets.arguments))
            buffer.append(",\"arguments\":\"<enomem>\"")
            buffer.append(fragment.bytes(offsets.flags, fragment.count))
            losses.omittedArguments += 1
        }
    }

    /// Appends a process as the actor of a hook event: with the calling thread and the count of references,
    /// one for itself while it lives and one for each living child.
    public func append(_ process: ProcessReference, tid: UInt32, to buffer: inout ByteBuffer) {
        ensureRendered(process.index)
        let entry = table.entries[Int(process.index)]
        guard let fragment = entry.fragment else { return }
        let offsets = fragment.offsets
        buffer.append(fragment.bytes(0, offsets.refcnt))
        let references = entry.liveChildren + (entry.state.contains(.ended) ? 0 : 1)
        if references > 0 {
            buffer.append(",\"refcnt\":")
            buffer.append(decimal: UInt32(truncatingIfNeeded: references))
        }
        buffer.append(fragment.bytes(offsets.refcntEnd, offsets.tid))
        buffer.append(",\"tid\":")
        buffer.append(decimal: tid)
        buffer.append(fragment.bytes(offsets.tidEnd, fragment.count))
    }

    /// Appends the process of an exec event, with `binary_properties` when there is something to say and
    /// credentials are asked for.
    public func append(_ process: ProcessReference, exec: ExecRecord, to buffer: inout ByteBuffer) {
        guard configuration.credentials, let fragment = table.entries[Int(process.index)].fragment,
            exec.setuid != nil || exec.setgid != nil || exec.privilegesChanged & 0xe != 0
                || exec.inodeLinks == 0
        else { return append(process, to: &buffer) }
        let offsets = fragment.offsets
        buffer.append(fragment.bytes(0, offsets.refcnt))
        buffer.append(",\"refcnt\":1")
        buffer.append(fragment.bytes(offsets.refcntEnd, offsets.inInitTree))
        buffer.append(binaryProperties: exec)
        buffer.append(fragment.bytes(offsets.inInitTree, fragment.count))
    }

    /// Appends the ancestors behind the parent, nearest first, joined by commas, up to pid 1 or 2.
    /// - Parameter lineStart: where the line begins in the buffer.
    /// - Returns: how many there were.
    public func appendAncestors(
        of process: ProcessReference, lineStart: Int, to buffer: inout ByteBuffer
    ) -> Int {
        var index = table.entries[Int(process.index)].parent
        var count = 0
        while index >= 0, table.entries[Int(index)].key.pid > 2 {
            index = table.entries[Int(index)].parent
            guard index >= 0, table.entries[Int(index)].key.pid != 0 else { break }
            if count > 0 { buffer.append(byte: UInt8(ascii: ",")) }
            append(relative: ProcessReference(index: index), lineStart: lineStart, to: &buffer)
            count += 1
        }
        return count
    }

    /// Renders a process that came by exec or was there at start.
    internal func render(_ process: ProcessDescription, into index: Int32) {
        var process = process
        process.parentExecID = renderedExecID(of: process.parent, above: index)
        var offsets = renderer.render(process)
        if !pool.hasRoom(for: renderer.text.count) {
            var reduced = process
            reduced.arguments = UnsafeRawBufferPointer(rebasing: process.arguments.prefix(256))
            reduced.environment = UnsafeRawBufferPointer(start: nil, count: 0)
            reduced.flags.insert(.truncatedArguments)
            offsets = renderer.render(reduced)
            losses.reducedProcesses += 1
        }
        table.entries[Int(index)].binaryNumber = binaries.number(of: renderer.binaryText)
        chooseSeries(of: index)
        keep(offsets, for: index)
    }

    /// The text of the parent's `exec_id`; nil when the image above is another one, or is not rendered.
    private func renderedExecID(of parent: ProcessKey, above index: Int32) -> UnsafeRawBufferPointer? {
        let above = table.entries[Int(index)].parent
        guard above >= 0, table.entries[Int(above)].key == (parent.pid == 0 ? .kernel : parent) else {
            return nil
        }
        return table.entries[Int(above)].fragment?.execID
    }

    /// Renders a fork when somebody asks for it.
    internal func ensureRendered(_ index: Int32) {
        guard table.entries[Int(index)].fragment == nil else { return }
        renderForks(from: index)
    }

    /// Renders a fork whose parent is known by key only, or whose parent is rendered.
    internal func renderFork(_ index: Int32, of parent: ProcessKey) {
        let entry = table.entries[Int(index)]
        let original = entry.parent < 0 ? nil : table.entries[Int(entry.parent)].fragment
        var offsets = FragmentOffsets()
        // Many forks of one process with a huge argv must not take its size each.
        for attempt in 0..<2 {
            offsets = renderer.render(
                fork: entry.key, of: parent, copying: original,
                startTime: clock.wallTime(monotonic: entry.key.ktime), namespacePID: entry.namespacePID,
                isInInitTree: entry.state.contains(.inInitTree), dropsArguments: attempt > 0)
            if pool.hasRoom(for: renderer.text.count) { break }
            if attempt == 0 { losses.reducedProcesses += 1 }
        }
        keep(offsets, for: index)
    }

    internal func releaseFragment(_ index: Int32) {
        guard let fragment = table.entries[Int(index)].fragment else { return }
        pool.deallocate(fragment.block)
        table.entries[Int(index)].fragment = nil
    }

    @inline(never)
    private func renderForks(from leaf: Int32) {
        // The parent may be such a fork too: the topmost is rendered first, without recursion.
        while table.entries[Int(leaf)].fragment == nil {
            var index = leaf
            var parent = table.entries[Int(index)].parent
            while parent >= 0, table.entries[Int(parent)].fragment == nil {
                index = parent
                parent = table.entries[Int(index)].parent
            }
            let key = parent < 0 ? ProcessKey(ktime: 0, pid: 0) : table.entries[Int(parent)].key
            renderFork(index, of: key)
        }
    }

    internal func keep(_ offsets: FragmentOffsets, for index: Int32) {
        let count = renderer.text.count
        let block = pool.allocate(count)
        // SAFETY: the pool grants at least `count` bytes, and nobody else has the block.
        UnsafeMutableRawBufferPointer(start: block.start, count: count).copyMemory(from: renderer.text.bytes)
        table.entries[Int(index)].fragment = Fragment(
            block: block, count: UInt32(truncatingIfNeeded: count), offsets: offsets)
    }
}

extension ByteBuffer {
    /// Appends `,"binary_properties":{…}`.
    fileprivate mutating func append(binaryProperties exec: ExecRecord) {
        append(",\"binary_properties\":{")
        let start = count
        if let uid = exec.setuid {
            append("\"setuid\":")
            append(decimal: uid)
        }
        if let gid = exec.setgid {
            append(count > start ? ",\"setgid\":" : "\"setgid\":")
            append(decimal: gid)
        }
        if exec.privilegesChanged & 0xe != 0 {
            append(count > start ? ",\"privileges_changed\":[" : "\"privileges_changed\":[")
            let list = count
            if exec.privilegesChanged & 0x2 != 0 { append("\"PRIVILEGES_RAISED_EXEC_FILE_CAP\"") }
            if exec.privilegesChanged & 0x4 != 0 {
                append(
                    count > list
                        ? ",\"PRIVILEGES_RAISED_EXEC_FILE_SETUID\"" : "\"PRIVILEGES_RAISED_EXEC_FILE_SETUID\""
                )
            }
            if exec.privilegesChanged & 0x8 != 0 {
                append(
                    count > list
                        ? ",\"PRIVILEGES_RAISED_EXEC_FILE_SETGID\"" : "\"PRIVILEGES_RAISED_EXEC_FILE_SETGID\""
                )
            }
            append("]")
        }
        if exec.inodeLinks == 0 {
            append(count > start ? ",\"file\":{\"inode\":{\"number\":" : "\"file\":{\"inode\":{\"number\":")
            append(quoted: exec.inode)
            append(",\"links\":0}}")
        }
        append("}")
    }
}
