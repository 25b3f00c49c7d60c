// SPDX-License-Identifier: Apache-2.0
// What is known of a control group: whose processes are in it. Plain data, from whatever source.

/// What user space tells of one control group; it holds for all groups below it that nothing is told of.
public struct ScopeFacts: Sendable, Hashable {
    /// What runs in a control group.
    public enum Content: Sendable, Hashable {
        /// Processes of the host.
        case host
        /// Containers of which nothing is known until they are told of.
        case undecided
        /// One container.
        case container(ContainerFacts)
    }

    /// The group's id: the inode number of its directory in cgroup2.
    public var cgroupID: UInt64
    /// What runs there.
    public var content: Content

    /// Facts of one group.
    public init(cgroupID: UInt64, content: Content) {
        self.cgroupID = cgroupID
        self.content = content
    }
}

/// A container and its pod, as far as policies ask for them.
public struct ContainerFacts: Sendable, Hashable {
    /// The pod's namespace.
    public var namespace: String
    /// The pod's labels.
    public var podLabels: [String: String]
    /// The container's name in the pod; empty: only the pod is known yet.
    public var name: String
    /// The repository of its image, without tag and digest; may be empty.
    public var repository: String

    /// A container.
    public init(namespace: String, podLabels: [String: String] = [:], name: String, repository: String = "") {
        self.namespace = namespace
        self.podLabels = podLabels
        self.name = name
        self.repository = repository
    }
}
