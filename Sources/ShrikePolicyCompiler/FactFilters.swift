// SPDX-License-Identifier: Apache-2.0
// Filters on facts of the process that may change between execs: ids, namespaces, capabilities. All filters on one
// fact are one look-up.

internal import ShrikeABI
internal import ShrikePolicy

/// A look-up on a fact of the process.
public struct PlannedFact: Sendable, Hashable {
    /// What is looked up; of a namespace `SHRIKE_FACT_NAMESPACE` and its number.
    public var fact: UInt32
    /// Pairs of rows for masks; else intervals.
    public var hasMasks: Bool
    /// The first row of the interval table.
    public var first: Int
    /// Intervals, or pairs of rows.
    public var count: Int
}

/// The filters of all selectors by the fact that they compare, in the order of their first mention.
struct FactFilters {
    /// The selectors that name a mask.
    private struct Named {
        var whenSet: [Int] = []
        var whenClear: [Int] = []
    }

    private var order: [UInt32] = []
    private var ranges: [UInt32: [NumberFilter]] = [:]
    private var masks: [UInt32: [(mask: UInt64, named: Named)]] = [:]

    private mutating func mention(_ fact: UInt32) {
        if !order.contains(fact) { order.append(fact) }
    }

    /// A number that is, or, negated, is not one of some.
    mutating func add(_ numbers: [UInt64], _ selector: Int, isNegated: Bool, of fact: UInt32) {
        mention(fact)
        ranges[fact, default: []].append(
            NumberFilter(selector: selector, isNegated: isNegated, ranges: numbers.map { $0...$0 }))
    }

    /// Bits of which any, or, negated, none is in a mask.
    mutating func add(mask: UInt64, _ selector: Int, isNegated: Bool, of fact: UInt32) {
        mention(fact)
        var known = masks[fact] ?? []
        let at = known.firstIndex { $0.mask == mask } ?? known.count
        if at == known.count { known.append((mask, Named())) }
        if isNegated {
            known[at].named.whenClear.append(selector)
        } else {
            known[at].named.whenSet.append(selector)
        }
        masks[fact] = known
    }

    /// The most masks that are compared with one fact.
    var mostMasks: Int { masks.values.map(\.count).max() ?? 0 }

    /// Adds the look-ups and their rows.
    func plan(_ plan: inout HookPlan) {
        for fact in order {
            if let filters = ranges[fact] {
                let rows = NumberDimension(filters: filters, everyone: plan.everyone).intervals
                plan.facts.append(
                    PlannedFact(fact: fact, hasMasks: false, first: plan.intervals.count, count: rows.count))
                plan.intervals += rows
            }
            guard let named = masks[fact] else { continue }
            plan.facts.append(
                PlannedFact(fact: fact, hasMasks: true, first: plan.intervals.count, count: named.count))
            for (mask, selectors) in named {
                var whenSet = plan.everyone
                for selector in selectors.whenClear { whenSet.remove(selector) }
                var whenClear = plan.everyone
                for selector in selectors.whenSet { whenClear.remove(selector) }
                plan.intervals.append(Interval(start: mask, alive: whenSet))
                plan.intervals.append(Interval(start: mask, alive: whenClear))
            }
        }
    }
}

// MARK: - From the language

extension FactFilters {
    /// Takes in all filters of a selector that are not on its binary alone.
    /// - Parameter host: the inodes of the host's namespaces; `HookPlanBuilder` has seen that they are there.
    mutating func add(
        _ selector: Selector, bit: Int, _ lineages: LineageTable, host: [NamespaceKind: UInt32]
    ) {
        addLineage(selector, bit, lineages)
        for filter in selector.matchPIDs where !filter.followForks {
            let fact = filter.isNamespacePID ? SHRIKE_FACT_NAMESPACE_PID : SHRIKE_FACT_PID
            add(
                filter.values.map { UInt64($0.value) }, bit, isNegated: filter.operator.value.isNegative,
                of: fact.rawValue)
        }
        for filter in selector.matchNamespaces {
            let kind = filter.namespace.value
            let inodes = filter.values.compactMap { value -> UInt64? in
                if value.value == NamespaceFilter.hostValue { return host[kind].map { UInt64($0) } }
                return IntegerSyntax.parse(value.value).flatMap { UInt64(exactly: $0) }
            }
            add(inodes, bit, isNegated: filter.operator.value.isNegative, of: kind.fact)
        }
        for filter in selector.matchNamespaceChanges {
            let listed = filter.values.reduce(into: UInt64(0)) { mask, value in
                if let kind = NamespaceKind(anyCase: value.value) { mask |= 1 << UInt64(kind.number) }
            }
            // NotIn: one that is not listed has changed.
            let mask = filter.operator.value.isNegative ? ~listed : listed
            add(mask: mask, bit, isNegated: false, of: SHRIKE_FACT_NAMESPACE_CHANGES.rawValue)
        }
        for filter in selector.matchCapabilities {
            add(
                mask: filter.mask, bit, isNegated: filter.operator.value.isNegative,
                of: filter.set.value.fact.rawValue)
            if filter.isNamespaceCapability { addOutsideHost(bit, host) }
        }
        for filter in selector.matchCapabilityChanges {
            let fact = filter.set.value.changes.rawValue
            if filter.operator.value.isNegative {
                // The set has changed, and not in these.
                add(mask: .max, bit, isNegated: false, of: fact)
                add(mask: filter.mask, bit, isNegated: true, of: fact)
            } else {
                add(mask: filter.mask, bit, isNegated: false, of: fact)
            }
            if filter.isNamespaceCapability { addOutsideHost(bit, host) }
        }
    }

