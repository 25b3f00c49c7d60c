// SPDX-License-Identifier: Apache-2.0
// Which process is which: fed by fork, exec and exit, asked by everything that is exported.

public import ShrikeEvents
internal import ShrikeJSON

/// A process image in the tree. Valid until the tree is next changed.
public struct ProcessReference: Equatable, Sendable {
    internal var index: Int32
}

/// The process images of this node with their ancestry, keyed by pid and start time.
///
/// Exact: an image has the parent that the kernel side saw, and links are not rewritten when a parent dies. An
/// image stays until it ended, its grace (`retainedBatches`, `retainedNanoseconds`, `retainedImages`) is over and no
/// image in the tree descends from it.
///
/// Bounds: `capacity` images. When the tree is full the image that ended first goes, and when none has ended, a
/// living one without descendants; both are counted. Rendered processes take `fragmentBytes` and, beyond that, no
/// more than their paths need: arguments are cut. Not thread-safe: one thread feeds and asks.
public final class ProcessTree {
    internal let configuration: ProcessTreeConfiguration
    internal var table: ProcessTable
    internal var pool: FragmentPool
    internal var renderer: ProcessRenderer
    internal var pending: PendingArguments
    internal var pendingEnvironment: PendingArguments
    internal var losses = ProcessCounters()
    internal var binaries = BinaryLabels()
    internal var series = SeriesLabels()
    internal var containers = ContainerTexts()
    /// Clocks that start times are converted with; the owner renews them.
    public var clock: ClockReading

    /// Ended images in the order in which they ended.
    internal var endedHead: Int32 = -1
    internal var endedTail: Int32 = -1
    internal var endedCount = 0
    internal var batch: UInt32 = 0
    /// The latest kernel time seen in a record.
    internal var latestTime: UInt64 = 0
    /// When the processes older than the agent had all been looked at, in the kernel's time. Who ended before may be
    /// known to nobody: nothing else was told of it, and nothing is lost.
    public var seededAt: UInt64 = 0
    /// Where the search for a living image to forget goes on.
    internal var sweep = 0

    /// Makes an empty tree.
    /// - Parameter nodeName: part of each `exec_id`.
    public init(
        nodeName: String, configuration: ProcessTreeConfiguration = ProcessTreeConfiguration(),
        clock: ClockReading = .now()
    ) {
        var bounded = configuration
        bounded.capacity = max(16, configuration.capacity)
        bounded.maximumAncestors = min(max(4, configuration.maximumAncestors), 16_384)
        self.configuration = bounded
        self.clock = clock
        table = ProcessTable(capacity: bounded.capacity)
        pool = FragmentPool(limit: configuration.fragmentBytes)
        renderer = ProcessRenderer(
            nodeName: nodeName, credentials: configuration.credentials, namespaces: configuration.namespaces,
            environment: configuration.environment, redactor: configuration.redactor)
        pending = PendingArguments(maximumBytes: configuration.maximumArgumentBytes)
        pendingEnvironment = PendingArguments(maximumBytes: EnvironmentSelection.maximumBytes)
    }

    deinit {
        for index in table.entries.indices { releaseFragment(Int32(index)) }
    }

    /// Images in the tree.
    public var count: Int { table.count }

    /// Bytes that rendered processes take.
    public var fragmentBytes: Int { pool.bytes }

    /// What was lost so far.
    public var counters: ProcessCounters {
        var result = losses
        result.droppedArgumentBytes += pending.droppedBytes + pendingEnvironment.droppedBytes
        result.unmatchedArgumentParts = pending.droppedParts + pendingEnvironment.droppedParts
        return result
    }

    /// Counts an image that an event named and the tree does not know.
    public func countUnknownProcess() { losses.unknownProcesses += 1 }

    /// Adds a forked process. It is not rendered before an event asks for it: most forks exec at once.
    public func apply(_ fork: ForkRecord) {
        see(fork.header.ktime)
        let key = fork.process
        guard table.find(key) < 0 else {
            losses.duplicates += 1
            return
        }
        endImages(of: key.pid, replaced: nil)
        let parentKey = fork.parent
        let parent = findParent(parentKey)
        let index = insert(key, parent: parent)
        if parent >= 0 {
            table.entries[Int(index)].binaryNumber = table.entries[Int(parent)].binaryNumber
            table.entries[Int(index)].series = table.entries[Int(parent)].series
        }
        // Where it executes tells of a process where it is; until then it is where its parent is.
        table.entries[Int(index)].container = parent < 0 ? 0 : table.entries[Int(parent)].container
        table.entries[Int(index)].namespacePID = fork.namespacePID
        if fork.flags.contains(.inInitTree) { table.entries[Int(index)].state.insert(.inInitTree) }
        // Without a parent there is nothing to copy later, and only the record knows its key.
        if parent < 0 { renderFork(index, of: parentKey) }
    }

