// SPDX-License-Identifier: Apache-2.0

import APIDouble
import Logging
import ShrikeDaemon
import ShrikeJSON
import ShrikeKubernetes
import ShrikeWorkloads
import Synchronization
import Testing

@testable import ShrikeCluster

/// Keeps what it is told.
private final class Pods: PodSink {
    struct State {
        var pods: [String: PodFacts] = [:]
        var isComplete = false
        var calls = 0
    }

    private let state = Mutex(State())

    func podsChanged(_ changed: [PodFacts], gone: [String], isComplete: Bool) {
        state.withLock { state in
            for pod in changed { state.pods[pod.uid] = pod }
            for uid in gone { state.pods[uid] = nil }
            state.isComplete = isComplete
            state.calls += 1
        }
    }

    var now: State { state.withLock { $0 } }
}

extension PodObject {
    fileprivate static func json(_ text: String) -> PodObject? {
        Array(text.utf8).withUnsafeBytes { bytes in JSONView(bytes).flatMap { PodObject($0) } }
    }

    fileprivate static func owned(_ metadata: String) -> PodObject? {
        json(#"{"metadata":{"name":"p","namespace":"n","uid":"u",\#(metadata)}}"#)
    }
}

extension NamespaceObject {
    fileprivate static func json(_ name: String, _ labels: String) -> NamespaceObject? {
        Array(#"{"metadata":{"name":"\#(name)","uid":"\#(name)","labels":\#(labels)}}"#.utf8)
            .withUnsafeBytes { bytes in JSONView(bytes).flatMap { NamespaceObject($0) } }
    }
}

@Suite struct PodFollowerTests {
    @Test("A pod as the API server has it")
    func pod() throws {
        let pod = try #require(
            PodObject.json(
                """
                {"metadata":{"name":"web-5d4-x","generateName":"web-5d4-","namespace":"shop","uid":"u1",
                 "labels":{"app":"web","Pod_Template":"no","pod-template-hash":"5d4"},
                 "annotations":{"note":"x"},
                 "ownerReferences":[{"kind":"Other","name":"o"},
                   {"kind":"ReplicaSet","name":"web-5d4","controller":true}]},
                 "spec":{"nodeName":"one","initContainers":[{"name":"init",
                     "livenessProbe":{"exec":{"command":["no"]}}}],
                   "containers":[{"name":"a","securityContext":{"privileged":true},
                       "livenessProbe":{"exec":{"command":["/live","-q"]}},
                       "readinessProbe":{"exec":{"command":["ready"]}},
                       "startupProbe":{"exec":{"command":["started"]}}},
                     {"name":"b","securityContext":{"privileged":false}},{"name":"c"}]},
                 "status":{"containerStatuses":[
                   {"name":"a","containerID":"containerd://aa","image":"nginx:1","imageID":"nginx@sha256:1",
                    "state":{"running":{"startedAt":"2026-01-02T03:04:05Z"}}},
                   {"name":"b","containerID":"cri-o://bb","image":"redis","imageID":"",
                    "state":{"terminated":{"startedAt":"2026-01-01T00:00:00Z"}}},
                   {"name":"c","state":{"waiting":{}}}],
                  "initContainerStatuses":[{"name":"init","containerID":"containerd://ii"}],
                  "ephemeralContainerStatuses":[{"name":"debug","containerID":"containerd://ee"}]}}
                """))
        var facts = pod.facts
        #expect(facts.annotations == ["note": "x"])
        facts.annotations = [:]
        #expect(
            facts
                == PodFacts(
                    uid: "u1", namespace: "shop", name: "web-5d4-x",
                    labels: ["app": "web", "Pod_Template": "no", "pod-template-hash": "5d4"],
                    workload: "web", workloadKind: "Deployment",
                    containers: [
                        .init(name: "init", id: "containerd://ii"),
                        .init(
                            name: "a", id: "containerd://aa", imageID: "nginx@sha256:1", imageName: "nginx:1",
                            startTime: "2026-01-02T03:04:05Z", isPrivileged: true,
                            probes: [["/live", "-q"], ["ready"]]),
                        .init(name: "b", id: "cri-o://bb", imageName: "redis"),
                        .init(name: "debug", id: "containerd://ee"),
                    ]))
    }

