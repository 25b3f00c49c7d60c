// SPDX-License-Identifier: Apache-2.0
// Binaries: what all policies say of executables sorts them into classes, by how a path starts and by how it ends;
// a process keeps the classes of its own and of its parent's, and each hook knows which selectors a class leaves
// alive.

internal import ShrikeABI
internal import ShrikePolicy

/// What of a process's executables a hook looks up; the raw value is its place in `binary_rows` of the ABI.
public enum BinaryDimension: Int, Sendable, Hashable, CaseIterable {
    /// The whole path, and how it starts.
    case start
    /// How the path ends.
    case end
    /// The parent's whole path, and how it starts.
    case parentStart
    /// How the parent's path ends.
    case parentEnd
}

/// The paths and parts of paths that policies name, each with its class.
public struct BinaryTable: Sendable, Hashable {
    /// Whole paths; the class of the n-th is `SHRIKE_BINARY_FIRST_NAMED` + n.
    public private(set) var paths: [String] = []
    /// Starts of paths; their classes follow those of the paths. A path that is no whole one has the longest's.
    public private(set) var starts: [String] = []
    /// Ends of paths; they have classes of their own, from `SHRIKE_BINARY_FIRST_NAMED` on.
    public private(set) var ends: [String] = []

    /// The longest path, without its final NUL, that the kernel keeps with a process.
    public static let maximumPathBytes = Int(SHRIKE_MAX_BINARY_BYTES) - 1
    /// The longest start or end of a path.
    public static let maximumPartBytes = Int(SHRIKE_TEXT_KEY_BYTES)

    init(policies: [TracingPolicy]) {
        var known: Set<[String]> = []
        for selector in policies.lazy.flatMap(\.spec.hooks).flatMap(\.selectors) {
            // Those that follow descendants are in the LineageTable.
            for filter in selector.matchBinaries + selector.matchParentBinaries where !filter.followChildren {
                for value in filter.values.map(\.value) {
                    switch filter.operator.value {
                    case .prefix, .notPrefix:
                        if known.insert(["start", value]).inserted { starts.append(value) }
                    case .postfix, .notPostfix:
                        if known.insert(["end", value]).inserted { ends.append(value) }
                    default:
                        if known.insert(["path", value]).inserted { paths.append(value) }
                    }
                }
            }
        }
    }

    /// Classes that a path is in by its start, the unnamed ones included.
    public var classCount: Int { Int(SHRIKE_BINARY_FIRST_NAMED.rawValue) + paths.count + starts.count }

    /// Classes that a path is in by its end.
    public var endClassCount: Int { Int(SHRIKE_BINARY_FIRST_NAMED.rawValue) + ends.count }

    /// The class of the n-th path, and, behind the paths, of the starts; or of the n-th end.
    public func binaryClass(of number: Int) -> UInt32 { SHRIKE_BINARY_FIRST_NAMED.rawValue + UInt32(number) }

    /// Whether parts of paths are looked up at all.
    public var hasParts: Bool { !starts.isEmpty || !ends.isEmpty }

    /// For each class of the filter's dimension whether the filter lets it pass.
    ///
    /// A kernel thread has no binary and passes none. A process whose binary could not be read is none of the
    /// named ones: In refuses it, NotIn takes it, so that a policy "everybody but X" cannot be got round.
    func isPassed(by filter: BinaryFilter) -> [Bool] {
        let values = filter.values.map { Array($0.value.utf8) }
        let isNegated = filter.operator.value.isNegative
        let matches: ([UInt8]) -> Bool
        var named: [[UInt8]]
        switch filter.operator.value {
        case .prefix, .notPrefix:
            named = (paths + starts).map { Array($0.utf8) }
            matches = { path in values.contains { path.starts(with: $0) } }
        case .postfix, .notPostfix:
            named = ends.map { Array($0.utf8) }
            matches = { end in values.contains { end.reversed().starts(with: $0.reversed()) } }
        default:
            let whole = Set(values)
            named = paths.map { Array($0.utf8) }
            matches = { whole.contains($0) }
        }
        var passes = [isNegated, isNegated, false]  // other, unknown, kernel thread
        if filter.followChildren {  // kernel threads alone are decided here
            return [true, true, false] + Array(repeating: true, count: classCount - passes.count)
        }
        passes += named.map { matches($0) != isNegated }
        // The start of a path is no whole path.
        let rest = (filter.operator.value.comparesEnd ? endClassCount : classCount) - passes.count
        return passes + Array(repeating: isNegated, count: rest)
    }
}

extension HookPlanBuilder {
    /// The candidates of each class in the dimensions that some filter asks for.
    func candidates(
        _ selectors: [(bit: Int, selector: Selector)], _ everyone: SelectorSet, _ binaries: BinaryTable
    ) -> [BinaryDimension: [SelectorSet]] {
        var candidates: [BinaryDimension: [SelectorSet]] = [:]
        func add(_ filter: BinaryFilter, _ bit: Int, isParent: Bool) {
            let dimension: BinaryDimension =
                switch (isParent, filter.operator.value.comparesEnd) {
                case (false, false): .start
                case (false, true): .end
                case (true, false): .parentStart
                case (true, true): .parentEnd
                }
            let passes = binaries.isPassed(by: filter)
            var rows = candidates[dimension] ?? Array(repeating: everyone, count: passes.count)
            for (binaryClass, passes) in passes.enumerated() where !passes { rows[binaryClass].remove(bit) }
            candidates[dimension] = rows
        }
        func isByClass(_ filter: BinaryFilter) -> Bool {
            !filter.followChildren || filter.operator.value.isNegative
        }
        for (bit, selector) in selectors {
            for filter in selector.matchBinaries where isByClass(filter) { add(filter, bit, isParent: false) }
            for filter in selector.matchParentBinaries where isByClass(filter) {
                add(filter, bit, isParent: true)
            }
        }
        return candidates
    }
}
