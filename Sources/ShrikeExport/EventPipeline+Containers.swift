// SPDX-License-Identifier: Apache-2.0
// Events that wait for their container: what the pipeline does until its pod is known, or nobody waits any longer.

internal import ShrikeEvents
internal import ShrikeProcesses

extension EventPipeline {
    /// Keeps an event back when its process's container is not known yet.
    /// - Parameters:
    ///   - record: of the event; empty with `ktime`: the exec event of a process that was there at start.
    /// - Returns: false when there is nothing to wait for.
    @inline(__always)
    internal func hold(
        _ record: UnsafeRawBufferPointer, of process: ProcessReference, ktime: UInt64 = 0
    ) -> Bool {
        guard processes.isContainerAwaited(of: process) else { return false }
        keepBack(record, process, ktime)
        return true
    }

    @inline(never)
    private func keepBack(_ record: UnsafeRawBufferPointer, _ process: ProcessReference, _ ktime: UInt64) {
        counts.heldEvents &+= 1
        processes.retain(process)
        held.append(
            HeldEvents.Event(record: Array(record), process: process, ktime: ktime, since: now()))
        while held.isFull, let oldest = held.takeOldest() { send(oldest) }
    }

    /// To be called when something has become known of containers, and now and then: lets go what waited for it, and
    /// what has waited long enough.
    internal func releaseHeld() {
        processes.renderContainers()
        guard !held.isEmpty else { return }
        defer { counts.waitingEvents = held.count }
        let now = now()
        while held.isOverdue(at: now), let oldest = held.takeOldest() {
            // The others of its container have waited for the same.
            processes.giveUp(containerOf: oldest.process)
            heldIsStale = true
            send(oldest)
        }
        guard heldIsStale || !processes.awaitsContainers else { return }
        heldIsStale = false
        for event in held.take(where: { [processes] in !processes.isContainerAwaited(of: $0) }) {
            send(event)
        }
    }

    /// At the end nothing comes any more.
    public func endHeld() {
        processes.renderContainers()
        while let oldest = held.takeOldest() { send(oldest) }
    }

    private func send(_ event: HeldEvents.Event) {
        if processes.isContainerIncomplete(of: event.process) { counts.incompleteEvents &+= 1 }
        event.record.withUnsafeBytes { bytes in
            if bytes.isEmpty {
                tell(seed: event.process, ktime: event.ktime)
            } else if let record = try? EventRecord(decoding: bytes) {
                // It was decoded once already.
                switch record {
                case .exec(let exec): tell(exec, event.process)
                case .exit(let exit): tell(exit, event.process)
                case .hook(let hook): tell(hook)
                case .loader(let load): tell(load, event.process)
                default: break
                }
            }
        }
        processes.release(event.process)
        flushIfNeeded()
    }
}
