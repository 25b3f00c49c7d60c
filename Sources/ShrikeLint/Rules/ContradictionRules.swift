// SPDX-License-Identifier: Apache-2.0
// SHR640 to SHR646: filters of one selector that cannot hold together.

internal import ShrikePolicy

extension PolicyLint {
    mutating func checkContradictions() {
        for rule in hooks {
            for selector in rule.selectors {
                let byArgument = Dictionary(grouping: selector.args) { $0.position(in: rule.hook) ?? -1 }
                for (position, filters) in byArgument.sorted(by: { $0.key < $1.key }) where position >= 0 {
                    guard filters.count > 1 else { continue }
                    let type = rule.hook.arguments[position].type.value
                    if let shape = type.integerShape {
                        checkSum(filters, shape, selector)
                    } else if [.text, .path].contains(type.filterClass) {
                        checkTogether(filters)
                    }
                    checkRepeated(filters)
                }
                checkProcessFilters(selector)
            }
        }
    }

    /// Integers: the values that all filters leave.
    private mutating func checkSum(
        _ filters: [ArgumentFilter], _ shape: IntegerShape, _ selector: RuleSelector
    ) {
        var candidates: [(Int128, Int128)] = [(shape.minimum, shape.maximum)]
        for filter in filters {
            guard let allowed = Self.intervals(filter, shape) else { continue }
            var next: [(Int128, Int128)] = []
            for left in candidates {
                for right in allowed where max(left.0, right.0) <= min(left.1, right.1) {
                    next.append((max(left.0, right.0), min(left.1, right.1)))
                }
            }
            guard next.count <= 4096 else { return }
            if next.isEmpty {
                report(
                    "SHR640", filter.range.line,
                    "no number passes this filter and the ones before it: the selector never matches",
                    help: "filters are ANDed: put alternatives into one `values` list")
                return
            }
            candidates = next
        }
    }

    /// The intervals that pass a filter; nil when that is not known.
    private static func intervals(_ filter: ArgumentFilter, _ shape: IntegerShape) -> [(Int128, Int128)]? {
        guard filter.values.count <= 64 else { return nil }
        let given = filter.values.compactMap { IntegerInterval($0.value) }
        guard given.count == filter.values.count, !given.isEmpty else { return nil }
        switch filter.operator.value {
        case .equal, .inRange, .inMap: return given.map { ($0.lowest, $0.highest) }
        case .greaterThan, .gt: return given.map { ($0.lowest + 1, shape.maximum) }
        case .lessThan, .lt: return given.map { (shape.minimum, $0.lowest - 1) }
        case .notEqual, .notInRange, .notInMap:
            var (result, next): ([(Int128, Int128)], Int128) = ([], shape.minimum)
            for interval in given.sorted(by: { $0.lowest < $1.lowest }) {
                if interval.lowest > next { result.append((next, interval.lowest - 1)) }
                next = max(next, interval.highest + 1)
            }
            if next <= shape.maximum { result.append((next, shape.maximum)) }
            return result
        default: return nil
        }
    }

    /// Texts: each value of a positive filter must pass the others, or can be removed.
    private mutating func checkTogether(_ filters: [ArgumentFilter]) {
        for filter in filters where filter.operator.value == .equal || filter.operator.value == .prefix {
            let others = filters.filter { $0.range != filter.range }
            let dead = filter.values.filter { value in
                others.contains { !Self.mayPass(value.value, filter.operator.value, $0) }
            }
            guard !dead.isEmpty else { continue }
            if dead.count == filter.values.count {
                // Say it once, at the later of two filters that exclude each other.
                let isMutual = others.contains { other in
                    (other.operator.value == .equal || other.operator.value == .prefix)
                        && other.range.start > filter.range.start
                }
                if isMutual { continue }
                report(
                    "SHR641", filter.range.line,
                    "no text passes this filter and the others on the same argument: the selector never matches",
                    help: "filters are ANDed: put alternatives into one `values` list")
                return
            }
            for value in dead {
                report(
                    "SHR642", value.range,
                    "\(code(value.value)) cannot pass the other filters on the same argument",
                    help: "remove it")
            }
        }
    }

    /// Whether a text that is `value` (or starts with it) can pass the filter.
    private static func mayPass(_ value: String, _ comparison: Operator, _ filter: ArgumentFilter) -> Bool {
        let values = filter.values.map(\.value)
        if values.isEmpty { return true }
        let isWhole = comparison == .equal
        switch filter.operator.value {
        case .equal: return values.contains { isWhole ? $0 == value : $0.hasPrefix(value) }
        case .prefix:
            return values.contains { value.hasPrefix($0) || !isWhole && $0.hasPrefix(value) }
        case .postfix: return !isWhole || values.contains { value.hasSuffix($0) }
        case .notEqual: return !isWhole || !values.contains(value)
        case .notPrefix: return !values.contains { value.hasPrefix($0) }
        case .notPostfix: return !isWhole || !values.contains { value.hasSuffix($0) }
        default: return true
        }
    }

    /// The same negative operator in two filters reads as if it were needed.
    private mutating func checkRepeated(_ filters: [ArgumentFilter]) {
        var seen: [Operator: ArgumentFilter] = [:]
        for filter in filters where filter.operator.value.isNegative {
            if let first = seen[filter.operator.value] {
                report(
                    "SHR643", filter.operator.range,
                    "a second `\(filter.operator.value.rawValue)` on the same argument, first on line "
                        + "\(first.operator.range.start.line)",
                    help: "put all values into one filter: none of them may match")
            } else {
                seen[filter.operator.value] = filter
            }
        }
    }

    private mutating func checkProcessFilters(_ rule: RuleSelector) {
        var namespaces: [NamespaceKind: [NamespaceFilter]] = [:]
        for filter in rule.namespaces { namespaces[filter.namespace.value, default: []].append(filter) }
        for filters in namespaces.values where filters.count > 1 {
            let allowed = filters.filter { $0.operator.value == .in }.map { Set($0.values.map(\.value)) }
            let refused = Set(filters.filter { $0.operator.value == .notIn }.flatMap(\.values).map(\.value))
            guard let first = allowed.first else { continue }
            let left = allowed.dropFirst().reduce(first) { $0.intersection($1) }.subtracting(refused)
            if left.isEmpty, let last = filters.last {
                report(
                    "SHR644", last.range.line,
                    "the filters on the namespace `\(last.namespace.value.rawValue)` exclude each other: the "
                        + "selector never matches", help: "keep one of them")
            }
        }
        let allowed = rule.pids.filter { $0.operator.value == .in && !$0.followForks }
        let refused = rule.pids.filter { $0.operator.value == .notIn && !$0.followForks }
        for filter in allowed {
            let excluded = refused.filter { $0.isNamespacePID == filter.isNamespacePID }
                .flatMap { $0.values.map(\.value) }
            if !filter.values.isEmpty, filter.values.allSatisfy({ excluded.contains($0.value) }) {
                report(
                    "SHR645", filter.range.line,
                    "every process id of this filter is excluded by another: the selector never matches",
                    help: "remove one of the two filters")
            }
        }
        if rule.pids.count > 1, let second = rule.selector.matchPIDs.dropFirst().first {
            report(
                "SHR646", second.range.line,
                "Tetragon evaluates only the first `matchPIDs` entry and misreads what follows",
                help: "merge the entries if the policy must run there too")
        }
    }
}
