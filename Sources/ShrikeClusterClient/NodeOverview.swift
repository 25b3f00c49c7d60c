// SPDX-License-Identifier: Apache-2.0
// Shrike on all nodes of a cluster: its pods, and what they wrote about policies.

internal import ShrikeJSON
public import ShrikeKubernetes

/// What a node wrote: the parts of a PolicyNodeStatus that an overview shows.
struct NodeReport: ClusterResource, Equatable {
    var uid: String
    var node: String
    var version: String
    /// When it was written, nanoseconds since 1970.
    var time: Int64?
    var loaded: Int64
    var refused: Int64
    var skipped: Int64
    /// What is wrong with the first policy that was refused.
    var problem = ""

    init?(_ object: JSONView) {
        guard let metadata = object.member("metadata"), let name = metadata.member("name")?.string,
            let uid = metadata.member("uid")?.string, let status = object.member("status")
        else { return nil }
        (node, self.uid) = (name, uid)
        version = status.member("version")?.string ?? ""
        time = status.member("observedAt")?.string.flatMap { nanoseconds(rfc3339: $0.utf8) }
        loaded = status.member("loaded")?.integer ?? 0
        refused = status.member("refused")?.integer ?? 0
        skipped = status.member("skipped")?.integer ?? 0
        for policy in status.member("policies")?.elements ?? []
        where policy.member("state")?.string == "refused" {
            let finding = policy.member("findings")?.elements.first
            let place = [policy.member("namespace")?.string ?? "", policy.member("name")?.string ?? ""]
                .filter { !$0.isEmpty }.joined(separator: "/")
            let rule = finding?.member("rule")?.string ?? ""
            problem =
                "\(place): \(rule.isEmpty ? "" : "\(rule) ")\(finding?.member("message")?.string ?? "refused")"
            break
        }
    }
}

/// A node with Shrike.
public struct NodeOverview: Sendable, Equatable {
    /// The node's name.
    public var node: String
    /// Its pod, `namespace/name`; empty: there is none.
    public var pod = ""
    /// `Ready`, or why it is not: `NotReady`, `Pending`, `CrashLoopBackOff`, `Ending`, `NoPod`.
    public var state = "NoPod"
    /// How often the engine was started anew.
    public var restarts: Int64 = 0
    /// The version that wrote the report; empty: there is no report.
    public var version = ""
    /// Policies of the cluster in force, refused, and not meant for the node; nil: there is no report.
    public var policies: (loaded: Int64, refused: Int64, skipped: Int64)?
    /// When the report was written, nanoseconds since 1970.
    public var reportTime: Int64?
    /// What is wrong with the first policy that was refused; empty: nothing.
    public var problem = ""

    /// Whether all is well.
    public var isWell: Bool { state == "Ready" && policies?.refused ?? 0 == 0 }

    /// Compares all.
    public static func == (left: NodeOverview, right: NodeOverview) -> Bool {
        left.json == right.json
    }

