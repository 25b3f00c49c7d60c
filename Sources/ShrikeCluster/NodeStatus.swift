// SPDX-License-Identifier: Apache-2.0
// What a node says about the cluster's policies: one object for each node, bounded, rendered as JSON.

internal import ShrikeDaemon
internal import ShrikeJSON
internal import ShrikePolicy
internal import ShrikeSensors

/// The status of one node.
struct NodeStatus: Equatable {
    /// A policy of the cluster on this node.
    struct Policy: Equatable {
        var kind: String
        var key: PolicyObject.Key
        var known: PolicyFeed.Known
        /// `enforce` or `monitor`; empty when it is not in force.
        var mode = ""
        /// Matches, whether or not they posted an event.
        var hits: UInt64 = 0
    }

    /// Most policies that are written, and most bytes of all of them: 5,000 nodes have to fit into etcd.
    static let policyLimit = 500
    static let byteLimit = 64 << 10

    var policies: [Policy]

    /// - Parameter status: what the daemon says about its policies.
    init(_ policies: [Policy], _ status: [PolicyStatus]) {
        let byIdentity = Dictionary(status.map { ($0.identity, $0) }, uniquingKeysWith: { $1 })
        self.policies = policies.map { policy in
            var policy = policy
            let identity = PolicyIdentity(
                name: policy.key.name, namespace: policy.key.namespace, domain: PolicyDomain.kubernetes)
            if let status = byIdentity[identity], policy.known.loadedGeneration != nil {
                policy.mode = "\(status.mode)"
                policy.hits = status.counts.post &+ status.counts.noPost
            }
            return policy
        }
    }

    /// Whether two differ in nothing but how often policies matched.
    func isSameButHits(_ other: NodeStatus?) -> Bool {
        guard var other, other.policies.count == policies.count else { return false }
        for index in policies.indices { other.policies[index].hits = policies[index].hits }
        return other == self
    }

    /// The object that is applied.
    /// - Parameters:
    ///   - node: its name, which is the object's too.
    ///   - uid: the node's, so that the object goes with it; nil when it is not known.
    ///   - time: of now, nanoseconds since 1970.
    func object(node: String, uid: String?, version: String, time: Int64) -> [UInt8] {
        var buffer = ByteBuffer(capacity: 4_096)
        buffer.append(
            "{\"apiVersion\":\"shrike.internal/v1alpha1\",\"kind\":\"PolicyNodeStatus\",\"metadata\":{\"name\":"
        )
        buffer.append(jsonString: node)
        if let uid {
            buffer.append(",\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"name\":")
            buffer.append(jsonString: node)
            buffer.append(",\"uid\":")
            buffer.append(jsonString: uid)
            buffer.append("}]")
        }
        buffer.append("},\"status\":{\"version\":")
        buffer.append(jsonString: version)
        buffer.append(",\"observedAt\":\"")
        var writer = TimestampWriter()
        writer.append(time, to: &buffer)
        buffer.append("\"")
        for state in ["loaded", "refused", "skipped"] {
            buffer.append(utf8: ",\"\(state)\":\(policies.count { $0.known.outcome.name == state })")
        }
        buffer.append(",\"policies\":[")
        // What is wrong comes first: it is what must not be cut off.
        let rank = ["refused": 0, "loaded": 1, "skipped": 2]
        let sorted = policies.enumerated().sorted {
            (rank[$0.element.known.outcome.name] ?? 3, $0.offset)
                < (rank[$1.element.known.outcome.name] ?? 3, $1.offset)
        }
        let start = buffer.count
        var written = 0
        for (_, policy) in sorted.prefix(Self.policyLimit) {
            let before = buffer.count
            if written > 0 { buffer.append(",") }
            Self.append(policy, to: &buffer)
            guard buffer.count - start <= Self.byteLimit else {
                buffer.truncate(to: before)
                break
            }
            written += 1
        }
        buffer.append(utf8: "],\"leftOut\":\(policies.count - written)}}")
        return Array(buffer.bytes)
    }

    private static func append(_ policy: Policy, to buffer: inout ByteBuffer) {
        buffer.append("{\"kind\":")
        buffer.append(jsonString: policy.kind)
        buffer.append(",\"namespace\":")
        buffer.append(jsonString: policy.key.namespace)
        buffer.append(",\"name\":")
        buffer.append(jsonString: policy.key.name)
        buffer.append(
            utf8: ",\"generation\":\(policy.known.generation),\"state\":\"\(policy.known.outcome.name)\"")
        if let loaded = policy.known.loadedGeneration {
            buffer.append(
                utf8: ",\"loadedGeneration\":\(loaded),\"mode\":\"\(policy.mode)\",\"hits\":\(policy.hits)")
        }
        if case .refused(let findings) = policy.known.outcome {
            buffer.append(",\"findings\":[")
            for (index, finding) in findings.enumerated() {
                if index > 0 { buffer.append(",") }
                buffer.append("{\"rule\":")
                buffer.append(jsonString: finding.rule)
                buffer.append(",\"field\":")
                buffer.append(jsonString: finding.field)
                buffer.append(",\"message\":")
                buffer.append(jsonString: finding.message)
                buffer.append("}")
            }
            buffer.append("]")
        }
        buffer.append("}")
    }
}
