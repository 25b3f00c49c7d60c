// SPDX-License-Identifier: Apache-2.0
// A policy of the cluster as a text for the loader.

public import ShrikeJSON
internal import ShrikePolicy

/// Policies of the API as documents.
public enum PolicyDocument {
    /// One line of JSON, which is YAML: kind, name and spec, and nothing that changes without them.
    public static func line(of object: JSONView, name: String, namespace: String) -> [UInt8] {
        // Custom resources say what they are in lists too; where one does not, its place tells.
        let kind =
            object.member("kind")?.string
            ?? (namespace.isEmpty ? PolicyKind.tracingPolicy : .namespaced).rawValue
        let version = object.member("apiVersion")?.string ?? "cilium.io/v1alpha1"
        var buffer = ByteBuffer(capacity: 1_024)
        buffer.append("{\"apiVersion\":")
        buffer.append(jsonString: version)
        buffer.append(",\"kind\":")
        buffer.append(jsonString: kind)
        buffer.append(",\"metadata\":{\"name\":")
        buffer.append(jsonString: name)
        if !namespace.isEmpty {
            buffer.append(",\"namespace\":")
            buffer.append(jsonString: namespace)
        }
        buffer.append("}")
        if let spec = object.member("spec") {
            buffer.append(",\"spec\":")
            // A line end cannot be inside a text of JSON.
            buffer.append(spec.bytes.map { $0 == 0x0a || $0 == 0x0d ? 0x20 : $0 })
        }
        buffer.append("}")
        return Array(buffer.bytes)
    }
}
