// SPDX-License-Identifier: Apache-2.0
// What events say about the container that a process is in: made once per container, copied into processes.

internal import ShrikeJSON

/// What events say of a container: `pod` and `docker`, in two pieces, between which goes what differs by process.
public struct ContainerText: Sendable, Equatable {
    /// Members, each beginning with its comma, up to the place of the pod's `container.pid`.
    public var beforePID: [UInt8]
    /// The rest; empty when there is no place for a pid.
    public var afterPID: [UInt8]
    /// Whether more will be known, and events wait for it.
    public var isAwaited: Bool
    /// Its probes; a process that is one of them has `maybe_exec_probe`.
    public var probes: [ProbeCommand]
    /// What metrics say of its pod; nil: there is none.
    public var labels: PodLabels?

    /// A container's text.
    public init(
        beforePID: [UInt8], afterPID: [UInt8] = [], isAwaited: Bool = false, probes: [ProbeCommand] = [],
        labels: PodLabels? = nil
    ) {
        self.labels = labels
        self.probes = probes
        self.beforePID = beforePID
        self.afterPID = afterPID
        self.isAwaited = isAwaited
    }
}

/// The containers of this node by control group. Bounded by whoever tells of them.
internal struct ContainerTexts {
    private var groups: [UInt64: UInt32] = [:]
    private var texts: [UInt32: ContainerText] = [:]
    private var awaited: Set<UInt32> = []
    /// Those that nobody waits for any longer.
    private var givenUp: Set<UInt32> = []
    /// Their processes are to be rendered anew.
    private var changed: Set<UInt32> = []

    internal var isEmpty: Bool { texts.isEmpty }
    internal var hasAwaited: Bool { !awaited.isEmpty }
    internal var hasChanged: Bool { !changed.isEmpty }

    /// The container of a control group; 0: none.
    @inline(__always)
    internal func container(of group: UInt64) -> UInt32 {
        // Without containers, as without Kubernetes, an exec costs nothing more.
        groups.isEmpty ? 0 : groups[group] ?? 0
    }

    @inline(__always)
    internal func text(of container: UInt32) -> ContainerText? { container == 0 ? nil : texts[container] }

    @inline(__always)
    internal func isAwaited(_ container: UInt32) -> Bool {
        container != 0 && !awaited.isEmpty && awaited.contains(container)
    }

    internal mutating func set(_ text: ContainerText, of container: UInt32) {
        // Processes keep what was known when they were executed, unless that was not all.
        if awaited.contains(container) { changed.insert(container) }
        if text.isAwaited, !givenUp.contains(container) {
            awaited.insert(container)
        } else {
            awaited.remove(container)
        }
        texts[container] = text
    }

    internal mutating func forgetLabels(ofPod uid: String) {
        for (container, text) in texts where text.labels?.uid == uid { texts[container]?.labels = nil }
    }

    internal mutating func giveUp(_ container: UInt32) {
        guard awaited.remove(container) != nil else { return }
        givenUp.insert(container)
    }
    internal mutating func join(_ group: UInt64, _ container: UInt32) { groups[group] = container }
    internal mutating func leave(_ group: UInt64) { groups[group] = nil }

    internal mutating func end(_ container: UInt32) {
        texts[container] = nil
        awaited.remove(container)
        givenUp.remove(container)
        changed.remove(container)
    }

    /// Those whose processes are to be rendered anew, once.
    internal mutating func takeChanged() -> Set<UInt32> {
        defer { changed = [] }
        return changed
    }
}

extension ByteBuffer {
    /// Appends `,"pod":{…},"docker":"…"`, with the process's pid in its container; 0: it has none of its own.
    /// - Parameter isProbe: whether it is one of the container's probes. A fork of one is told of as such too.
    internal mutating func append(
        _ container: ContainerText, pid: UInt32, isProbe: Bool, _ offsets: inout FragmentOffsets
    ) {
        append(container.beforePID)
        guard !container.afterPID.isEmpty else { return }
        offsets.containerPID = UInt32(truncatingIfNeeded: count)
        append(containerPID: pid)
        offsets.containerPIDEnd = UInt32(truncatingIfNeeded: count)
        if isProbe { append(",\"maybe_exec_probe\":true") }
        append(container.afterPID)
    }

    internal mutating func append(containerPID pid: UInt32) {
        guard pid != 0 else { return }
        append(",\"pid\":")
        append(decimal: pid)
    }
}