    /// All nodes that have a pod of Shrike's or have written a report, by name.
    /// - Throws: `KubernetesError`; `ClusterError` when there is none.
    public static func all(
        access: ClusterAccess, pods: ShrikePods, userAgent: String, timing: APITiming = APITiming()
    ) async throws -> [NodeOverview] {
        let client = APIClient(access: access, timing: timing, userAgent: userAgent)
        do {
            let found = try await client.list(pods.collection, of: ShrikePod.self).filter(\.hasEngine)
            let reports = try await reports(client)
            await client.shutdown()
            guard !found.isEmpty || !reports.isEmpty else {
                throw ClusterError(
                    "no pod with the labels \(pods.selector) has a container \(ShrikePod.engineContainer), and no "
                        + "node has written a status; --shrike-selector and --shrike-namespace say where Shrike's "
                        + "pods are")
            }
            return joined(found, reports)
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// What the nodes wrote; none where the definition is not installed.
    private static func reports(_ client: APIClient) async throws(KubernetesError) -> [NodeReport] {
        do throws(KubernetesError) {
            return try await client.list(
                ResourceCollection(
                    name: "policynodestatuses", path: "/apis/shrike.internal/v1alpha1/policynodestatuses",
                    pageSize: 100), of: NodeReport.self)
        } catch {
            guard case .refused(404, _, _) = error else { throw error }
            return []
        }
    }

    static func joined(_ pods: [ShrikePod], _ reports: [NodeReport]) -> [NodeOverview] {
        var nodes: [String: NodeOverview] = [:]
        // Of two pods on a node one is going away.
        for pod in pods.sorted(by: { $0.isEnding && !$1.isEnding }) {
            let name = pod.node.isEmpty ? "-" : pod.node
            var node = NodeOverview(node: name)
            node.pod = pod.namespace.isEmpty ? pod.name : "\(pod.namespace)/\(pod.name)"
            node.restarts = pod.restarts
            node.state = state(of: pod)
            nodes[pod.node.isEmpty ? "-\(pod.uid)" : name] = node
        }
        for report in reports {
            var node = nodes[report.node] ?? NodeOverview(node: report.node)
            node.version = report.version
            node.policies = (report.loaded, report.refused, report.skipped)
            node.reportTime = report.time
            node.problem = report.problem
            nodes[report.node] = node
        }
        return nodes.values.sorted { ($0.node, $0.pod) < ($1.node, $1.pod) }
    }

    private static func state(of pod: ShrikePod) -> String {
        if pod.isEnding { return "Ending" }
        if !pod.problem.isEmpty { return pod.problem }
        guard pod.phase == "Running" else { return pod.phase }
        return pod.isReady ? "Ready" : "NotReady"
    }

    // MARK: Text

    /// One object in one line.
    public var json: String {
        var buffer = ByteBuffer(capacity: 256)
        func member(_ name: StaticString, _ text: String) {
            buffer.append(name)
            buffer.append(jsonString: text)
        }
        member("{\"node\":", node)
        member(",\"pod\":", pod)
        member(",\"state\":", state)
        buffer.append(utf8: ",\"restarts\":\(restarts)")
        if let policies {
            member(",\"version\":", version)
            buffer.append(
                utf8:
                    ",\"loaded\":\(policies.loaded),\"refused\":\(policies.refused),\"skipped\":\(policies.skipped)"
            )
        }
        if let reportTime {
            buffer.append(",\"observedAt\":\"")
            var writer = TimestampWriter()
            writer.append(reportTime, to: &buffer)
            buffer.append("\"")
        }
        if !problem.isEmpty { member(",\"problem\":", problem) }
        buffer.append("}")
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    /// A table with a line for each node.
    /// - Parameter now: nanoseconds since 1970.
    public static func table(_ nodes: [NodeOverview], now: Int64) -> String {
        let header = [
            "NODE", "STATE", "RESTARTS", "VERSION", "LOADED", "REFUSED", "SKIPPED", "REPORTED", "POD",
            "PROBLEM",
        ]
        let rows = [header] + nodes.map { $0.row(now) }
        let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }.joined(separator: "   ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    private func row(_ now: Int64) -> [String] {
        func count(_ number: Int64?) -> String { number.map { "\($0)" } ?? "-" }
        return [
            node, state, "\(restarts)", version.isEmpty ? "-" : version, count(policies?.loaded),
            count(policies?.refused), count(policies?.skipped),
            reportTime.map { Self.age(now - $0) } ?? "-", pod.isEmpty ? "-" : pod, Self.printable(problem),
        ]
    }

    /// As kubectl writes it: `12s`, `3m`, `5h`, `2d`.
    static func age(_ nanoseconds: Int64) -> String {
        let seconds = max(0, nanoseconds / 1_000_000_000)
        switch seconds {
        case ..<120: return "\(seconds)s"
        case ..<7_200: return "\(seconds / 60)m"
        case ..<172_800: return "\(seconds / 3_600)h"
        default: return "\(seconds / 86_400)d"
        }
    }

    /// Texts of others do not move the cursor, and a message stays on its line.
    private static func printable(_ text: String) -> String {
        String(
            text.unicodeScalars.map {
                $0.value < 0x20 || (0x7f...0x9f).contains($0.value) ? " " : Character($0)
            })
    }
}
