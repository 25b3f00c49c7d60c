// SPDX-License-Identifier: Apache-2.0
// Between a watch and the daemon: what comes while the kernel takes in a change goes with the next one, all at once.

internal import ShrikeKubernetes

/// What a watch tells of a policy.
enum PolicyNews: Sendable {
    case changed(PolicyObject)
    case deleted(PolicyObject)
}

/// Takes what a watch tells of policies, and hands it on.
///
/// A thousand objects that are applied together come one by one. The first is handed on at once; by the time that the
/// kernel has it, the rest is there.
actor PolicyIntake: ResourceSink {
    private let feed: PolicyFeed
    /// At most `PolicyFeed.policyLimit`.
    private var waiting: [PolicyNews] = []
    private var isHandingOn = false

    init(_ feed: PolicyFeed) { self.feed = feed }

    func replaced(_ objects: [PolicyObject]) async {
        // A list is newer than what was told before it.
        waiting = []
        await feed.replaced(objects)
    }

    func changed(_ object: PolicyObject) async -> Bool {
        guard await feed.hasRoom(for: object.key, besides: waiting.count) else { return false }
        await add(.changed(object))
        return true
    }

    func deleted(_ object: PolicyObject) async { await add(.deleted(object)) }

    private func add(_ news: PolicyNews) async {
        waiting.append(news)
        // Whoever tells more than there can be waits.
        if waiting.count >= PolicyFeed.policyLimit { return await feed.take(takeAll()) }
        guard !isHandingOn else { return }
        isHandingOn = true
        Task { await handOn() }
    }

    private func handOn() async {
        while !waiting.isEmpty { await feed.take(takeAll()) }
        isHandingOn = false
    }

    private func takeAll() -> [PolicyNews] {
        defer { waiting = [] }
        return waiting
    }
}
