// SPDX-License-Identifier: Apache-2.0
// A process of a test: what the kernel side would find of it, and the pod that it is in.

internal import ShrikeABI
internal import ShrikePolicy
internal import ShrikePolicyCompiler

/// A process, and where it runs.
struct WorldProcess: Sendable {
    var name: String
    var reading: ProcessReading
    var pod: WorldPod?

    init(name: String, binary: String?) {
        self.name = name
        reading = ProcessReading(binary: binary)
        reading.namespaces = .host
    }
}

/// A pod's container.
struct WorldPod: Sendable {
    var namespace = "default"
    var labels: [String: String] = [:]
    /// `name`, `repo` and what else container selectors compare.
    var container: [String: String] = [:]
}

extension shrike_namespaces {
    /// The host's.
    static var host: shrike_namespaces {
        var all = shrike_namespaces()
        for (kind, inode) in OfflineKernel.host { all[kind] = inode }
        return all
    }

    subscript(_ kind: NamespaceKind) -> UInt32 {
        get {
            switch kind {
            case .uts: uts
            case .ipc: ipc
            case .mount: mnt
            case .pid: pid
            case .pidForChildren: pid_for_children
            case .network: net
            case .time: time
            case .timeForChildren: time_for_children
            case .cgroup: cgroup
            case .user: user
            }
        }
        set {
            switch kind {
            case .uts: uts = newValue
            case .ipc: ipc = newValue
            case .mount: mnt = newValue
            case .pid: pid = newValue
            case .pidForChildren: pid_for_children = newValue
            case .network: net = newValue
            case .time: time = newValue
            case .timeForChildren: time_for_children = newValue
            case .cgroup: cgroup = newValue
            case .user: user = newValue
            }
        }
    }
}

extension TracingPolicy {
    /// Whether the policy is for this process at all: its namespace and its selectors of workloads.
    func isFor(_ process: WorldProcess) -> Bool {
        let pod = process.pod
        if kind == .namespaced, pod?.namespace != namespace?.value ?? "default" { return false }
        let selectsPods = spec.podSelector != nil || spec.containerSelector != nil
        guard let pod else { return spec.hostSelector != nil || !(selectsPods || kind == .namespaced) }
        if spec.hostSelector != nil, !selectsPods { return false }
        var labels = pod.labels
        labels["k8s:io.kubernetes.pod.namespace"] = pod.namespace
        return spec.podSelector?.matches(labels) ?? true
            && spec.containerSelector?.matches(pod.container) ?? true
    }
}

extension LabelSelector {
    /// Whether all its conditions hold (Kubernetes' rules).
    func matches(_ given: [String: String]) -> Bool {
        labels.allSatisfy { given[$0.key.value] == $0.value.value }
            && expressions.allSatisfy { expression in
                let value = given[expression.key.value]
                let values = expression.values.map(\.value)
                return switch expression.comparison.value {
                case .isIn: value.map { values.contains($0) } ?? false
                case .isNotIn: value.map { !values.contains($0) } ?? true
                case .exists: value != nil
                case .doesNotExist: value == nil
                }
            }
    }
}