    @Test(
        "What a pod belongs to",
        arguments: [
            (#""generateName":"d-""#, "", "p", "Pod"),
            ("", #"{"kind":"DaemonSet","name":"d","controller":true}"#, "p", "Pod"),
            (
                #""generateName":"d-""#, #"{"kind":"DaemonSet","name":"d","controller":true}"#, "d",
                "DaemonSet"
            ),
            (#""generateName":"d-""#, #"{"kind":"DaemonSet","name":"d"}"#, "p", "Pod"),
            (
                #""generateName":"d-","labels":{"pod-template-hash":"77"}"#,
                #"{"kind":"ReplicaSet","name":"d-77","controller":true}"#, "d", "Deployment"
            ),
            (
                #""generateName":"d-","labels":{"pod-template-hash":"77"}"#,
                #"{"kind":"ReplicaSet","name":"d77","controller":true}"#, "d77", "ReplicaSet"
            ),
            (
                #""generateName":"d-","labels":{"deploymentconfig":"dc"}"#,
                #"{"kind":"ReplicationController","name":"dc-1","controller":true}"#, "dc", "DeploymentConfig"
            ),
            (
                #""generateName":"d-""#, #"{"kind":"Job","name":"nightly-29312345","controller":true}"#,
                "nightly",
                "CronJob"
            ),
            (
                #""generateName":"d-""#, #"{"kind":"Job","name":"x-1234567","controller":true}"#, "x-1234567",
                "Job"
            ),
            (
                #""generateName":"d-""#, #"{"kind":"Job","name":"-29312345","controller":true}"#, "-29312345",
                "Job"
            ),
        ])
    func workload(_ metadata: String, _ owner: String, _ name: String, _ kind: String) throws {
        let members = [metadata, #""ownerReferences":[\#(owner)]"#].filter { !$0.isEmpty }
        let pod = try #require(PodObject.owned(members.joined(separator: ",")))
        #expect(pod.facts.workload == name && pod.facts.workloadKind == kind)
    }

    @Test("Labels of namespaces, whichever comes first; told once, and only what has changed")
    func namespaces() async throws {
        let pods = Pods()
        let follower = PodFollower(pods)
        let (podPart, namespacePart) = (PodPart(follower: follower), NamespacePart(follower: follower))
        let one = try #require(PodObject.owned(#""labels":{}"#))
        await podPart.replaced([one])
        #expect(pods.now.pods["u"]?.namespaceLabels == [:] && !pods.now.isComplete)
        await namespacePart.replaced([try #require(.json("n", #"{"team":"a"}"#))])
        #expect(pods.now.pods["u"]?.namespaceLabels == ["team": "a"] && pods.now.isComplete)
        let calls = pods.now.calls
        #expect(await podPart.changed(one))
        #expect(await namespacePart.changed(try #require(.json("n", #"{"team":"a"}"#))))
        #expect(await namespacePart.changed(try #require(.json("other", #"{"team":"b"}"#))))
        await podPart.replaced([one])
        #expect(pods.now.calls == calls)
        #expect(await namespacePart.changed(try #require(.json("n", #"{"team":"c"}"#))))
        #expect(pods.now.pods["u"]?.namespaceLabels == ["team": "c"])
        await podPart.replaced([])
        #expect(pods.now.pods.isEmpty)
    }

    @Test("The pods of this node alone, through the service")
    func service() async throws {
        let (podPath, namespacePath) = ("/api/v1/pods", "/api/v1/namespaces")
        let double = try await APIDouble(tokens: ["secret"], collections: [podPath, namespacePath])
        double.seed(
            (0..<5_000).map { number in
                var pod = DoubleObject(name: "pod-\(number)", uid: "u\(number)")
                pod.namespace = "shop"
                pod.fields = ["spec.nodeName": number.isMultiple(of: 20) ? "worker-1" : "worker-2"]
                return pod
            }, in: podPath)
        var namespace = DoubleObject(name: "shop", uid: "ns")
        namespace.metadata = #""labels":{"team":"a"}"#
        double.seed([namespace], in: namespacePath)
        let config = try double.kubeconfig(token: "secret")
        defer { config.remove() }
        var settings = KubernetesSettings()
        settings.followsPolicies = false
        let pods = Pods()
        let service = KubernetesService(
            settings: settings, timing: APITiming(), statusTiming: .init(),
            logger: Logger(label: "test"))
        service.begin(
            try ClusterAccess.kubeconfig(path: config.path), FakePolicies(), pods, nodeName: "worker-1")
        for _ in 0..<6_000 where !(pods.now.isComplete && double.watchCount == 2) {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(pods.now.pods.count == 250)
        #expect(pods.now.pods.values.allSatisfy { $0.namespaceLabels == ["team": "a"] })
        double.delete("pod-20", namespace: "shop", in: podPath)
        double.delete("pod-21", namespace: "shop", in: podPath)
        for _ in 0..<6_000 where pods.now.pods.count == 250 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(pods.now.pods.count == 249 && pods.now.pods["u20"] == nil)
        #expect(Set(service.figures.watches.map(\.name)) == ["pods", "namespaces"])
        service.stop()
        await double.close()
    }
}