    private mutating func addLineage(_ selector: Selector, _ bit: Int, _ lineages: LineageTable) {
        for filter in selector.matchPIDs where filter.followForks {
            add(
                mask: lineages.mask(of: filter.members), bit, isNegated: filter.operator.value.isNegative,
                of: SHRIKE_FACT_LINEAGE.rawValue)
            // A process of the host has no id of its own there: neither form means it.
            if filter.isNamespacePID {
                add([0], bit, isNegated: true, of: SHRIKE_FACT_NAMESPACE_PID.rawValue)
            }
        }
        for (filters, fact) in [
            (selector.matchBinaries, SHRIKE_FACT_LINEAGE),
            (selector.matchParentBinaries, SHRIKE_FACT_PARENT_LINEAGE),
        ] {
            for filter in filters where filter.followChildren {
                add(
                    mask: lineages.mask(of: filter.members), bit,
                    isNegated: filter.operator.value.isNegative, of: fact.rawValue)
            }
        }
    }

    private mutating func addOutsideHost(_ bit: Int, _ host: [NamespaceKind: UInt32]) {
        add(host[.user].map { [UInt64($0)] } ?? [], bit, isNegated: true, of: NamespaceKind.user.fact)
    }
}

extension Selector {
    /// The host's namespaces whose inodes the selector needs, each with the place that asks for it.
    var hostNamespaces: [(kind: NamespaceKind, range: SourceRange)] {
        let named = matchNamespaces.flatMap { filter in
            filter.values.filter { $0.value == NamespaceFilter.hostValue }.map {
                (filter.namespace.value, $0.range)
            }
        }
        let users = (matchCapabilities + matchCapabilityChanges).filter(\.isNamespaceCapability).map {
            (NamespaceKind.user, $0.fields["isNamespaceCapability"]?.nameRange ?? $0.range)
        }
        return named + users
    }
}

extension NamespaceKind {
    /// Its place in `struct shrike_namespaces`.
    var number: UInt32 {
        switch self {
        case .uts: 0
        case .ipc: 1
        case .mount: 2
        case .pid: 3
        case .pidForChildren: 4
        case .network: 5
        case .time: 6
        case .timeForChildren: 7
        case .cgroup: 8
        case .user: 9
        }
    }

    fileprivate var fact: UInt32 { SHRIKE_FACT_NAMESPACE.rawValue + number }

    fileprivate init?(anyCase name: String) {
        guard let kind = Self.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) else {
            return nil
        }
        self = kind
    }
}

extension CapabilityFilter {
    fileprivate var mask: UInt64 {
        values.compactMap { Capability.number(of: $0.value) }.reduce(0) { $0 | 1 << UInt64($1) }
    }
}

extension CapabilityFilter.CapabilitySet {
    fileprivate var fact: shrike_process_fact {
        switch self {
        case .effective: SHRIKE_FACT_EFFECTIVE
        case .inheritable: SHRIKE_FACT_INHERITABLE
        case .permitted: SHRIKE_FACT_PERMITTED
        }
    }

    fileprivate var changes: shrike_process_fact {
        switch self {
        case .effective: SHRIKE_FACT_EFFECTIVE_CHANGES
        case .inheritable: SHRIKE_FACT_INHERITABLE_CHANGES
        case .permitted: SHRIKE_FACT_PERMITTED_CHANGES
        }
    }
}
