// SPDX-License-Identifier: Apache-2.0
// A process of a recorded event as a test describes it.

internal import ShrikeControl
internal import ShrikeLint
internal import ShrikePolicy
internal import SwiftProtobuf

/// What an event tells of one process that policies can ask for.
struct RecordedProcess {
    private let process: Tetragon_Process

    init(_ process: Tetragon_Process) { self.process = process }

    /// Names the process among all that were recorded.
    var id: String {
        process.execID.isEmpty ? "\(process.pid.value) \(process.binary)" : process.execID
    }

    /// What a reader would call it: the last part of the path of its binary.
    var shortName: String {
        let name = process.binary.split(separator: "/").last.map(String.init) ?? ""
        let allowed = name.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || ("0"..."9").contains($0)
                    || "-_.".unicodeScalars.contains($0))
        }
        return allowed && !name.isEmpty ? name : "process"
    }

    /// Its fields in YAML, in flow style, without its parent.
    func fields() throws(RecordingGap) -> [String] {
        guard process.binary.utf8.count <= 255 else {
            throw RecordingGap("a process's binary is longer than 255 bytes")
        }
        var fields: [String] = []
        // Threads of the kernel have no path.
        if process.binary.hasPrefix("/") { fields.append("binary: \(JSONValue.quoted(process.binary))") }
        if process.hasPid { fields.append("pid: \(process.pid.value)") }
        if process.pod.container.hasPid {
            fields.append("namespacePID: \(process.pod.container.pid.value)")
        }
        if process.hasUid, process.uid.value != 0 { fields.append("uid: \(process.uid.value)") }
        if process.hasProcessCredentials, process.processCredentials.gid.value != 0 {
            fields.append("gid: \(process.processCredentials.gid.value)")
        }
        if process.hasCap {
            let sets = [
                ("effective", process.cap.effective), ("permitted", process.cap.permitted),
                ("inheritable", process.cap.inheritable),
            ].map { "\($0): [\($1.compactMap(Self.name).joined(separator: ", "))]" }
            fields.append("capabilities: {\(sets.joined(separator: ", "))}")
        }
        if process.hasNs, let namespaces = Self.namespaces(process.ns) { fields.append(namespaces) }
        if process.hasPod { fields.append(pod) }
        return fields
    }

    private static func name(_ capability: Tetragon_CapabilitiesType) -> String? {
        Capability.names.indices.contains(capability.rawValue)
            ? "CAP_" + Capability.names[capability.rawValue] : nil
    }

    private static func namespaces(_ given: Tetragon_Namespaces) -> String? {
        let kinds: [(NamespaceKind, Tetragon_Namespace?)] = [
            (.uts, given.hasUts ? given.uts : nil), (.ipc, given.hasIpc ? given.ipc : nil),
            (.mount, given.hasMnt ? given.mnt : nil), (.pid, given.hasPid ? given.pid : nil),
            (.pidForChildren, given.hasPidForChildren ? given.pidForChildren : nil),
            (.network, given.hasNet ? given.net : nil), (.time, given.hasTime ? given.time : nil),
            (.timeForChildren, given.hasTimeForChildren ? given.timeForChildren : nil),
            (.cgroup, given.hasCgroup ? given.cgroup : nil), (.user, given.hasUser ? given.user : nil),
        ]
        let foreign = kinds.compactMap { kind, namespace in
            namespace.flatMap { $0.isHost ? nil : "\(kind.rawValue): \($0.inum)" }
        }
        return foreign.isEmpty ? nil : "namespaces: {\(foreign.joined(separator: ", "))}"
    }

    private var pod: String {
        let pod = process.pod
        var fields = ["namespace: \(JSONValue.quoted(pod.namespace))"]
        if !pod.podLabels.isEmpty {
            let labels = pod.podLabels.sorted { $0.key < $1.key }
                .map { "\(JSONValue.quoted($0.key)): \(JSONValue.quoted($0.value))" }
            fields.append("labels: {\(labels.joined(separator: ", "))}")
        }
        if !pod.container.name.isEmpty {
            fields.append("container: {name: \(JSONValue.quoted(pod.container.name))}")
        }
        return "pod: {\(fields.joined(separator: ", "))}"
    }
}
