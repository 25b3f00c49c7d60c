// SPDX-License-Identifier: Apache-2.0
// A pod of Shrike's DaemonSet, as the API server has it.

internal import ShrikeJSON
internal import ShrikeKubernetes

/// A pod that tells events, or would.
struct ShrikePod: ClusterResource, Equatable {
    /// The container that prints events.
    static let logContainer = "export-stdout"
    /// The container of the engine.
    static let engineContainer = "shriked"

    /// Its own.
    var uid: String
    var name: String
    var namespace: String
    /// Empty as long as it has no node.
    var node: String
    /// `Running`.
    var phase: String
    /// Whether it is going away.
    var isEnding: Bool
    var hasEngine = false
    var hasLog = false
    /// Whether the engine says that it is ready.
    var isReady = false
    /// How often the engine was started anew.
    var restarts: Int64 = 0
    /// Which run of the container with the log this is; nil: it has not run yet.
    var logRun: Int64?
    /// Why a container does not run, `CrashLoopBackOff`; empty: it does.
    var problem = ""

    /// Reads a pod of any kind; see `hasEngine`.
    init?(_ object: JSONView) {
        guard let metadata = object.member("metadata"), let name = metadata.member("name")?.string,
            let uid = metadata.member("uid")?.string
        else { return nil }
        (self.name, self.uid) = (name, uid)
        namespace = metadata.member("namespace")?.string ?? ""
        isEnding = metadata.member("deletionTimestamp")?.string != nil
        let spec = object.member("spec")
        node = spec?.member("nodeName")?.string ?? ""
        for container in spec?.member("containers")?.elements ?? [] {
            let name = container.member("name")?.string
            if name == Self.engineContainer { hasEngine = true }
            if name == Self.logContainer { hasLog = true }
        }
        let status = object.member("status")
        phase = status?.member("phase")?.string ?? "Unknown"
        for container in status?.member("containerStatuses")?.elements ?? [] { read(container) }
    }

    private mutating func read(_ status: JSONView) {
        let name = status.member("name")?.string
        let count = status.member("restartCount")?.integer ?? 0
        let state = status.member("state")
        if name == Self.engineContainer {
            restarts = count
            isReady = status.member("ready")?.boolean ?? false
        } else if name == Self.logContainer {
            // A container that waits to be started anew still has the log of its last run.
            let hasRun =
                ["running", "terminated"].contains { state?.member($0)?.kind == .object }
                || status.member("lastState")?.member("terminated")?.kind == .object
            logRun = hasRun ? count : nil
        } else {
            return
        }
        let halted = state?.member("waiting") ?? state?.member("terminated")
        if let reason = halted?.member("reason")?.string, problem.isEmpty { problem = reason }
    }
}
