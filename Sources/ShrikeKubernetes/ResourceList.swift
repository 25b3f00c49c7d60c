// SPDX-License-Identifier: Apache-2.0
// Lists of a collection, page by page.

internal import ShrikeJSON

/// A page of a list.
struct ResourcePage<Item: ClusterResource> {
    var items: [Item] = []
    var unreadable = 0
    var version = ""
    /// What to ask for the next page with; empty: this is the last.
    var next = ""

    init(_ bytes: [UInt8]) throws(KubernetesError) {
        let isList = bytes.withUnsafeBytes { bytes -> Bool in
            guard let list = JSONView(bytes), let metadata = list.member("metadata"),
                let version = metadata.member("resourceVersion")?.string
            else { return false }
            self.version = version
            next = metadata.member("continue")?.string ?? ""
            for object in list.member("items")?.elements ?? [] {
                if let item = Item(object) { items.append(item) } else { unreadable += 1 }
            }
            return true
        }
        guard isList else { throw .malformed("it is no list") }
    }
}

extension APIClient {
    /// All objects of a collection, once; at most as many as its limit.
    public func list<Item: ClusterResource>(
        _ collection: ResourceCollection, of type: Item.Type
    ) async throws(KubernetesError) -> [Item] {
        var items: [Item] = []
        var token = ""
        repeat {
            let start = token.isEmpty ? [] : [("continue", token)]
            let page = try ResourcePage<Item>(
                try await get(
                    collection.path,
                    query: collection.selection + [("limit", "\(collection.pageSize)")] + start))
            items += page.items
            // A server that gives the same page for ever is not followed for ever.
            guard page.next != token || token.isEmpty else {
                throw .malformed("a list goes round in circles")
            }
            token = page.next
        } while !token.isEmpty && items.count < collection.itemLimit
        return items
    }
}
