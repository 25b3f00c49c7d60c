// SPDX-License-Identifier: Apache-2.0
// Objects as the double keeps them.

/// An object of a cluster.
public struct DoubleObject: Sendable {
    /// `cilium.io/v1alpha1`; empty where lists leave it out, as they do for pods.
    public var apiVersion = ""
    /// `TracingPolicy`.
    public var kind = ""
    /// Empty for objects of the whole cluster.
    public var namespace = ""
    /// `metadata.name`.
    public var name: String
    /// `metadata.uid`.
    public var uid: String
    /// `metadata.generation`.
    public var generation = 1
    /// More members of `metadata`, `"labels":{}`.
    public var metadata = ""
    /// More members, `"spec":{}`.
    public var members = ""
    /// What label selectors see; part of `metadata` when there are any.
    public var labels: [String: String] = [:]
    /// What field selectors see besides `metadata.name`.
    public var fields: [String: String] = [:]

    /// An object without content.
    public init(name: String, uid: String) {
        self.name = name
        self.uid = uid
    }

    var key: String { "\(namespace)/\(name)" }

    func json(version: Int) -> String {
        var text = "{"
        if !apiVersion.isEmpty { text += "\"apiVersion\":\"\(apiVersion)\"," }
        if !kind.isEmpty { text += "\"kind\":\"\(kind)\"," }
        text += "\"metadata\":{\"name\":\"\(name)\",\"uid\":\"\(uid)\",\"generation\":\(generation)"
        if !namespace.isEmpty { text += ",\"namespace\":\"\(namespace)\"" }
        if !labels.isEmpty {
            let pairs = labels.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }
            text += ",\"labels\":{\(pairs.joined(separator: ","))}"
        }
        if !metadata.isEmpty { text += ",\(metadata)" }
        text += ",\"resourceVersion\":\"\(version)\"}"
        if !members.isEmpty { text += ",\(members)" }
        return text + "}"
    }

}

/// What of a collection a request asks for: selectors `a=b,c=d`.
struct DoubleSelection {
    var fields: String
    var labels: String

    init(_ request: DoubleRequest) {
        fields = request.query["fieldSelector"] ?? ""
        labels = request.query["labelSelector"] ?? ""
    }

    func takes(_ object: DoubleObject) -> Bool {
        Self.terms(fields) { $0 == "metadata.name" ? object.name : object.fields[$0] }
            && Self.terms(labels) { object.labels[$0] }
    }

    private static func terms(_ selector: String, _ value: (String) -> String?) -> Bool {
        selector.split(separator: ",").allSatisfy { term in
            let parts = term.split(separator: "=", maxSplits: 1).map(String.init)
            return parts.count == 2 && value(parts[0]) == parts[1]
        }
    }
}

/// A request as the double saw it.
public struct DoubleRequest: Sendable {
    /// `GET`.
    public var method: String
    /// Without the query.
    public var path: String
    /// Decoded.
    public var query: [String: String]
    /// The bearer token; empty when there was none.
    public var token: String
    /// The body.
    public var body: String

    /// Whether it asks for changes.
    public var isWatch: Bool { query["watch"] == "true" }
}

/// What the double does instead of answering.
public enum DoubleFault: Sendable {
    /// Says no.
    case status(Int, retryAfter: Int? = nil)
    /// Closes the connection without a word.
    case close
    /// Says how long the answer is, sends less, and closes.
    case cut
    /// Agrees, and never says more.
    case silence
    /// Agrees, and sends a byte now and then, but never a whole line.
    case trickle
    /// Sends a line of that many bytes.
    case longLine(Int)
    /// Of a watch: sends an event that says 410.
    case expiredEvent
    /// Sends something that is not what the API promises.
    case nonsense
}
