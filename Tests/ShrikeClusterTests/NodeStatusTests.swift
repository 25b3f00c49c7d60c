// SPDX-License-Identifier: Apache-2.0

import APIDouble
import Logging
import NIOPosix
import ShrikeJSON
import ShrikeKubernetes
import ShrikePolicy
import ShrikePolicyCompiler
import ShrikePolicyTools
import ShrikeSensors
import ShrikeTestSupport
import Testing

@testable import ShrikeCluster
@testable import ShrikeDaemon

@Suite struct NodeStatusTests {
    private static func refused(_ count: Int, message: String) -> PolicyFeed.Known {
        PolicyFeed.Known(
            uid: "u", generation: 3,
            outcome: .refused(Array(repeating: PolicyFinding(message), count: count)),
            loadedGeneration: nil)
    }

    private static func loaded() -> PolicyFeed.Known {
        PolicyFeed.Known(uid: "u", generation: 3, outcome: .loaded, loadedGeneration: 3)
    }

    private static func entry(_ name: String, _ known: PolicyFeed.Known) -> NodeStatus.Policy {
        NodeStatus.Policy(kind: "TracingPolicy", key: .init(namespace: "", name: name), known: known)
    }

    @Test("The object, member by member")
    func object() throws {
        var counts = ActionCounts()
        (counts.post, counts.noPost) = (5, 2)
        let wrong = PolicyFeed.Known(
            uid: "u", generation: 4, outcome: .refused([PolicyFinding("what \"is\" wrong")]),
            loadedGeneration: 3)
        let status = NodeStatus(
            [Self.entry("a", Self.loaded()), Self.entry("b", wrong)],
            [
                PolicyStatus(
                    id: 2, identity: PolicyIdentity(name: "a", domain: "k8s"), state: .enabled,
                    mode: .monitor, hooks: [], kernelBytes: 0, counts: counts, selectorCounts: [:]),
                // Of the same name, and not the cluster's.
                PolicyStatus(
                    id: 3, identity: PolicyIdentity(name: "b", domain: "static"), state: .enabled,
                    mode: .monitor, hooks: [], kernelBytes: 0, counts: counts, selectorCounts: [:]),
            ])
        let text = String(
            decoding: status.object(node: "worker-1", uid: "n1", version: "1.2", time: 1_000_000_000),
            as: UTF8.self)
        #expect(
            text == #"{"apiVersion":"shrike.internal/v1alpha1","kind":"PolicyNodeStatus","metadata":{"#
                + #""name":"worker-1","ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"worker-1","#
                + #""uid":"n1"}]},"status":{"version":"1.2","observedAt":"1970-01-01T00:00:01Z","loaded":1,"#
                + #""refused":1,"skipped":0,"policies":[{"kind":"TracingPolicy","namespace":"","name":"b","#
                + #""generation":4,"state":"refused","loadedGeneration":3,"mode":"","hits":0,"findings":["#
                + #"{"rule":"","field":"","message":"what \"is\" wrong"}]},{"kind":"TracingPolicy","#
                + #""namespace":"","name":"a","generation":3,"state":"loaded","loadedGeneration":3,"#
                + #""mode":"monitor","hits":7}],"leftOut":0}}"#)
    }

    @Test("It is what its definition says: an API server drops what that does not have")
    func definition() throws {
        let definitions = PolicySchema.customResourceDefinitions
        let last = try #require(definitions.ranges(of: "---\n").last)
        let schema = Array(definitions[last.upperBound...].utf8)
        let object = NodeStatus([Self.entry("b", Self.refused(1, message: "m"))], []).object(
            node: "n", uid: nil, version: "1", time: 0)
        try schema.withUnsafeBytes { schema in
            try object.withUnsafeBytes { object in
                let version = try #require(
                    JSONView(schema)?.member("spec")?.member("versions")?.elements.first)
                let root = try #require(version.member("schema")?.member("openAPIV3Schema"))
                try check(try #require(JSONView(object)), root)
            }
        }
    }

