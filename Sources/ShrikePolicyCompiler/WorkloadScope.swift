// SPDX-License-Identifier: Apache-2.0
// Which workloads a policy or a selector is for.

internal import ShrikeABI
internal import ShrikePolicy

/// Conditions on the container, or host, that a process belongs to.
public struct WorkloadScope: Sendable, Hashable {
    /// A condition on labels, without its places.
    private struct Condition: Sendable, Hashable {
        var labels: [String: String]
        var expressions: Set<Expression>

        struct Expression: Sendable, Hashable {
            var key: String
            var comparison: LabelSelector.Expression.Comparison
            var values: Set<String>

            func holds(_ value: String?) -> Bool {
                switch comparison {
                case .isIn: value.map { values.contains($0) } ?? false
                case .isNotIn: value.map { !values.contains($0) } ?? true
                case .exists: value != nil
                case .doesNotExist: value == nil
                }
            }
        }

        init(_ selector: LabelSelector) {
            labels = Dictionary(
                selector.labels.map { ($0.key.value, $0.value.value) }, uniquingKeysWith: { $1 })
            expressions = Set(
                selector.expressions.map {
                    Expression(
                        key: $0.key.value, comparison: $0.comparison.value,
                        values: Set($0.values.map(\.value)))
                })
        }

        /// - Parameter orUnknown: whether a container is meant of which only the pod is known yet.
        func holds(_ facts: ContainerFacts, orUnknown: Bool) -> Bool {
            if labels.isEmpty, expressions.isEmpty { return true }
            return facts.name.isEmpty ? orUnknown : holds(["name": facts.name, "repo": facts.repository])
        }

        func holds(_ values: [String: String]) -> Bool {
            labels.allSatisfy { values[$0.key] == $0.value }
                && expressions.allSatisfy { $0.holds(values[$0.key]) }
        }
    }

    private var pod: Condition?
    private var container: Condition?
    private var takesHost: Bool
    private var takesContainers: Bool
    /// Of a TracingPolicyNamespaced.
    private var namespace: String?
    /// Containers of which nothing is known yet are meant too.
    private var takesUnknown: Bool

    /// The pod label that stands for its namespace.
    private static let namespaceLabel = "k8s:io.kubernetes.pod.namespace"

    /// Nil: everything is meant.
    private init?(
        pod: LabelSelector?, container: LabelSelector?, host: LabelSelector?, namespace: String?,
        takesUnknown: Bool
    ) {
        let all = [pod, container, host]
        let meansEverything = all.allSatisfy { $0 == nil } || all.allSatisfy { $0?.isEmpty == true }
        if meansEverything, namespace == nil { return nil }
        self.pod = pod.map { Condition($0) }
        self.container = container.map { Condition($0) }
        takesHost = host != nil && namespace == nil
        takesContainers = pod != nil || container != nil || host == nil
        self.namespace = namespace
        self.takesUnknown = takesUnknown && takesContainers
    }

    /// The scope of a whole policy.
    init?(_ policy: TracingPolicy) {
        self.init(
            pod: policy.spec.podSelector, container: policy.spec.containerSelector,
            host: policy.spec.hostSelector,
            namespace: policy.kind == .namespaced ? policy.namespace?.value ?? "default" : nil,
            takesUnknown: policy.spec.matchesUnknownWorkloads)
    }

    /// The scope of a selector.
    init?(_ filter: WorkloadFilter, of policy: TracingPolicy) {
        self.init(
            pod: filter.podSelector, container: filter.containerSelector, host: filter.hostSelector,
            namespace: nil, takesUnknown: policy.spec.matchesUnknownWorkloads)
    }

    /// Whether processes of a control group are meant.
    /// - Parameter content: what is known of the group; nil: nothing.
    public func matches(_ content: ScopeFacts.Content?) -> Bool {
        switch content {
        case nil, .undecided: return takesUnknown
        case .host: return takesHost
        case .container(let facts):
            guard takesContainers, namespace == nil || namespace == facts.namespace else { return false }
            var labels = facts.podLabels
            labels[Self.namespaceLabel] = facts.namespace
            return pod?.holds(labels) ?? true
                && container.map { $0.holds(facts, orUnknown: takesUnknown) } ?? true
        }
    }
}

/// The scopes that a set of policies has, each once.
public struct ScopeTable: Sendable, Hashable {
    /// Their number is their place.
    public private(set) var scopes: [WorkloadScope] = []
    /// Where the first scope stands, and the first one that has no bit left.
    let first: SourceRange?
    let overflow: SourceRange?

    /// No scopes.
    public init() { (first, overflow) = (nil, nil) }

    init(policies: [TracingPolicy]) {
        var scopes: [WorkloadScope] = []
        var first: SourceRange?
        var overflow: SourceRange?
        for policy in policies {
            for (scope, range) in policy.scopes where !scopes.contains(scope) {
                scopes.append(scope)
                first = first ?? range
                if scopes.count > Int(SHRIKE_MAX_SCOPES), overflow == nil { overflow = range }
            }
        }
        self.scopes = scopes
        self.first = first
        self.overflow = overflow
    }

    /// The number of a scope as a mask.
    func mask(of scope: WorkloadScope) -> UInt64 {
        scopes.firstIndex(of: scope).map { 1 << UInt64($0 & 63) } ?? 0
    }
}

extension TracingPolicy {
    /// All scopes, each with its place.
    fileprivate var scopes: [(WorkloadScope, SourceRange)] {
        let own = WorkloadScope(self).map { [($0, name.range)] } ?? []
        return own
            + spec.hooks.flatMap(\.selectors).compactMap(\.matchWorkloads).compactMap { filter in
                WorkloadScope(filter, of: self).map { ($0, filter.range) }
            }
    }
}

extension FactFilters {
    /// Takes in the scope of a policy, for one of its selectors, and the selector's own.
    mutating func add(_ selector: Selector?, bit: Int, of policy: TracingPolicy, _ table: ScopeTable) {
        let scopes = [
            WorkloadScope(policy), selector?.matchWorkloads.flatMap { WorkloadScope($0, of: policy) },
        ]
        for scope in scopes.compactMap({ $0 }) {
            add(mask: table.mask(of: scope), bit, isNegated: false, of: SHRIKE_FACT_SCOPE.rawValue)
        }
    }
}
