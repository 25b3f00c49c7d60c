// SPDX-License-Identifier: Apache-2.0
// Flags of Kubernetes.

internal import ArgumentParser
internal import ShrikeCluster
internal import ShrikeControl

/// Whether and how the API server is used.
struct KubernetesFlags: ParsableArguments {
    @Flag(
        name: .customLong("enable-k8s-api"), inversion: .prefixedNo,
        help: "Follow the API server of Kubernetes.")
    var isEnabled = false

    @Option(
        name: .customLong("k8s-kubeconfig-path"),
        help: ArgumentHelp(
            "A kubeconfig, of which the current context is used. Default: the pod's service account.",
            valueName: "file"))
    var kubeconfigPath = ""

    @Flag(
        name: .customLong("k8s-allow-unverified-server"),
        help: "Take a kubeconfig's insecure-skip-tls-verify. Whoever is on the way can then give policies.")
    var allowsUnverifiedServer = false

    @Flag(
        name: .customLong("enable-tracing-policy-crd"), inversion: .prefixedNo,
        help: "Read policies from the API server: TracingPolicy and TracingPolicyNamespaced.")
    var followsPolicies = true

    @Flag(
        name: .customLong("k8s-node-status"), inversion: .prefixedNo,
        help: "Write what became of them on this node to the API server: one PolicyNodeStatus.")
    var writesStatus = true

    @Flag(
        name: .customLong("enable-pod-annotations"), inversion: .prefixedNo,
        help: "Add the annotations of pods to events.")
    var podAnnotations = false

    func validate() throws {
        guard isEnabled || (kubeconfigPath.isEmpty && !allowsUnverifiedServer) else {
            throw ValidationError(
                "--k8s-kubeconfig-path and --k8s-allow-unverified-server need --enable-k8s-api")
        }
    }

    var settings: KubernetesSettings {
        var settings = KubernetesSettings()
        settings.isEnabled = isEnabled
        settings.kubeconfigPath = kubeconfigPath
        settings.allowsUnverifiedServer = allowsUnverifiedServer
        settings.followsPolicies = followsPolicies
        settings.writesStatus = writesStatus
        settings.podAnnotations = podAnnotations
        settings.version = ShrikeVersion.current
        return settings
    }
}
