// SPDX-License-Identifier: Apache-2.0
// Descendants: the lists of binaries and process ids whose descendants policies follow, and the bits that stand for
// them in the kernel.

internal import ShrikeABI
internal import ShrikePolicy

/// Whose descendants are followed; the members themselves count too.
public enum LineageMembers: Sendable, Hashable {
    /// Executables by their whole path, in order.
    case binaries([String])
    /// Process ids in order, of the innermost pid namespace or of the host's.
    case processes([UInt32], isNamespacePID: Bool)
}

/// The lists that a set of policies follows.
public struct LineageTable: Sendable, Hashable {
    /// Each list once; its number is its place.
    public private(set) var lists: [LineageMembers] = []
    /// Where the first list stands that has no bit left.
    let overflow: SourceRange?

    /// No lists.
    public init() { overflow = nil }

    init(policies: [TracingPolicy]) {
        var overflow: SourceRange?
        var lists: [LineageMembers] = []
        for selector in policies.lazy.flatMap(\.spec.hooks).flatMap(\.selectors) {
            for (members, range) in selector.followed where !lists.contains(members) {
                lists.append(members)
                if lists.count > Int(SHRIKE_MAX_LINEAGES), overflow == nil { overflow = range }
            }
        }
        self.lists = lists
        self.overflow = overflow
    }

    /// The number of a list as a mask.
    func mask(of members: LineageMembers) -> UInt64 {
        lists.firstIndex(of: members).map { 1 << UInt64($0 & 63) } ?? 0
    }
}

extension Selector {
    /// The lists that the selector follows, each with its place.
    fileprivate var followed: [(LineageMembers, SourceRange)] {
        (matchBinaries + matchParentBinaries).filter(\.followChildren).map { ($0.members, $0.range) }
            + matchPIDs.filter(\.followForks).map { ($0.members, $0.range) }
    }
}

extension BinaryFilter {
    var members: LineageMembers { .binaries(Set(values.map(\.value)).sorted()) }
}

extension ProcessFilter {
    var members: LineageMembers {
        .processes(Set(values.map(\.value)).sorted(), isNamespacePID: isNamespacePID)
    }
}

extension HookPlan {
    /// The plan with the kernel's bits of the lists in place of their numbers.
    /// - Parameter bits: by number.
    public func withLineageBits(_ bits: [Int]) -> HookPlan {
        var plan = self
        let lineage = [SHRIKE_FACT_LINEAGE.rawValue, SHRIKE_FACT_PARENT_LINEAGE.rawValue]
        for look in facts where lineage.contains(look.fact) {
            for row in look.first..<look.first + look.count * 2 {
                plan.intervals[row].start = 1 << UInt64(bits[intervals[row].start.trailingZeroBitCount])
            }
        }
        return plan
    }
}

/// Which bit stands for which list, over changes of the policies: a list keeps its bit as long as some plan has it.
public struct LineageRegistry: Sendable {
    /// A process id as the kernel looks it up.
    public struct ProcessID: Sendable, Hashable {
        /// The id.
        public var number: UInt32
        /// In the innermost pid namespace.
        public var isNamespacePID: Bool
    }

    private var lists: [LineageMembers?] = Array(repeating: nil, count: Int(SHRIKE_MAX_LINEAGES))

    /// Nothing is followed.
    public init() {}

    /// The bits in use.
    public var live: UInt64 {
        lists.indices.reduce(0) { lists[$1] == nil ? $0 : $0 | 1 << UInt64($1) }
    }

    /// Finds a bit for each list of a table.
    /// - Returns: the bits by the table's numbers; nil when there are not enough, and nothing is changed then.
    public mutating func add(_ table: LineageTable) -> [Int]? {
        var next = lists
        var bits: [Int] = []
        for members in table.lists {
            guard let bit = next.firstIndex(of: members) ?? next.firstIndex(of: nil) else { return nil }
            next[bit] = members
            bits.append(bit)
        }
        lists = next
        return bits
    }

    /// Lets go of the lists that a table has not.
    public mutating func keep(only table: LineageTable) {
        for bit in lists.indices {
            if let members = lists[bit], !table.lists.contains(members) { lists[bit] = nil }
        }
    }

    /// By path the bits of the lists that name it.
    public var binaries: [String: UInt64] {
        var masks: [String: UInt64] = [:]
        for (bit, members) in lists.enumerated() {
            guard case .binaries(let paths) = members else { continue }
            for path in paths { masks[path, default: 0] |= 1 << UInt64(bit) }
        }
        return masks
    }

    /// By process id the bits of the lists that name it.
    public var processes: [ProcessID: UInt64] {
        var masks: [ProcessID: UInt64] = [:]
        for (bit, members) in lists.enumerated() {
            guard case .processes(let numbers, let isNamespacePID) = members else { continue }
            for number in numbers {
                masks[ProcessID(number: number, isNamespacePID: isNamespacePID), default: 0] |=
                    1 << UInt64(bit)
            }
        }
        return masks
    }
}
