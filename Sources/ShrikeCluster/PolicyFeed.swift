// SPDX-License-Identifier: Apache-2.0
// Policies of the API server into the daemon: added, replaced and taken away as the objects are.

internal import Logging
internal import NIOPosix
internal import ShrikeDaemon
internal import ShrikeKubernetes
internal import ShrikePolicy

/// Feeds one kind of policy to the daemon.
actor PolicyFeed: ResourceSink {
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
    /// Most policies, and bytes, that are put into force at once.
    private static let batchCount = 100
    private static let batchBytes = 512 << 10

    private let plural: String
    private let control: any PolicyControl
    private let thread: NIOThreadPool
    private let now: @Sendable () -> ContinuousClock.Instant
    private let logger: Logger
    private var known: [PolicyObject.Key: Known] = [:]
    private var nodeLabels: [String: String]?
    private var batches: UInt64 = 0
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

    func replaced(_ objects: [PolicyObject]) async { await exclusively { await replace(with: objects) } }

    func changed(_ object: PolicyObject) async -> Bool { await exclusively { await take(object) } }

    func deleted(_ object: PolicyObject) async {
        await exclusively {
            // The deletion of an object whose successor is known already is old news.
            guard known[object.key]?.uid == object.uid else { return }
            await remove(object.key)
        }
    }

    /// Tries refused policies again whose time has come.
    func retryRefused() async {
        await exclusively {
            for object in retries.due(now: now()) {
                guard let earlier = known[object.key], case .refused = earlier.outcome,
                    earlier.uid == object.uid, earlier.generation == object.generation
                else {
                    retries.forget(object.key)
                    continue
                }
                await put(object, from: earlier)
                guard known[object.key]?.outcome == .loaded else { continue }
                logger.notice(
                    "policy loaded, which was refused before",
                    metadata: [
                        "policy.name": "\(object.key.name)", "policy.namespace": "\(object.key.namespace)",
                    ])
            }
        }
    }

    private func replace(with objects: [PolicyObject]) async {
        let there = Set(objects.map(\.key))
        for key in known.keys.sorted() where !there.contains(key) { await remove(key) }
        var new: [PolicyObject] = []
        for object in objects {
            if let earlier = known[object.key] {
                await change(object, from: earlier)
            } else if isMeant(object) {
                new.append(object)
            }
        }
        // A thousand policies one by one would each cost a pass over all.
        while !new.isEmpty {
            var batch: [PolicyObject] = []
            var bytes = 0
            while let object = new.first, batch.count < Self.batchCount,
                batch.isEmpty || bytes < Self.batchBytes
            {
                batch.append(object)
                bytes += object.text.count
                new.removeFirst()
            }
            await add(batch)
        }
    }

    private func take(_ object: PolicyObject) async -> Bool {
        if let earlier = known[object.key] {
            await change(object, from: earlier)
        } else if known.count >= Self.policyLimit {
            return false
        } else if isMeant(object) {
            await add([object])
        }
        return true
    }

    /// The node's labels are known, or have changed: asks all node selectors again.
    func nodeLabelsChanged(_ labels: [String: String]) async {
        await exclusively { await select(by: labels) }
    }

    private func select(by labels: [String: String]) async {
        guard labels != nodeLabels else { return }
        nodeLabels = labels
        for (key, entry) in known.sorted(by: { $0.key < $1.key }) {
            guard let object = entry.object else { continue }
            let isMeant = Self.isMeant(object, labels)
            guard isMeant == (entry.outcome == .skipped) else { continue }
            await remove(key)
            if isMeant {
                await add([object])
            } else {
                skip(object)
            }
        }
    }

    // MARK: Node selectors

    /// Whether a policy is for this node; one that is not is remembered as skipped.
    private func isMeant(_ object: PolicyObject) -> Bool {
        guard object.hasNodeSelector else { return true }
        if let nodeLabels, Self.isMeant(object, nodeLabels) { return true }
        skip(object)
        return false
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

    private func change(_ object: PolicyObject, from earlier: Known) async {
        let isSame = earlier.uid == object.uid
        // Its status and labels are none of the engine's business.
        guard !isSame || earlier.generation != object.generation else { return }
        guard isMeant(object) else {
            if earlier.loadedGeneration != nil { await withdraw(object.identity) }
            return
        }
        await put(object, from: earlier)
    }

    /// Puts an object into force in the place of what is known.
    private func put(_ object: PolicyObject, from earlier: Known) async {
        let isSame = earlier.uid == object.uid
        guard earlier.loadedGeneration != nil else { return await add([object]) }
        let control = control
        let (text, file) = (Self.text([object]), "\(plural)/\(object.key)")
        let refusal = await attempt { () throws(PolicyRefusal) in
            try control.replace(yaml: text, file: file, domain: PolicyDomain.kubernetes)
        }
        guard let refusal else { return note(object, .loaded, loaded: object.generation) }
        if case .refused = refusal {
            // Somebody took the policy away through the API of the daemon.
            return await add([object])
        }
        // An edit that is wrong leaves the last good policy in force; one that was made anew has none.
        if !isSame { await withdraw(object.identity) }
        note(
            object, .refused(Self.findings(refusal, object, file, line: 2)),
            loaded: isSame ? earlier.loadedGeneration : nil)
    }

    /// Adds policies that are not known; what is wrong with one does not keep the others out.
    private func add(_ objects: [PolicyObject]) async {
        var objects = objects
        while !objects.isEmpty {
            batches &+= 1
            let file = objects.count == 1 ? "\(plural)/\(objects[0].key)" : "\(plural)#\(batches)"
            let (control, text) = (control, Self.text(objects))
            let refusal = await attempt { () throws(PolicyRefusal) in
                try control.add(yaml: text, file: file, domain: PolicyDomain.kubernetes)
            }
            guard let refusal else {
                for object in objects { note(object, .loaded, loaded: object.generation) }
                return
            }
            if objects.count == 1 {
                return note(
                    objects[0], .refused(Self.findings(refusal, objects[0], file, line: 2)), loaded: nil)
            }
            let wrong = Self.wrong(refusal, file).filter { objects.indices.contains($0) }
            if wrong.isEmpty {
                // Nobody says which: each half for itself.
                let half = objects.count / 2
                await add(Array(objects[..<half]))
                await add(Array(objects[half...]))
                return
            }
            for index in wrong.sorted(by: >) {
                let object = objects.remove(at: index)
                note(
                    object, .refused(Self.findings(refusal, object, file, line: index * 2 + 2)), loaded: nil)
            }
        }
    }

    private func remove(_ key: PolicyObject.Key) async {
        retries.forget(key)
        guard var entry = known.removeValue(forKey: key), entry.loadedGeneration != nil else { return }
        let refusal = await withdraw(
            PolicyIdentity(name: key.name, namespace: key.namespace, domain: PolicyDomain.kubernetes))
        guard case .invalid(let diagnostics)? = refusal else { return }
        // The kernel would not have the others without it: it stays, and the next list tries again.
        entry.outcome = .refused([
            PolicyFinding("it is deleted, and cannot be taken out: \(diagnostics.first?.message ?? "")")
        ])
        known[key] = entry
    }

    /// - Returns: why it is still there, or that it was gone already.
    @discardableResult
    private func withdraw(_ identity: PolicyIdentity) async -> PolicyRefusal? {
        let control = control
        return await attempt { () throws(PolicyRefusal) in try control.delete(identity) }
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

    /// Makes a change on the thread for it.
    private func attempt(
        _ change: @escaping @Sendable () throws(PolicyRefusal) -> Void
    ) async -> PolicyRefusal? {
        do {
            return try await thread.runIfActive { () -> PolicyRefusal? in
                do throws(PolicyRefusal) { try change() } catch { return error }
                return nil
            }
        } catch {
            return .refused("the daemon is ending")
        }
    }

    // MARK: Texts and findings

    /// One document in two lines for each object: `---` and its JSON.
    private static func text(_ objects: [PolicyObject]) -> String {
        objects.map { "---\n" + String(decoding: $0.text, as: UTF8.self) + "\n" }.joined()
    }

    /// The places of objects that a refusal is about.
    private static func wrong(_ refusal: PolicyRefusal, _ file: String) -> Set<Int> {
        guard case .invalid(let diagnostics) = refusal else { return [] }
        return Set(diagnostics.filter { $0.range.file == file }.map { ($0.range.start.line - 2) / 2 })
    }

    private static func findings(
        _ refusal: PolicyRefusal, _ object: PolicyObject, _ file: String, line: Int
    ) -> [PolicyFinding] {
        switch refusal {
        case .refused(let reason): return [PolicyFinding(reason)]
        case .invalid(let diagnostics):
            let document = YAMLStream(object.text, file: "").documents.first
            let mine = diagnostics.filter { $0.range.file == file && $0.range.start.line == line }
            // Of several objects each has its own findings; a single one has them all.
            return (mine.isEmpty ? diagnostics : mine).prefix(findingLimit).map { diagnostic in
                PolicyFinding(
                    diagnostic, document: diagnostic.range.file == file ? document : nil, line: line)
            }
        }
    }
}

extension LabelSelector {
    /// Whether labels fulfil it.
    func matches(_ values: [String: String]) -> Bool {
        labels.allSatisfy { values[$0.key.value] == $0.value.value }
            && expressions.allSatisfy { expression in
                let value = values[expression.key.value]
                let isListed =
                    value.map { value in expression.values.contains { $0.value == value } } ?? false
                switch expression.comparison.value {
                case .isIn: return isListed
                case .isNotIn: return !isListed
                case .exists: return value != nil
                case .doesNotExist: return value == nil
                }
            }
    }
}
