// SPDX-License-Identifier: Apache-2.0
// This node as the API server has it: its labels decide which policies are for it.

internal import ShrikeJSON
internal import ShrikeKubernetes

/// A node.
struct NodeObject: ClusterResource {
    var name: String
    var uid: String
    var labels: [String: String]

    init?(_ object: JSONView) {
        guard let metadata = object.member("metadata"), let name = metadata.member("name")?.string,
            let uid = metadata.member("uid")?.string
        else { return nil }
        self.name = name
        self.uid = uid
        labels = metadata.member("labels")?.texts ?? [:]
    }
}

extension JSONView {
    /// The members of an object that are texts, under their exact names.
    var texts: [String: String] {
        var texts: [String: String] = [:]
        forEachMember { key, value in
            if let text = value.string { texts[String(unescaping: key)] = text }
            return true
        }
        return texts
    }
}

/// Tells the feeds of policies what labels the node has.
actor NodeFollower: ResourceSink {
    private let feeds: [PolicyFeed]
    /// The node's uid; nil as long as it is not known.
    private(set) var uid: String?

    init(_ feeds: [PolicyFeed]) { self.feeds = feeds }

    func replaced(_ items: [NodeObject]) async { if let node = items.first { _ = await changed(node) } }

    func changed(_ node: NodeObject) async -> Bool {
        uid = node.uid
        for feed in feeds { await feed.nodeLabelsChanged(node.labels) }
        return true
    }

    // The daemon that runs on a node which was deleted goes on with what it knows.
    func deleted(_ node: NodeObject) {}
}
