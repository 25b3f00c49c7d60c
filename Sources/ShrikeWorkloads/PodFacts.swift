// SPDX-License-Identifier: Apache-2.0
// What the Kubernetes API says about a pod, and who is told. Plain data, from whatever source.

/// A pod of this node, as far as events and policies ask for it.
public struct PodFacts: Sendable, Equatable {
    /// A container of a pod that has been created.
    public struct Container: Sendable, Equatable {
        /// Its name in the pod.
        public var name: String
        /// Its id, with the runtime's scheme (`containerd://…`) or without.
        public var id: String
        /// The image as it was pulled: `repository@sha256:…`; may be empty.
        public var imageID: String
        /// The image as it was asked for: `repository:tag`; may be empty.
        public var imageName: String
        /// When it started, as the API writes it (RFC 3339); empty: it does not run.
        public var startTime: String
        /// Whether its security context says privileged.
        public var isPrivileged: Bool
        /// The commands of its liveness and readiness probes, as far as they are commands.
        public var probes: [[String]]

        /// A container.
        public init(
            name: String, id: String, imageID: String = "", imageName: String = "", startTime: String = "",
            isPrivileged: Bool = false, probes: [[String]] = []
        ) {
            self.probes = probes
            self.name = name
            self.id = id
            self.imageID = imageID
            self.imageName = imageName
            self.startTime = startTime
            self.isPrivileged = isPrivileged
        }
    }

    /// `metadata.uid`.
    public var uid: String
    /// Its namespace.
    public var namespace: String
    /// Its name.
    public var name: String
    /// Its labels.
    public var labels: [String: String]
    /// Its annotations, where events shall have them.
    public var annotations: [String: String] = [:]
    /// The labels of its namespace.
    public var namespaceLabels: [String: String]
    /// What it belongs to, a Deployment for example; itself when nothing owns it.
    public var workload: String
    /// The kind of that.
    public var workloadKind: String
    /// Its containers, those for its start and those attached later among them.
    public var containers: [Container]

    /// A pod.
    public init(
        uid: String, namespace: String, name: String, labels: [String: String] = [:],
        namespaceLabels: [String: String] = [:], workload: String = "", workloadKind: String = "",
        containers: [Container] = []
    ) {
        self.uid = uid
        self.namespace = namespace
        self.name = name
        self.labels = labels
        self.namespaceLabels = namespaceLabels
        self.workload = workload
        self.workloadKind = workloadKind
        self.containers = containers
    }
}

/// Who is told of pods. Any thread, one at a time.
public protocol PodSink: Sendable {
    /// Takes in what has changed.
    /// - Parameters:
    ///   - changed: pods that are new or not what they were, each as a whole.
    ///   - gone: uids of pods that there are no more.
    ///   - isComplete: whether all pods of this node have been told of by now.
    func podsChanged(_ changed: [PodFacts], gone: [String], isComplete: Bool)
}
