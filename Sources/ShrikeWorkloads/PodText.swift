// SPDX-License-Identifier: Apache-2.0
// A container and its pod as members of a process in JSON, in the order of the incumbent's messages.

internal import ShrikeJSON

/// `,"pod":{…},"docker":"…"`, in two pieces: between them goes what differs by process, its pid in the container.
public struct PodText: Sendable, Equatable {
    /// Up to the place of `pid`.
    public private(set) var beforePID: [UInt8]
    /// What follows; empty without a pod: there is no place for a pid then.
    public private(set) var afterPID: [UInt8] = []

    /// Digits of a container's id in `docker`; the incumbent's default.
    private static let dockerDigits = 31

    /// The text of a container.
    ///
    /// What is empty is left out. Without a status the container has its id alone, without scheme.
    public init(_ container: KnownContainer) {
        var text = ByteBuffer(capacity: 1_024)
        if let pod = container.pod {
            var list = MemberList()
            text.append(",\"pod\":{")
            list.append("namespace", pod.namespace, to: &text)
            list.append("name", pod.name, to: &text)
            list.append("uid", pod.uid, to: &text)
            list.open("container", to: &text)
            Self.append(container, to: &text)
            beforePID = Array(text.bytes)
            text.removeAll()
            if let status = container.status {
                text.append(
                    status.isPrivileged
                        ? ",\"security_context\":{\"privileged\":true}" : ",\"security_context\":{}")
            }
            text.append("}")
            Self.append(",\"pod_labels\":{", pod.labels, to: &text)
            list.append("workload", pod.workload, to: &text)
            list.append("workload_kind", pod.workloadKind, to: &text)
            Self.append(",\"pod_annotations\":{", pod.annotations, to: &text)
            text.append("}")
            Self.append(docker: container.id, to: &text)
            afterPID = Array(text.bytes)
        } else {
            Self.append(docker: container.id, to: &text)
            beforePID = Array(text.bytes)
        }
    }

    private static func append(_ container: KnownContainer, to text: inout ByteBuffer) {
        var list = MemberList()
        guard let status = container.status else { return list.append("id", container.id, to: &text) }
        list.append("id", status.id, to: &text)
        list.append("name", status.name, to: &text)
        if !status.imageID.isEmpty || !status.imageName.isEmpty {
            list.open("image", to: &text)
            var image = MemberList()
            image.append("id", status.imageID, to: &text)
            image.append("name", status.imageName, to: &text)
            text.append("}")
        }
        // Readers decode it as a time: anything else would cost them the event.
        if nanoseconds(rfc3339: status.startTime.utf8) != nil {
            list.append("start_time", status.startTime, to: &text)
        }
    }

    private static func append(
        _ name: StaticString, _ members: [String: String], to text: inout ByteBuffer
    ) {
        guard !members.isEmpty else { return }
        text.append(name)
        let sorted = members.sorted { left, right in
            left.key.unicodeScalars.lexicographicallyPrecedes(right.key.unicodeScalars)
        }
        for (position, member) in sorted.enumerated() {
            if position > 0 { text.append(",") }
            text.append(jsonString: member.key)
            text.append(":")
            text.append(jsonString: member.value)
        }
        text.append("}")
    }

    private static func append(docker id: String, to text: inout ByteBuffer) {
        text.append(",\"docker\":")
        text.append(jsonString: String(id.prefix(dockerDigits)))
    }
}

/// Members of an object, with their commas.
private struct MemberList {
    private var isFirst = true

    mutating func append(_ name: StaticString, _ value: String, to text: inout ByteBuffer) {
        guard !value.isEmpty else { return }
        begin(name, to: &text)
        text.append(jsonString: value)
    }

    mutating func open(_ name: StaticString, to text: inout ByteBuffer) {
        begin(name, to: &text)
        text.append("{")
    }

    private mutating func begin(_ name: StaticString, to text: inout ByteBuffer) {
        text.append(isFirst ? "\"" : ",\"")
        text.append(name)
        text.append("\":")
        isFirst = false
    }
}
