// SPDX-License-Identifier: Apache-2.0
// What is watched, and who is told.

public import ShrikeJSON

/// An object of the cluster, as far as somebody needs it.
public protocol ClusterResource: Sendable {
    /// Never used twice in a cluster.
    var uid: String { get }

    /// Reads an object; nil when it lacks what every object has.
    init?(_ object: JSONView)
}

/// Is told of the objects of a collection. One call at a time.
public protocol ResourceSink<Item>: Sendable {
    /// The kind of object.
    associatedtype Item: ClusterResource

    /// These are all; what was known besides is gone.
    func replaced(_ items: [Item]) async

    /// An object is new or has changed.
    /// - Returns: whether there was room for it.
    func changed(_ item: Item) async -> Bool

    /// An object is gone.
    func deleted(_ item: Item) async
}

/// Objects of one kind on an API server.
public struct ResourceCollection: Sendable {
    /// For people: `tracingpolicies.cilium.io`.
    public var name: String
    /// `/apis/cilium.io/v1alpha1/tracingpolicies`.
    public var path: String
    /// Only objects with these fields, `spec.nodeName=worker-1`; empty: all.
    public var fieldSelector: String
    /// Only objects with these labels, `app=web`; empty: all.
    public var labelSelector: String
    /// Objects of a page.
    public var pageSize: Int
    /// Most objects that are kept; more are left out and counted.
    public var itemLimit: Int

    /// A collection.
    public init(
        name: String, path: String, fieldSelector: String = "", labelSelector: String = "",
        pageSize: Int = 500, itemLimit: Int = 20_000
    ) {
        self.name = name
        self.path = path
        self.fieldSelector = fieldSelector
        self.labelSelector = labelSelector
        self.pageSize = pageSize
        self.itemLimit = itemLimit
    }

    /// The selectors as parts of a query.
    var selection: [(String, String)] {
        [("fieldSelector", fieldSelector), ("labelSelector", labelSelector)].filter { !$0.1.isEmpty }
    }
}

/// How a watch goes.
public struct WatchFigures: Sendable, Equatable {
    /// Whether all objects have been told once.
    public var isSynced = false
    /// Whether the server's last answer was a good one.
    public var isConnected = false
    /// Complete lists that were read.
    public var lists: UInt64 = 0
    /// Watches that were started.
    public var watches: UInt64 = 0
    /// What was told by watches, bookmarks left out.
    public var changes: UInt64 = 0
    /// Failures: no connection, refusals, time-outs, versions that were forgotten.
    public var errors: UInt64 = 0
    /// Objects that could not be read, and those above the limit.
    public var leftOut: UInt64 = 0
    /// When the server last said something; nil: never.
    public var lastContact: ContinuousClock.Instant?
    /// The latest failure; empty: there was none.
    public var lastError = ""
}
