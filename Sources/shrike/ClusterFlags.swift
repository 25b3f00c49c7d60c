// SPDX-License-Identifier: Apache-2.0
// The flags of commands that can ask a whole cluster, and which API server they ask.

import ArgumentParser
import Glibc
import ShrikeClusterClient
import ShrikeControl
import ShrikeKubernetes

/// Which cluster is asked.
struct ClusterFlags: ParsableArguments {
    @Flag(help: "Ask all nodes of a Kubernetes cluster, through its API server.")
    var kubernetes = false

    @Option(
        help: ArgumentHelp(
            """
            The kubeconfig. Default: the files that KUBECONFIG names, else ~/.kube/config, else the service account \
            of the pod that this runs in.
            """, valueName: "file"))
    var kubeconfig: String?

    @Option(help: ArgumentHelp("The context of the kubeconfig; default: its current one.", valueName: "name"))
    var context: String?

    @Option(
        help: ArgumentHelp("The namespace of Shrike's own pods; default: any.", valueName: "name"))
    var shrikeNamespace = ""

    @Option(help: ArgumentHelp("The labels of Shrike's own pods.", valueName: "selector"))
    var shrikeSelector = ShrikePods.defaultSelector

    func validate() throws {
        let isUsed =
            kubeconfig != nil || context != nil || !shrikeNamespace.isEmpty
            || shrikeSelector != ShrikePods.defaultSelector
        guard kubernetes || !isUsed else {
            throw ValidationError(
                "--kubeconfig, --context, --shrike-namespace and --shrike-selector go with --kubernetes")
        }
    }

    var pods: ShrikePods { ShrikePods(namespace: shrikeNamespace, selector: shrikeSelector) }

    /// How the API server sees who asks.
    static let userAgent = "shrike/\(ShrikeVersion.current)"

    /// The way to the API server.
    func access() throws -> ClusterAccess {
        // As for kubectl: who may change the kubeconfig may do anything in its name.
        guard let paths = try paths() else { return try ClusterAccess.inCluster() }
        return try ClusterAccess.kubeconfig(
            paths: paths, context: context, allowsUnverified: true, runsPrograms: true)
    }

    /// The kubeconfigs; nil: there is none, so this should be a pod.
    private func paths() throws -> [String]? {
        if let kubeconfig { return [kubeconfig] }
        let named = variable("KUBECONFIG").split(separator: ":").map(String.init)
        if !named.isEmpty {
            // Of several, as for kubectl, some may be missing.
            let there = named.filter { Glibc.access($0, F_OK) == 0 }
            guard !there.isEmpty else {
                throw CommandError("KUBECONFIG names no file that is there: \(named.joined(separator: ":"))")
            }
            return there
        }
        let home = variable("HOME")
        if !home.isEmpty, Glibc.access("\(home)/.kube/config", F_OK) == 0 { return ["\(home)/.kube/config"] }
        guard variable("KUBERNETES_SERVICE_HOST").isEmpty else { return nil }
        throw CommandError(
            "there is no way to a cluster: no --kubeconfig, no KUBECONFIG, no ~/.kube/config, and this is no pod"
        )
    }

    private func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
}
