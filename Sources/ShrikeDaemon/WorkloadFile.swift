// SPDX-License-Identifier: Apache-2.0
// Facts of control groups and pods from a file: for machines without Kubernetes, and for tests.

internal import Glibc
internal import ShrikePolicyCompiler
internal import ShrikeWorkloads

/// A text file with one control group, pod or container of a pod a line; `#` starts a comment line.
///
///     /sys/fs/cgroup host
///     /sys/fs/cgroup/pods undecided
///     /sys/fs/cgroup/pods/one container namespace=shop name=web repo=nginx label.app=web
///     pod 0f6a1c52-… namespace=shop name=web-0 workload=web kind=StatefulSet label.app=web
///     pod-container 0f6a1c52-… name=web id=containerd://3b1f… image=nginx:1.27 started=2026-01-10T06:10:02Z
///
/// A group is told of by its directory, which must be there; a pod by its uid, whose groups are found by kubelet's names
/// whenever they come.
struct WorkloadFile {
    private(set) var scopes: [ScopeFacts] = []
    private(set) var pods: [PodFacts] = []

    /// Reads the file; each directory must be there.
    init(reading path: String) throws(DaemonError) {
        guard let file = unsafe fopen(path, "re") else {
            throw .refused("cannot read the workload file \(path): \(String(cString: strerror(errno)))")
        }
        defer { unsafe fclose(file) }
        var number = 0
        var line = [CChar](repeating: 0, count: 8192)
        while unsafe fgets(&line, Int32(line.count), file) != nil {
            number += 1
            let text = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            let words = String(decoding: text, as: UTF8.self).split { $0 == " " || $0 == "\t" || $0 == "\n" }
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            let rest = words.dropFirst().map(String.init)
            switch first {
            case "pod":
                guard let pod = Self.pod(rest), !pods.contains(where: { $0.uid == pod.uid }) else {
                    throw .refused("\(path):\(number): expected `pod UID NAME=VALUE...`, each uid once")
                }
                pods.append(pod)
            case "pod-container":
                guard let container = Self.podContainer(rest),
                    let index = pods.firstIndex(where: { $0.uid == rest.first })
                else {
                    throw .refused(
                        "\(path):\(number): expected `pod-container UID name=NAME id=ID NAME=VALUE...` behind its pod"
                    )
                }
                pods[index].containers.append(container)
            default: scopes.append(try Self.scope(String(first), rest, "\(path):\(number)"))
            }
        }
    }

    private static func scope(
        _ directory: String, _ words: [String], _ place: String
    ) throws(DaemonError) -> ScopeFacts {
        guard let content = content(words) else {
            throw .refused(
                "\(place): expected `DIRECTORY host`, `DIRECTORY undecided` or `DIRECTORY container NAME=VALUE...`"
            )
        }
        var status = stat()
        guard unsafe stat(directory, &status) == 0 else {
            throw .refused("\(place): there is no control group \(directory)")
        }
        return ScopeFacts(cgroupID: UInt64(status.st_ino), content: content)
    }

    private static func content(_ words: [String]) -> ScopeFacts.Content? {
        switch words.first {
        case "host" where words.count == 1: return .host
        case "undecided" where words.count == 1: return .undecided
        case "container":
            var container = ContainerFacts(namespace: "default", name: "")
            for word in words.dropFirst() {
                guard let (name, value) = pair(word) else { return nil }
                switch name {
                case "namespace": container.namespace = value
                case "name": container.name = value
                case "repo": container.repository = value
                default:
                    guard let label = key(of: name, in: "label.") else { return nil }
                    container.podLabels[label] = value
                }
            }
            return .container(container)
        default: return nil
        }
    }

    private static func pod(_ words: [String]) -> PodFacts? {
        guard let uid = words.first, !uid.contains("=") else { return nil }
        var pod = PodFacts(uid: uid, namespace: "default", name: "")
        for word in words.dropFirst() {
            guard let (name, value) = pair(word) else { return nil }
            switch name {
            case "namespace": pod.namespace = value
            case "name": pod.name = value
            case "workload": pod.workload = value
            case "kind": pod.workloadKind = value
            default:
                if let label = key(of: name, in: "label.") {
                    pod.labels[label] = value
                } else if let label = key(of: name, in: "namespace-label.") {
                    pod.namespaceLabels[label] = value
                } else {
                    return nil
                }
            }
        }
        return pod
    }

    private static func podContainer(_ words: [String]) -> PodFacts.Container? {
        var container = PodFacts.Container(name: "", id: "")
        for word in words.dropFirst() {
            guard let (name, value) = pair(word) else { return nil }
            switch name {
            case "name": container.name = value
            case "id": container.id = value
            case "image": container.imageName = value
            case "image-id": container.imageID = value
            case "started": container.startTime = value
            case "privileged" where value == "true" || value == "false":
                container.isPrivileged = value == "true"
            default: return nil
            }
        }
        return container.name.isEmpty || container.id.isEmpty ? nil : container
    }

    private static func pair(_ word: String) -> (name: String, value: String)? {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }

    private static func key(of name: String, in prefix: String) -> String? {
        name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : nil
    }
}
