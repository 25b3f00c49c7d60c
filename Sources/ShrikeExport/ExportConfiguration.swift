// SPDX-License-Identifier: Apache-2.0
// What the operator can choose about exported events.

/// For which events the chain of ancestors is printed.
public struct AncestorOptions: OptionSet, Sendable {
    /// The bits.
    public var rawValue: UInt32

    /// Makes options from bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `process_exec`.
    public static let exec = AncestorOptions(rawValue: 1)
    /// `process_exit`.
    public static let exit = AncestorOptions(rawValue: 2)
    /// `process_kprobe` and its kin.
    public static let hook = AncestorOptions(rawValue: 4)
    /// All events.
    public static let all: AncestorOptions = [.exec, .exit, .hook]
}

/// What the operator can choose about exported events.
public struct ExportConfiguration: Sendable {
    /// Name of the node, printed with each event and part of each `exec_id`.
    public var nodeName: String
    /// Name of the cluster; empty: not printed.
    public var clusterName: String
    /// Labels of the Kubernetes node; empty: not printed.
    public var nodeLabels: [String: String]
    /// Which events carry their ancestors.
    public var ancestors: AncestorOptions
    /// Whether stack traces tell addresses, which say where the kernel and programs are in memory.
    public var exposesStackAddresses: Bool
    /// Bytes of lines collected before the sink is called within a batch.
    public var flushBytes: Int
    /// Whether the time that each record takes is measured.
    public var measuresHandling = false
    /// How long events wait for the pod of their container. What kubelet needs to tell the API of a container, and the
    /// API to tell the agent, with room. What takes longer does not come: the container that holds a pod's network is
    /// never told of.
    public var containerPatience = Duration.seconds(5)

    /// Makes a configuration; everything but the node's name has a default.
    public init(
        nodeName: String, clusterName: String = "", nodeLabels: [String: String] = [:],
        ancestors: AncestorOptions = .all, exposesStackAddresses: Bool = false, flushBytes: Int = 64 << 10
    ) {
        self.exposesStackAddresses = exposesStackAddresses
        self.nodeName = nodeName
        self.clusterName = clusterName
        self.nodeLabels = nodeLabels
        self.ancestors = ancestors
        self.flushBytes = flushBytes
    }
}
