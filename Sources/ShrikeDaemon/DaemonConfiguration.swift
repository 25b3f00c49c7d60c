// SPDX-License-Identifier: Apache-2.0
// What the operator can set, as plain data.

public import ShrikeExport
public import ShrikeProcesses

/// Settings of one run of the daemon.
public struct DaemonConfiguration: Sendable {
    /// Policy files.
    public var policyFiles: [String] = []
    /// Folders of policy files (*.yaml, *.yml, *.json).
    public var policyFolders: [String] = []
    /// Where events go; `-` is stdout, empty is nowhere.
    public var exportFilename = "-"
    /// How a file of events is made, rotated and kept.
    public var exportFile = ExportFileSettings()
    /// What is done with events before they are written.
    public var exportStage = ExportStageSettings()
    /// Which events carry their ancestors.
    public var ancestors = AncestorOptions.all
    /// The bounds of the process tree and what is said about a process.
    public var processes = ProcessTreeConfiguration()
    /// Name of the node in events; nil: HUBBLE_NODE_NAME, NODE_NAME, or the host's name.
    public var nodeName: String?
    /// Name of the cluster in events; may be empty.
    public var clusterName = ""
    /// Bytes of the ring for fork, exec, exit and enforcement; a power of two, whole pages.
    public var criticalRingBytes = 1 << 20
    /// Bytes of the ring for observations; a power of two, whole pages.
    public var observationRingBytes = 4 << 20
    /// Where procfs is mounted.
    public var procfs = "/proc"
    /// A file that tells which containers there are, see `WorkloadFile`; empty: nobody tells.
    public var workloadFile = ""
    /// Seconds between two reports of losses; only growing ones are reported.
    public var lossReportSeconds = 10
    /// The folder on bpffs that links are pinned in, so that enforcement outlives a crash; empty: nowhere.
    public var bpfFolder = "/sys/fs/bpf/shrike"
    /// Leave enforcement in place at an orderly end too.
    public var keepsEnforcing = false
    /// Most bytes of events that wait for a slow reader.
    public var queueBytes = 8 << 20

    /// Seconds that a slow reader has at the end to take what is queued.
    public var closeSeconds = 5

    /// The defaults.
    public init() {}
}
