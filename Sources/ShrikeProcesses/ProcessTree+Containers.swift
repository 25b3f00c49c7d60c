// SPDX-License-Identifier: Apache-2.0
// The containers that processes are in, and processes that somebody needs although they have ended.

internal import ShrikeEvents
internal import ShrikeJSON

extension ProcessTree {
    /// Whether any container is known.
    public var knowsContainers: Bool { !containers.isEmpty }

    /// Whether events of some container's processes are better sent later.
    public var awaitsContainers: Bool { containers.hasAwaited }

    /// Processes that execute in a control group from now on are in a container; it has a text.
    public func join(group: UInt64, container: UInt32) { containers.join(group, container) }

    /// A control group is gone.
    public func leave(group: UInt64) { containers.leave(group) }

    /// What events say of a container from now on. Processes that were executed in it before keep what was known then,
    /// unless it was awaited.
    public func describe(container: UInt32, _ text: ContainerText) { containers.set(text, of: container) }

    /// Nobody executes in a container any more.
    public func end(container: UInt32) {
        renderContainers()
        containers.end(container)
    }

    /// What is known of a process's container has to be enough.
    public func giveUp(containerOf process: ProcessReference) {
        containers.giveUp(table.entries[Int(process.index)].container)
    }

    /// Whether more will be known of the container that a process is in.
    @inline(__always)
    public func isContainerAwaited(of process: ProcessReference) -> Bool {
        containers.hasAwaited && containers.isAwaited(table.entries[Int(process.index)].container)
    }

    /// Whether not all is known of that container, awaited or not.
    public func isContainerIncomplete(of process: ProcessReference) -> Bool {
        let container = table.entries[Int(process.index)].container
        return container != 0 && containers.text(of: container)?.isAwaited != false
    }

    /// Keeps a process in the tree, whatever becomes of it, until it is released.
    public func retain(_ process: ProcessReference) { table.entries[Int(process.index)].references += 1 }

    /// Ends that. The reference may be invalid afterwards.
    public func release(_ process: ProcessReference) {
        table.entries[Int(process.index)].references -= 1
        let entry = table.entries[Int(process.index)]
        if entry.references == 0, entry.state.contains(.expired) { expire(process.index) }
    }

    /// Puts what has become known of containers into the processes that were rendered without it. Walks the whole
    /// tree, and only when there is something new.
    public func renderContainers() {
        guard containers.hasChanged else { return }
        let changed = containers.takeChanged()
        for index in table.entries.indices {
            let entry = table.entries[index]
            guard entry.container != 0, changed.contains(entry.container), entry.state.contains(.used) else {
                continue
            }
            chooseSeries(of: Int32(index))
            guard let fragment = entry.fragment, let text = containers.text(of: entry.container) else {
                continue
            }
            let offsets = renderer.render(
                fragment, in: text, pid: entry.namespacePID)
            releaseFragment(Int32(index))
            keep(offsets, for: Int32(index))
        }
    }
}
