// SPDX-License-Identifier: Apache-2.0
// What the operator can set, as plain data.

public import ShrikeExport
public import ShrikeProcesses
public import ShrikeSensors

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
    /// Whether stack traces tell addresses.
    public var exposesStackAddresses = false
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
    /// Whether a service tells of pods, see `DaemonInterfaces.pods`: events of their containers wait for it then.
    public var expectsPods = false
    /// How long events of a container wait until its pod is known.
    public var podPatience = Duration.seconds(5)
    /// Seconds between two reports of losses; only growing ones are reported.
    public var lossReportSeconds = 10
    /// The folder on bpffs that links are pinned in, so that enforcement outlives a crash; empty: nowhere.
    public var bpfFolder = "/sys/fs/bpf/shrike"
    /// Leave enforcement in place at an orderly end too.
    public var keepsEnforcing = false
    /// What a control group may send of its forks, execs and exits; nil: as much as there is.
    public var cgroupRate: CgroupRate?
    /// Whether the time that each record takes is measured, for metrics.
    public var measuresHandling = false
    /// Most bytes of events that wait for a slow reader.
    public var queueBytes = 8 << 20

    /// Seconds that a slow reader has at the end to take what is queued.
    public var closeSeconds = 5

    /// The defaults.
    public init() {}
}
