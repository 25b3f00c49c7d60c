// SPDX-License-Identifier: Apache-2.0
// AdmissionReview of admission.k8s.io/v1: what is asked, and how it is answered.

internal import ShrikeJSON
internal import ShrikeKubernetes

/// What the API server asks.
struct AdmissionRequest: Equatable {
    /// Of this request, which the answer repeats.
    var uid: String
    var kind: String
    var name: String
    var namespace: String
    /// `CREATE` or `UPDATE`; others are not for this webhook.
    var operation: String
    /// The policy as a line of JSON; nil: there is none, as when one is deleted.
    var document: [UInt8]?
    /// Whether nothing of the policy changes but what is not the engine's business.
    var isSameSpec: Bool
    /// Whether the object is being deleted.
    var isEnding: Bool

    /// Reads a request.
    /// - Returns: nil when it is no AdmissionReview of this version.
    init?(_ body: [UInt8]) {
        let read = body.withUnsafeBytes { bytes -> AdmissionRequest? in
            guard let review = JSONView(bytes), review.member("kind")?.string == "AdmissionReview",
                review.member("apiVersion")?.string == "admission.k8s.io/v1",
                let request = review.member("request"), let uid = request.member("uid")?.string
            else { return nil }
            return AdmissionRequest(uid: uid, request)
        }
        guard let read else { return nil }
        self = read
    }

    private init(uid: String, _ request: JSONView) {
        self.uid = uid
        let object = request.member("object").flatMap { $0.kind == .object ? $0 : nil }
        let metadata = object?.member("metadata")
        kind = request.member("kind")?.member("kind")?.string ?? ""
        namespace = request.member("namespace")?.string ?? ""
        operation = request.member("operation")?.string ?? ""
        name = metadata?.member("name")?.string ?? request.member("name")?.string ?? ""
        // The server makes the rest of the name after this.
        if name.isEmpty { name = (metadata?.member("generateName")?.string ?? "") + "00000" }
        isEnding = metadata?.member("deletionTimestamp")?.string != nil
        let old = request.member("oldObject")?.member("spec")
        let new = object?.member("spec")
        isSameSpec = if let old, let new { old.bytes.elementsEqual(new.bytes) } else { false }
        document = object.map { PolicyDocument.line(of: $0, name: name, namespace: namespace) }
    }
}

/// What the API server is told.
struct AdmissionAnswer: Equatable {
    /// Why the object is refused; nil: it is taken.
    var refusal: String?
    /// For whoever sent the object.
    var warnings: [String] = []

    /// The AdmissionReview.
    func review(uid: String) -> [UInt8] {
        var buffer = ByteBuffer(capacity: 1_024)
        buffer.append(
            "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"response\":{\"uid\":")
        buffer.append(jsonString: uid)
        buffer.append(utf8: ",\"allowed\":\(refusal == nil)")
        if let refusal {
            // What the API itself answers when an object does not fit its schema.
            buffer.append(",\"status\":{\"code\":422,\"reason\":\"Invalid\",\"message\":")
            buffer.append(jsonString: refusal)
            buffer.append("}")
        }
        if !warnings.isEmpty {
            buffer.append(",\"warnings\":[")
            for (index, warning) in warnings.enumerated() {
                if index > 0 { buffer.append(",") }
                buffer.append(jsonString: warning)
            }
            buffer.append("]")
        }
        buffer.append("}}")
        return Array(buffer.bytes)
    }
}
