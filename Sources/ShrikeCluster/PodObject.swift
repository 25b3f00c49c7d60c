// SPDX-License-Identifier: Apache-2.0
// Pods and namespaces as the API server has them, read into what events and policies ask for.

internal import ShrikeJSON
internal import ShrikeKubernetes
internal import ShrikeWorkloads

/// A pod.
struct PodObject: ClusterResource {
    /// Without the labels of its namespace, which the API server has elsewhere.
    var facts: PodFacts

    var uid: String { facts.uid }

    init?(_ object: JSONView) {
        guard let metadata = object.member("metadata"), let name = metadata.member("name")?.string,
            let namespace = metadata.member("namespace")?.string, let uid = metadata.member("uid")?.string
        else { return nil }
        let labels = metadata.member("labels")?.texts ?? [:]
        let owner = Workload(metadata, pod: name, labels)
        facts = PodFacts(
            uid: uid, namespace: namespace, name: name, labels: labels, workload: owner.name,
            workloadKind: owner.kind, containers: Self.containers(object))
        facts.annotations = metadata.member("annotations")?.texts ?? [:]
    }

    /// Those for the start, the usual ones, and those that were attached later.
    private static let kinds = ["initContainer", "container", "ephemeralContainer"]

    private static func containers(_ object: JSONView) -> [PodFacts.Container] {
        guard let status = object.member("status") else { return [] }
        let spec = object.member("spec")
        var containers: [PodFacts.Container] = []
        for kind in kinds {
            let statuses = status.member(kind + "Statuses")?.elements ?? []
            guard !statuses.isEmpty else { continue }
            let specs = spec?.member(kind + "s")?.elements ?? []
            let privileged = privileged(specs)
            // Kubelet executes the probes of the usual ones; one that is for the start runs no longer than that.
            let probes = kind == "container" ? probes(specs) : [:]
            for status in statuses {
                // Without an id it has not been made yet.
                guard let name = status.member("name")?.string,
                    let id = status.member("containerID")?.string, !id.isEmpty
                else { continue }
                containers.append(
                    PodFacts.Container(
                        name: name, id: id, imageID: status.member("imageID")?.string ?? "",
                        imageName: status.member("image")?.string ?? "",
                        startTime: status.member("state")?.member("running")?.member("startedAt")?.string
                            ?? "",
                        isPrivileged: privileged.contains(name), probes: probes[name] ?? []))
            }
        }
        return containers
    }

    /// The commands of liveness and readiness probes, by the containers' names.
    private static func probes(_ containers: [JSONView]) -> [String: [[String]]] {
        var probes: [String: [[String]]] = [:]
        for container in containers {
            guard let name = container.member("name")?.string else { continue }
            for kind in ["livenessProbe", "readinessProbe"] {
                guard
                    let words = container.member(kind)?.member("exec")?.member("command")?.elements
                        .compactMap(\.string), !words.isEmpty
                else { continue }
                probes[name, default: []].append(words)
            }
        }
        return probes
    }

    private static func privileged(_ containers: [JSONView]) -> Set<String> {
        Set(
            containers.filter {
                $0.member("securityContext")?.member("privileged")?.boolean == true
            }.compactMap { $0.member("name")?.string })
    }
}

/// What a pod belongs to, by the rules that Tetragon has too.
private struct Workload {
    var name: String
    var kind: String

    init(_ metadata: JSONView, pod: String, _ labels: [String: String]) {
        (name, kind) = (pod, "Pod")
        // A pod that was named by hand is nobody's copy.
        guard let prefix = metadata.member("generateName")?.string, !prefix.isEmpty,
            let owner = metadata.member("ownerReferences")?.elements.first(where: {
                $0.member("controller")?.boolean == true
            }), let name = owner.member("name")?.string, let kind = owner.member("kind")?.string
        else { return }
        (self.name, self.kind) = (name, kind)
        switch kind {
        case "ReplicaSet":
            guard let hash = labels["pod-template-hash"], name.hasSuffix("-" + hash) else { return }
            (self.name, self.kind) = (String(name.dropLast(hash.count + 1)), "Deployment")
        case "ReplicationController":
            guard let deployment = labels["deploymentconfig"] else { return }
            (self.name, self.kind) = (deployment, "DeploymentConfig")
        case "Job":
            guard let dash = name.lastIndex(of: "-"), dash != name.startIndex else { return }
            let digits = name[name.index(after: dash)...].utf8
            guard (8...10).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return
            }
            (self.name, self.kind) = (String(name[..<dash]), "CronJob")
        default: break
        }
    }
}

/// A namespace.
struct NamespaceObject: ClusterResource {
    var name: String
    var uid: String
    var labels: [String: String]

    init?(_ object: JSONView) {
        guard let node = NodeObject(object) else { return nil }
        (name, uid, labels) = (node.name, node.uid, node.labels)
    }
}
