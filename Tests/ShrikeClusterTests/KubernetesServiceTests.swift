// SPDX-License-Identifier: Apache-2.0

import APIDouble
import Logging
import ShrikeDaemon
import ShrikeKubernetes
import Testing

@testable import ShrikeCluster

@Suite struct KubernetesServiceTests {
    private static let cluster = "/apis/cilium.io/v1alpha1/tracingpolicies"
    private static let namespaced = "/apis/cilium.io/v1alpha1/tracingpoliciesnamespaced"
    private static let nodes = "/api/v1/nodes"

    private static func object(
        _ name: String, namespace: String = "", uid: String, generation: Int = 1, spec: String
    ) -> DoubleObject {
        var object = DoubleObject(name: name, uid: uid)
        object.apiVersion = "cilium.io/v1alpha1"
        object.kind = namespace.isEmpty ? "TracingPolicy" : "TracingPolicyNamespaced"
        object.namespace = namespace
        object.generation = generation
        object.members = "\"spec\":\(spec)"
        return object
    }

    private func until(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ isTrue: () -> Bool
    ) async throws {
        for _ in 0..<6_000 {
            if isTrue() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("waited for: \(what)", sourceLocation: sourceLocation)
    }

    @Test("Policies of the API server, from its start through its absence to its return")
    func life() async throws {
        let double = try await APIDouble(
            tokens: ["secret"], collections: [Self.cluster, Self.namespaced, Self.nodes])
        var node = DoubleObject(name: "worker-1", uid: "node")
        node.metadata = #""labels":{"disk":"ssd"}"#
        double.seed([node, DoubleObject(name: "worker-2", uid: "other")], in: Self.nodes)
        double.seed(
            [
                Self.object("one", uid: "1", spec: Spec.hooking("security_file_open")),
                Self.object(
                    "ssd", uid: "2",
                    spec: Spec.hooking(
                        "security_file_open", more: #","nodeSelector":{"matchLabels":{"disk":"ssd"}}"#)),
                Self.object("bad", uid: "3", spec: Spec.wrong),
            ], in: Self.cluster)
        let config = try double.kubeconfig(token: "secret")
        defer { config.remove() }

        let policies = FakePolicies()
        var timing = APITiming()
        timing.firstPause = .milliseconds(20)
        timing.longestPause = .milliseconds(50)
        let service = KubernetesService(
            settings: KubernetesSettings(), timing: timing,
            statusTiming: NodeStatusWriter.Timing(look: .milliseconds(50)),
            logger: Logger(label: "test"))
        service.begin(try ClusterAccess.kubeconfig(path: config.path), policies, nil, nodeName: "worker-1")

        try await until("the first policies") { policies.inForce.count == 2 && service.figures.isSettled }
        try await until("their number") {
            service.figures.policies == ["loaded": 2, "refused": 1, "skipped": 0]
        }
        #expect(
            service.figures.watches.map(\.name).sorted() == [
                "nodes", "tracingpolicies.cilium.io", "tracingpoliciesnamespaced.cilium.io",
            ])
        try await until("watches") { double.watchCount == 3 }
        double.put(
            Self.object("one", namespace: "shop", uid: "4", spec: Spec.hooking("security_inode_unlink")),
            in: Self.namespaced)
        double.put(
            Self.object("bad", uid: "3", generation: 2, spec: Spec.hooking("security_file_open")),
            in: Self.cluster)
        try await until("the changes") { policies.inForce.count == 4 }

        double.goAway()
        try await until("the absence is seen") { service.figures.watches.allSatisfy { !$0.isConnected } }
        #expect(policies.inForce.count == 4)
        #expect(service.figures.isSettled)
        double.delete("one", in: Self.cluster)
        double.delete("one", namespace: "shop", in: Self.namespaced)
        double.comeBack()
        try await until("what happened meanwhile") { policies.inForce.keys.sorted() == ["bad", "ssd"] }
        try await until("contact") { service.figures.watches.allSatisfy(\.isConnected) }
        #expect(service.figures.watches.allSatisfy { $0.errors > 0 })
        let path = NodeStatusWriter.path(node: "worker-1")
        try await until("the node's status") {
            double.applied(path).last.map {
                $0.contains(#""loaded":2,"refused":0"#) && $0.contains(#""uid":"node""#)
            } ?? false
        }
        // A write whose answer was lost when the server went away is repeated.
        #expect(
            0 < service.figures.statusWrites
                && Int(service.figures.statusWrites) <= double.applied(path).count)
        service.stop()
        await double.close()
        #expect(policies.inForce.count == 2)
    }
}