    private func check(_ value: JSONView, _ schema: JSONView) throws {
        let type = try #require(schema.member("type")?.string)
        switch value.kind {
        case .object:
            #expect(type == "object")
            guard let properties = schema.member("properties") else { return }
            var members: [(String, JSONView)] = []
            value.forEachMember { key, member in
                members.append((String(unescaping: key), member))
                return true
            }
            for (name, member) in members {
                try check(member, try #require(properties.member(name), "\(name) is not defined"))
            }
        case .list:
            #expect(type == "array")
            let item = try #require(schema.member("items"))
            for element in value.elements { try check(element, item) }
        case .string: #expect(type == "string")
        case .number: #expect(type == "integer")
        default: Issue.record("\(value.kind)")
        }
    }

    @Test("It is bounded, what is wrong comes first, and it says how much is left out")
    func bounds() throws {
        let many =
            (0..<2_000).map { Self.entry("good-\($0)", Self.loaded()) }
            + (0..<40).map {
                Self.entry("bad-\($0)", Self.refused(10, message: String(repeating: "m", count: 5_000)))
            }
        let bytes = NodeStatus(many, []).object(node: "n", uid: nil, version: "1", time: 0)
        #expect(bytes.count < NodeStatus.byteLimit + 1_024)
        try bytes.withUnsafeBytes { bytes in
            let status = try #require(JSONView(bytes)?.member("status"))
            let written = status.member("policies")?.elements ?? []
            #expect(written.count > 5 && written.allSatisfy { $0.member("state")?.string == "refused" })
            #expect(status.member("leftOut")?.integer == Int64(2_040 - written.count))
            #expect(status.member("loaded")?.integer == 2_000)
        }
        let loaded = NodeStatus(Array(many.prefix(600)), []).object(
            node: "n", uid: nil, version: "1", time: 0)
        #expect(loaded.count < NodeStatus.byteLimit + 1_024)
    }

    @Test("Written when something has changed, numbers seldom, and again after a failure")
    func writing() async throws {
        let double = try await APIDouble(tokens: ["secret"], collections: [])
        let config = try double.kubeconfig(token: "secret")
        defer { config.remove() }
        let client = APIClient(access: try ClusterAccess.kubeconfig(path: config.path))
        let policies = FakePolicies()
        let feed = PolicyFeed(
            plural: "tracingpolicies", control: policies, thread: .singleton, logger: Logger(label: "test"))
        let timing = NodeStatusWriter.Timing(look: .milliseconds(20), numbers: .seconds(60))
        let writer = NodeStatusWriter(
            client: client, feeds: [("TracingPolicy", feed)], node: NodeFollower([feed]), policies: policies,
            thread: .singleton, nodeName: "worker-1", version: "1", timing: timing,
            logger: Logger(label: "test"))
        let path = NodeStatusWriter.path(node: "worker-1")
        double.fail(.status(403)) { $0.method == "PATCH" }
        let task = Task { await writer.run { true } }
        func until(_ what: String, _ isTrue: () -> Bool) async throws {
            for _ in 0..<6_000 {
                if isTrue() { return }
                try await Task.sleep(for: .milliseconds(10))
            }
            Issue.record("waited for: \(what)")
        }
        try await until("the first, after a failure") { writer.counts == (1, 1) }
        #expect(double.applied(path).count == 1)
        #expect(double.requests.last?.query == ["fieldManager": "shriked", "force": "true"])
        _ = await feed.changed(policy("one"))
        try await until("the second") { writer.counts == (2, 1) }
        #expect(double.applied(path).last?.contains(#""name":"one""#) == true)
        // Only the number of matches differs now.
        policies.countHits(3)
        try await Task.sleep(for: .milliseconds(300))
        #expect(double.applied(path).count == 2)
        task.cancel()
        await task.value
        await client.shutdown()
        await double.close()
    }
}
