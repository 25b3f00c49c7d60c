// SPDX-License-Identifier: Apache-2.0
// Policies of the API server into the daemon: added, replaced and taken away as the objects are.

internal import Logging
internal import NIOPosix
internal import ShrikeDaemon
internal import ShrikeKubernetes
internal import ShrikePolicy

/// Feeds one kind of policy to the daemon.
actor PolicyFeed {
    /// What became of a policy on this node.
    enum Outcome: Equatable {
        case loaded
        /// With what is wrong. The policy's earlier generation may still be in force, see `loadedGeneration`.
        case refused([PolicyFinding])
        /// Its node selector does not mean this node.
        case skipped
    }

    struct Known: Equatable {
        var uid: String
        var generation: Int64
        var outcome: Outcome
        /// The generation in force; nil: none.
        var loadedGeneration: Int64?
        /// Kept for policies with a node selector, which is asked again when the node's labels change.
        var object: PolicyObject?
    }

    /// Most policies that are known.
    static let policyLimit = 20_000
    /// Most findings that are kept of a policy.
    private static let findingLimit = 10
    /// Most bytes of policies that are put into force at once; a thousand take about one MiB.
    private static let batchBytes = 16 << 20

    private let plural: String
    private let control: any PolicyControl
    private let thread: NIOThreadPool
    private let now: @Sendable () -> ContinuousClock.Instant
    private let logger: Logger
    private var known: [PolicyObject.Key: Known] = [:]
    private var nodeLabels: [String: String]?
    private var retries: PolicyRetries
    private var queue = ChangeQueue()

    /// - Parameters:
    ///   - plural: `tracingpolicies`.
    ///   - thread: where changes are made, which take as long as the kernel needs.
    ///   - nodeLabels: this node's; nil as long as they are not known.
    ///   - now: the time that pauses between tries are counted in.
    init(
        plural: String, control: any PolicyControl, thread: NIOThreadPool,
        nodeLabels: [String: String]? = nil, retrying: PolicyRetries.Timing = .init(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }, logger: Logger
    ) {
        self.now = now
        retries = PolicyRetries(retrying)
        self.plural = plural
        self.logger = logger
        self.control = control
        self.thread = thread
        self.nodeLabels = nodeLabels
    }

    /// All policies, by their place in the cluster.
    var policies: [(key: PolicyObject.Key, known: Known)] {
        known.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The watches of policies and of the node, and retries, each wait for what the others do.
    private func exclusively<Value: Sendable>(_ body: () async -> Value) async -> Value {
        if !queue.enter() { await withCheckedContinuation { queue.wait($0) } }
        defer { queue.leave() }
        return await body()
    }

    // MARK: What the watch tells

    /// Whether there is room for one more policy, and so many besides.
    func hasRoom(for key: PolicyObject.Key, besides others: Int) -> Bool {
        known[key] != nil || known.count + others < Self.policyLimit
    }

    /// These are all policies.
    func replaced(_ objects: [PolicyObject]) async {
        await exclusively {
            let there = Set(objects.map(\.key))
            await settle(gone: known.keys.filter { !there.contains($0) }, there: objects)
        }
    }

    /// Takes in what a watch has told, in its order, as one change.
    func take(_ news: [PolicyNews]) async {
        await exclusively {
            // What they come to: of a policy that was deleted and made anew, the new one.
            var latest: [PolicyObject.Key: PolicyObject?] = [:]
            for item in news {
                switch item {
                case .changed(let object): latest.updateValue(object, forKey: object.key)
                case .deleted(let object):
                    let present = latest[object.key].map { $0?.uid } ?? known[object.key]?.uid
                    // The deletion of an object whose successor is known already is old news.
                    if present == object.uid { latest.updateValue(nil, forKey: object.key) }
                }
            }
            await settle(
                gone: latest.filter { $0.value == nil }.keys.map { $0 },
                there: latest.values.compactMap { $0 })
        }
    }

    /// An object is new or has changed.
    func changed(_ object: PolicyObject) async { await take([.changed(object)]) }

    /// An object is gone.
    func deleted(_ object: PolicyObject) async { await take([.deleted(object)]) }

    /// The node's labels are known, or have changed: asks all node selectors again.
    func nodeLabelsChanged(_ labels: [String: String]) async {
        await exclusively { await select(by: labels) }
    }

    /// Tries refused policies again whose time has come.
    func retryRefused() async {
        await exclusively {
            var tried: [PolicyObject] = []
            for object in retries.due(now: now()) {
                if let earlier = known[object.key], case .refused = earlier.outcome,
                    earlier.uid == object.uid, earlier.generation == object.generation
                {
                    tried.append(object)
                } else {
                    retries.forget(object.key)
                }
            }
            await make(tried.map(change))
            for object in tried where known[object.key]?.outcome == .loaded {
                logger.notice(
                    "policy loaded, which was refused before",
                    metadata: [
                        "policy.name": "\(object.key.name)", "policy.namespace": "\(object.key.namespace)",
                    ])
            }
        }
    }

    /// Makes what is in force what the cluster says.
    private func settle(gone: [PolicyObject.Key], there objects: [PolicyObject]) async {
        var changes = gone.sorted().compactMap(removal(of:))
        for object in objects.sorted(by: { $0.key < $1.key }) {
            let earlier = known[object.key]
            // Its status and labels are none of the engine's business.
            if let earlier, earlier.uid == object.uid, earlier.generation == object.generation { continue }
            if isMeant(object) {
                changes.append(change(object))
            } else {
                if earlier?.loadedGeneration != nil { changes.append(.withdraw(object.identity)) }
                skip(object)
            }
        }
        await make(changes)
    }

    private func select(by labels: [String: String]) async {
        guard labels != nodeLabels else { return }
        nodeLabels = labels
        var changes: [Change] = []
        for (key, entry) in known.sorted(by: { $0.key < $1.key }) {
            guard let object = entry.object else { continue }
            let isMeant = Self.isMeant(object, labels)
            guard isMeant == (entry.outcome == .skipped) else { continue }
            if isMeant {
                changes.append(change(object))
            } else {
                if let removal = removal(of: key) { changes.append(removal) }
                skip(object)
            }
        }
        await make(changes)
    }

    // MARK: Node selectors

    /// Whether a policy is for this node. As long as the node's labels are not known, none with a selector is.
    private func isMeant(_ object: PolicyObject) -> Bool {
        guard object.hasNodeSelector else { return true }
        return nodeLabels.map { Self.isMeant(object, $0) } ?? false
    }

    private func skip(_ object: PolicyObject) {
        retries.forget(object.key)
        known[object.key] = Known(
            uid: object.uid, generation: object.generation, outcome: .skipped, loadedGeneration: nil,
            object: object)
    }

    private static func isMeant(_ object: PolicyObject, _ labels: [String: String]) -> Bool {
        // A selector that cannot be read is a finding of the load.
        guard let policy = PolicyLoader.load(object.text, file: "").policies.first,
            let selector = policy.spec.nodeSelector
        else { return true }
        return selector.matches(labels)
    }

    // MARK: Changes

    /// A change that the daemon is asked for.
    private enum Change {
        case put(PolicyObject, isReplacement: Bool)
        /// Of a policy that the cluster has no more.
        case remove(PolicyObject.Key, Known)
        /// Of a policy that the cluster has, and this node shall not.
        case withdraw(PolicyIdentity)

        var bytes: Int {
            if case .put(let object, _) = self { object.text.count } else { 0 }
        }
    }

    private func change(_ object: PolicyObject) -> Change {
        .put(object, isReplacement: known[object.key]?.loadedGeneration != nil)
    }

    /// Forgets a policy; nil: there is nothing of it to take away.
    private func removal(of key: PolicyObject.Key) -> Change? {
        retries.forget(key)
        guard let entry = known.removeValue(forKey: key), entry.loadedGeneration != nil else { return nil }
        return .remove(key, entry)
    }

    /// Makes changes, as many at once as may be: each time all hooks that they concern are made anew.
    private func make(_ changes: [Change]) async {
        var rest = changes[...]
        while !rest.isEmpty {
            var bytes = 0
            let batch = rest.prefix { change in
                defer { bytes += change.bytes }
                return bytes < Self.batchBytes
            }
            rest = rest.dropFirst(batch.count)
            await makeTogether(Array(batch))
        }
    }

    /// Makes changes at once; what is wrong with one does not keep the others out.
    private func makeTogether(_ changes: [Change]) async {
        var changes = changes
        while !changes.isEmpty {
            guard let refusal = await attempt(changes) else {
                for case .put(let object, _) in changes { note(object, .loaded, loaded: object.generation) }
                return
            }
            if changes.count == 1 { return await makeTogether(refused(changes[0], refusal)) }
            let wrong = wrong(refusal, changes)
            if wrong.isEmpty {
                // Nobody says which: each half for itself.
                let half = changes.count / 2
                await makeTogether(Array(changes[..<half]))
                await makeTogether(Array(changes[half...]))
                return
            }
            var consequences: [Change] = []
            for index in wrong { consequences += refused(changes[index], refusal) }
            changes = changes.indices.filter { !wrong.contains($0) }.map { changes[$0] } + consequences
        }
    }

    /// Notes that a change was refused.
    /// - Returns: what has to be done for that.
    private func refused(_ change: Change, _ refusal: PolicyRefusal) -> [Change] {
        switch change {
        case .withdraw: return []
        case .remove(let key, var entry):
            // Otherwise it was gone already.
            guard case .invalid(let diagnostics) = refusal else { return [] }
            // The kernel would not have the others without it: it stays, and the next list tries again.
            entry.outcome = .refused([
                PolicyFinding("it is deleted, and cannot be taken out: \(diagnostics.first?.message ?? "")")
            ])
            known[key] = entry
            return []
        case .put(let object, let isReplacement):
            if isReplacement, case .refused = refusal {
                // Somebody took the policy away through the API of the daemon.
                return [.put(object, isReplacement: false)]
            }
            let earlier = known[object.key]
            // An edit that is wrong leaves the last good policy in force; one that was made anew has none.
            let keeps = isReplacement && earlier?.uid == object.uid
            note(
                object, .refused(findings(refusal, object)), loaded: keeps ? earlier?.loadedGeneration : nil)
            return isReplacement && !keeps ? [.withdraw(object.identity)] : []
        }
    }

    private func note(_ object: PolicyObject, _ outcome: Outcome, loaded: Int64?) {
        let earlier = known[object.key]
        known[object.key] = Known(
            uid: object.uid, generation: object.generation, outcome: outcome, loadedGeneration: loaded,
            object: object.hasNodeSelector ? object : nil)
        guard case .refused(let findings) = outcome else { return retries.forget(object.key) }
        retries.refused(object, now: now())
        // Once, and not for each try.
        guard let first = findings.first,
            earlier?.outcome != outcome || earlier?.generation != object.generation
        else { return }
        logger.warning(
            "policy refused",
            metadata: [
                "policy.name": "\(object.key.name)", "policy.namespace": "\(object.key.namespace)",
                "policy.generation": "\(object.generation)", "policy.field": "\(first.field)",
                "policy.error": "\(first.message)",
            ])
    }

    /// Makes changes on the thread for them.
    private func attempt(_ changes: [Change]) async -> PolicyRefusal? {
        let requests = changes.map { change -> PolicyChange in
            switch change {
            case .put(let object, let isReplacement):
                let (text, file) = (String(decoding: object.text, as: UTF8.self), file(of: object))
                return isReplacement ? .replace(yaml: text, file: file) : .add(yaml: text, file: file)
            case .remove(let key, _):
                return .delete(
                    PolicyIdentity(name: key.name, namespace: key.namespace, domain: PolicyDomain.kubernetes))
            case .withdraw(let identity): return .delete(identity)
            }
        }
        let control = control
        do {
            return try await thread.runIfActive { () -> PolicyRefusal? in
                do throws(PolicyRefusal) {
                    try control.make(requests, domain: PolicyDomain.kubernetes)
                    return nil
                } catch {
                    return error
                }
            }
        } catch {
            return .refused("the daemon is ending")
        }
    }

    // MARK: Findings

    /// The name of an object's text in diagnostics.
    private func file(of object: PolicyObject) -> String { "\(plural)/\(object.key)" }

    /// The places of changes that a refusal is about.
    private func wrong(_ refusal: PolicyRefusal, _ changes: [Change]) -> Set<Int> {
        guard case .invalid(let diagnostics) = refusal else { return [] }
        let files = Set(diagnostics.map(\.range.file))
        return Set(
            changes.indices.filter {
                if case .put(let object, _) = changes[$0] { files.contains(file(of: object)) } else { false }
            })
    }

    private func findings(_ refusal: PolicyRefusal, _ object: PolicyObject) -> [PolicyFinding] {
        switch refusal {
        case .refused(let reason): return [PolicyFinding(reason)]
        case .invalid(let diagnostics):
            let file = file(of: object)
            let document = YAMLStream(object.text, file: "").documents.first
            let mine = diagnostics.filter { $0.range.file == file }
            // Of several objects each has its own findings; a single one has them all.
            return (mine.isEmpty ? diagnostics : mine).prefix(Self.findingLimit).map { diagnostic in
                PolicyFinding(diagnostic, document: diagnostic.range.file == file ? document : nil)
            }
        }
    }
}
