// SPDX-License-Identifier: Apache-2.0
// What follows from news about control groups and pods, for whoever keeps the kernel's tables and the events' texts.

public import ShrikePolicyCompiler

/// One control group of cgroup v2.
public struct ControlGroup: Sendable, Equatable {
    /// Its id: the inode number of its directory.
    public var id: UInt64
    /// The group that it is in; 0: none, it is the root.
    public var parent: UInt64
    /// Name of its directory.
    public var name: String

    /// A group.
    public init(id: UInt64, parent: UInt64, name: String) {
        self.id = id
        self.parent = parent
        self.name = name
    }
}

/// A container of this node. Numbers are not used again.
public struct ContainerNumber: Sendable, Hashable {
    /// 1 for the first one.
    public var rawValue: UInt32

    /// A number.
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// A container, as far as it is known.
public struct KnownContainer: Sendable, Equatable {
    /// Its id; 64 hexadecimal digits.
    public var id: String
    /// Its pod; nil: of none, or not known.
    public var pod: PodFacts?
    /// What the pod's status says of it; nil: nothing yet.
    public var status: PodFacts.Container?
    /// Whether more will be known: its pod, or what the pod's status says of it.
    public var isAwaited: Bool

    /// A container.
    public init(id: String, pod: PodFacts? = nil, status: PodFacts.Container? = nil, isAwaited: Bool = false)
    {
        self.id = id
        self.pod = pod
        self.status = status
        self.isAwaited = isAwaited
    }
}

/// One thing that is no longer as it was.
public enum WorkloadChange: Sendable, Equatable {
    /// What policies have to know of a control group.
    case scope(ScopeFacts)
    /// A control group is gone that such a change was of.
    case scopeEnded(cgroupID: UInt64)
    /// Processes that execute in this control group are in a container.
    case group(cgroupID: UInt64, ContainerNumber)
    /// A control group is gone that such a change was of.
    case groupEnded(cgroupID: UInt64)
    /// What is known of a container.
    case container(ContainerNumber, KnownContainer)
    /// The last control group of a container is gone.
    case containerEnded(ContainerNumber)
}
