// SPDX-License-Identifier: Apache-2.0
// A container and its pod in JSON.

import ShrikeTestSupport
import ShrikeWorkloads
import Testing

private let id = String(repeating: "3b1f0c7d9e2a4f55", count: 4)
private let pod = PodFacts(
    uid: "0f6a1c52-53a5-4b0e-9b8d-3c1f2f6f9a10", namespace: "shop", name: "cart-7d9c6b9f5d-x2lqp",
    labels: ["pod-template-hash": "7d9c6b9f5d", "app": "ca\"rt"], workload: "cart", workloadKind: "Deployment"
)
private let status = PodFacts.Container(
    name: "cart", id: "containerd://\(id)", imageID: "registry.example/cart@sha256:9d1c",
    imageName: "registry.example/cart:2.4.1", startTime: "2026-01-10T06:10:02Z")

@Suite struct PodTextTests {
    private func text(_ container: KnownContainer, pid: String = ",\"pid\":31") -> String {
        let text = PodText(container)
        return String(decoding: text.beforePID, as: UTF8.self) + (text.afterPID.isEmpty ? "" : pid)
            + String(decoding: text.afterPID, as: UTF8.self)
    }

    @Test func theOrderIsTheReferences() {
        #expect(
            text(KnownContainer(id: id, pod: pod, status: status))
                == #","pod":{"namespace":"shop","name":"cart-7d9c6b9f5d-x2lqp","uid":"0f6a1c52-53a5-4b0e-9b8d-3c1f2f6f9a10","container":{"id":"containerd://\#(id)","name":"cart","image":{"id":"registry.example/cart@sha256:9d1c","name":"registry.example/cart:2.4.1"},"start_time":"2026-01-10T06:10:02Z","pid":31,"security_context":{}},"pod_labels":{"app":"ca\"rt","pod-template-hash":"7d9c6b9f5d"},"workload":"cart","workload_kind":"Deployment"},"docker":"3b1f0c7d9e2a4f553b1f0c7d9e2a4f5""#
        )
    }

    @Test func annotationsAreLast() throws {
        var annotated = pod
        annotated.annotations = ["b": "2", "a/x": "\"1\""]
        let all = text(KnownContainer(id: id, pod: annotated, status: status))
        #expect(
            all.contains(
                #""workload_kind":"Deployment","pod_annotations":{"a/x":"\"1\"","b":"2"}},"docker""#),
            "\(all)")
    }

    @Test func withoutAPodThereIsTheContainersIDAlone() {
        #expect(text(KnownContainer(id: id)) == #","docker":"3b1f0c7d9e2a4f553b1f0c7d9e2a4f5""#)
    }

    @Test func withoutAStatusThePodIsThere() throws {
        let json = try StrictJSON(
            Array("{\"x\":1\(text(KnownContainer(id: id, pod: pod, isAwaited: true)))}".utf8))
        #expect(json["pod"]?["container"]?.keys == ["id", "pid"])
        #expect(json["pod"]?["container"]?["id"]?.text == id)
        #expect(json["pod"]?["workload"]?.text == "cart")
    }

    @Test func whatIsEmptyOrNoTimeIsLeftOut() throws {
        var other = status
        other.startTime = "yesterday"
        (other.imageID, other.imageName) = ("", "")
        other.isPrivileged = true
        let bare = PodFacts(uid: "u", namespace: "shop", name: "x")
        let json = try StrictJSON(
            Array("{\"x\":1\(text(KnownContainer(id: id, pod: bare, status: other)))}".utf8))
        #expect(json["pod"]?.keys == ["namespace", "name", "uid", "container"])
        #expect(json["pod"]?["container"]?.keys == ["id", "name", "pid", "security_context"])
        #expect(json["pod"]?["container"]?["security_context"]?.keys == ["privileged"])
    }
}
