// SPDX-License-Identifier: Apache-2.0
// A policy as the API server has it: its identity, and its text for the loader.

internal import ShrikeDaemon
internal import ShrikeJSON
internal import ShrikeKubernetes
internal import ShrikePolicy

/// A TracingPolicy or TracingPolicyNamespaced.
struct PolicyObject: ClusterResource, Equatable {
    /// Where a policy stands in the cluster.
    struct Key: Hashable, Comparable, CustomStringConvertible {
        var namespace: String
        var name: String

        /// `namespace/name`, or the name alone.
        var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }

        static func < (left: Key, right: Key) -> Bool {
            (left.namespace, left.name) < (right.namespace, right.name)
        }
    }

    var key: Key
    var uid: String
    /// Grows with each change of the spec.
    var generation: Int64
    /// Whether it is for some nodes only.
    var hasNodeSelector = false
    /// One line of JSON, which is YAML: kind, name and spec, and nothing that changes without them.
    var text: [UInt8]

    init?(_ object: JSONView) {
        guard let metadata = object.member("metadata"), let name = metadata.member("name")?.string,
            let uid = metadata.member("uid")?.string
        else { return nil }
        let namespace = metadata.member("namespace")?.string ?? ""
        key = Key(namespace: namespace, name: name)
        self.uid = uid
        generation = metadata.member("generation")?.integer ?? 0
        hasNodeSelector = object.member("spec")?.member("nodeSelector").map { $0.kind == .object } ?? false
        text = PolicyDocument.line(of: object, name: name, namespace: namespace)
    }

    /// Who it is for the daemon.
    var identity: PolicyIdentity {
        PolicyIdentity(name: key.name, namespace: key.namespace, domain: PolicyDomain.kubernetes)
    }
}
