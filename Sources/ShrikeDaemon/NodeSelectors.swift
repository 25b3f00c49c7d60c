// SPDX-License-Identifier: Apache-2.0
// Node selectors: whoever follows the Kubernetes API knows the labels of this node, nobody else does.

internal import ShrikePolicy

enum NodeSelectors {
    /// An error for each policy that is for some nodes only and does not come from the Kubernetes API: whether it is
    /// meant for this node cannot be told, and to guess would weaken it or take in too much.
    static func check(_ policies: [TracingPolicy]) -> [Diagnostic] {
        policies.compactMap { policy in
            guard policy.spec.nodeSelector?.isEmpty == false, let field = policy.spec.fields["nodeSelector"]
            else { return nil }
            return Diagnostic(
                .error, .notSupported, at: field.nameRange,
                "the labels of this node are not known, so `nodeSelector` cannot be decided",
                help: "leave it out, or load the policy by the Kubernetes API (`--enable-k8s-api`)")
        }
    }
}