    /// Adds the part of an argv whose exec record comes later.
    public func apply(_ part: ExecArgsRecord) {
        pending.collect(part)
    }

    /// Adds a part of the environment of an image whose exec record comes later.
    public func apply(environment part: ExecArgsRecord) {
        guard configuration.environment != nil else { return }
        pendingEnvironment.collect(part)
    }

    /// Adds a new image, with the parts of its argv that came before, and ends the one it replaces.
    public func apply(_ exec: ExecRecord) -> ProcessReference {
        see(exec.header.ktime)
        let key = exec.process
        var index = table.find(key)
        if index >= 0 {
            losses.duplicates += 1
            releaseFragment(index)
        } else {
            endImages(of: key.pid, replaced: exec.replaced)
            index = insert(key, parent: findParent(exec.parent))
        }
        let flags = exec.flags
        if flags.contains(.inInitTree) { table.entries[Int(index)].state.insert(.inInitTree) }
        var process = ProcessDescription(
            key: key, parent: exec.parent, flags: flags, startTime: clock.wallTime(monotonic: key.ktime),
            auid: exec.auid, credentials: exec.credentials, namespaces: exec.namespaces,
            filename: exec.filename, workingDirectory: exec.workingDirectory, arguments: exec.arguments)
        process.namespacePID = exec.namespacePID
        assign(exec.cgroupID, &process, index)
        let parts = pending.find(key)
        var kept = min(process.arguments.count, configuration.maximumArgumentBytes)
        if let parts {
            pending.complete(parts, with: exec.arguments)
            process.arguments = parts.bytes.bytes
            process.flags.insert(.dataArguments)
            kept = parts.received
        } else {
            process.arguments = UnsafeRawBufferPointer(rebasing: process.arguments.prefix(kept))
        }
        let total = max(exec.argumentsTotalBytes, exec.arguments.count)
        if kept < total {
            losses.droppedArgumentBytes += UInt64(total - kept)
            process.flags.insert(.truncatedArguments)
        }
        let environment = pendingEnvironment.find(key)
        if let environment { process.environment = environment.bytes.bytes }
        render(process, into: index)
        if let parts { pending.end(parts) }
        if let environment { pendingEnvironment.end(environment) }
        return ProcessReference(index: index)
    }

    /// A process is in the container of its control group.
    internal func assign(_ group: UInt64, _ process: inout ProcessDescription, _ index: Int32) {
        let container = containers.container(of: group)
        table.entries[Int(index)].container = container
        table.entries[Int(index)].namespacePID = process.namespacePID
        process.container = containers.text(of: container)
    }

    /// Ends an image; it can still be asked for.
    /// - Returns: nil when it is not known.
    public func apply(_ exit: ExitRecord) -> ProcessReference? {
        see(exit.header.ktime)
        var index = table.find(exit.process)
        if index < 0, exit.process.ktime == 0 {
            // The kernel side had no room for its state, which it counts: it is whoever lives under this pid.
            index = table.newest(exit.process.pid)
            if index >= 0, table.entries[Int(index)].state.contains(.ended) { index = -1 }
        }
        guard index >= 0 else {
            if !endedUnseen(exit) { losses.unknownProcesses += 1 }
            return nil
        }
        end(index)
        return ProcessReference(index: index)
    }

    /// Whether an exit that is of no known image is that of a process which was gone before the agent had looked at it.
    public func endedUnseen(_ exit: ExitRecord) -> Bool { exit.header.ktime < seededAt }

    /// Forgets what ended long enough ago.
    ///
    /// To be called when every record that was in the rings when the batch began has been applied.
    public func endOfBatch() {
        batch &+= 1
        while endedHead >= 0 {
            let entry = table.entries[Int(endedHead)]
            guard batch &- entry.endedBatch >= configuration.retainedBatches,
                latestTime >= entry.endedTime &+ configuration.retainedNanoseconds
                    || endedCount > configuration.retainedImages
            else { return }
            expire(dequeueEnded())
        }
    }

    private func see(_ time: UInt64) {
        if time > latestTime { latestTime = time }
    }

    internal func findParent(_ key: ProcessKey) -> Int32 {
        let index = table.find(key.pid == 0 ? .kernel : key)
        if index < 0 { losses.unknownParents += 1 }
        return index
    }
}
