// SPDX-License-Identifier: Apache-2.0
// One line a node, from pods and reports of a double.

import APIDouble
import ShrikeTestSupport
import Testing

@testable import ShrikeClusterClient
@testable import ShrikeKubernetes

private func pod(_ name: String, node: String, ready: Bool = true, state: String = "\"running\":{}")
    -> DoubleObject
{
    var pod = DoubleObject(name: name, uid: "uid-\(name)")
    pod.namespace = "security"
    pod.labels = ["app.kubernetes.io/name": "shrike"]
    pod.members = """
        "spec":{"nodeName":"\(node)","containers":[{"name":"shriked"}]},"status":{"phase":"Running",\
        "containerStatuses":[{"name":"shriked","ready":\(ready),"restartCount":2,"state":{\(state)}}]}
        """
    return pod
}

private func report(_ node: String, refused: Bool = false) -> DoubleObject {
    var report = DoubleObject(name: node, uid: "uid-\(node)")
    report.members = """
        "status":{"version":"0.1.0","observedAt":"2026-01-10T07:00:00Z","loaded":11,"refused":\(refused ? 1 : 0),\
        "skipped":1,"leftOut":0,"policies":[\(refused ? """
        {"kind":"TracingPolicy","namespace":"shop","name":"no-shadow","state":"refused","findings":\
        [{"rule":"SHR203","field":"spec.kprobes[0].call","message":"there is no\\nfunction"}]},
        """ : "") {"kind":"TracingPolicy","name":"other","state":"loaded"}]}
        """
    return report
}

@Suite struct NodeOverviewTests {
    private static let pods = "/api/v1/pods"
    private static let reports = "/apis/shrike.internal/v1alpha1/policynodestatuses"

    private func nodes(
        _ pods: [DoubleObject], _ reports: [DoubleObject]?, namespace: String = ""
    ) async throws -> [NodeOverview] {
        let path = namespace.isEmpty ? Self.pods : "/api/v1/namespaces/\(namespace)/pods"
        let double = try await APIDouble(
            tokens: ["secret"], collections: reports == nil ? [path] : [path, Self.reports])
        let kubeconfig = try double.kubeconfig(token: "secret")
        defer { kubeconfig.remove() }
        double.seed(pods, in: path)
        double.seed(reports ?? [], in: Self.reports)
        let result: Result<[NodeOverview], any Error>
        do {
            result = .success(
                try await NodeOverview.all(
                    access: try ClusterAccess.kubeconfig(path: kubeconfig.path),
                    pods: ShrikePods(namespace: namespace), userAgent: "shrike"))
        } catch {
            result = .failure(error)
        }
        await double.close()
        return try result.get()
    }

    @Test("Pods and reports of one node are one line; each may be missing")
    func joining() async throws {
        var other = pod("web", node: "node-1")
        other.labels = [:]
        let nodes = try await nodes(
            [
                pod("s1", node: "node-1"), pod("s2", node: "node-2", ready: false),
                pod("s3", node: "node-3", state: "\"waiting\":{\"reason\":\"CrashLoopBackOff\"}"), other,
            ], [report("node-1"), report("node-2", refused: true), report("node-4")])
        let now: Int64 = 1_768_028_400_000_000_000 + 300_000_000_000
        #expect(
            NodeOverview.table(nodes, now: now) == """
                NODE     STATE              RESTARTS   VERSION   LOADED   REFUSED   SKIPPED   REPORTED   POD           PROBLEM
                node-1   Ready              2          0.1.0     11       0         1         5m         security/s1
                node-2   NotReady           2          0.1.0     11       1         1         5m         security/s2   shop/no-shadow: SHR203 there is no function
                node-3   CrashLoopBackOff   2          -         -        -         -         -          security/s3
                node-4   NoPod              0          0.1.0     11       0         1         5m         -

                """)
        #expect(nodes.map(\.isWell) == [true, false, false, false])
        #expect(
            nodes[1].json == #"{"node":"node-2","pod":"security/s2","state":"NotReady","restarts":2,"#
                + #""version":"0.1.0","loaded":11,"refused":1,"skipped":1,"#
                + #""observedAt":"2026-01-10T07:00:00Z","#
                + #""problem":"shop/no-shadow: SHR203 there is no\nfunction"}"#)
    }

    @Test("Without the definition there are pods alone; the namespace can be said")
    func podsAlone() async throws {
        let nodes = try await nodes([pod("s1", node: "node-1")], nil, namespace: "security")
        #expect(nodes.map(\.node) == ["node-1"])
        #expect(nodes.first?.policies == nil)
    }

    @Test("Five thousand nodes come in pages")
    func manyNodes() async throws {
        let nodes = try await nodes(
            (0..<5_000).map { pod("s\($0)", node: "node-\($0)") }, (0..<5_000).map { report("node-\($0)") })
        #expect(nodes.count == 5_000)
        #expect(nodes.count { !$0.isWell } == 0)
    }

    @Test("Nothing at all is an error that says what to do")
    func nothing() async throws {
        await #expect(throws: ClusterError.self) { _ = try await self.nodes([], []) }
    }

    @Test func agesAreShort() {
        let second: Int64 = 1_000_000_000
        #expect(
            [0, 119, 120, 7_199, 7_200, 172_800].map { NodeOverview.age($0 * second) }
                == ["0s", "119s", "2m", "119m", "2h", "2d"])
        #expect(NodeOverview.age(-5) == "0s")
    }
}
