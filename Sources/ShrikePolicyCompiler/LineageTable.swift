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

extension LineageTable {
    /// What lists can name a process by.
    public struct Kin: Sendable {
        /// Its executable, if it is known.
        public var binary: String?
        /// Its id.
        public var pid: UInt32
        /// Its id in the innermost pid namespace; 0 in the host's.
        public var namespacePID: UInt32

        /// A process.
        public init(binary: String?, pid: UInt32, namespacePID: UInt32) {
            (self.binary, self.pid, self.namespacePID) = (binary, pid, namespacePID)
        }
    }

    /// The lists, by number a bit, that name any of some processes.
    public func lists(of kin: [Kin]) -> UInt64 {
        lists.enumerated().reduce(0) { found, list in
            let isNamed = kin.contains { process in
                switch list.element {
                case .binaries(let paths): process.binary.map { paths.contains($0) } ?? false
                case .processes(let numbers, false): numbers.contains(process.pid)
                case .processes(let numbers, true):
                    process.namespacePID != 0 && numbers.contains(process.namespacePID)
                }
            }
            return isNamed ? found | 1 << UInt64(list.offset) : found
        }
    }
}

/// A process id as the kernel looks it up.
public struct FollowedProcessID: Sendable, Hashable {
    /// The id.
    public var number: UInt32
    /// In the innermost pid namespace.
    public var isNamespacePID: Bool
}

extension BitRegistry where Member == LineageMembers {
    /// By path the bits of the lists that name it.
    public var binaries: [String: UInt64] {
        var masks: [String: UInt64] = [:]
        for (members, mask) in assigned {
            guard case .binaries(let paths) = members else { continue }
            for path in paths { masks[path, default: 0] |= mask }
        }
        return masks
    }

    /// By process id the bits of the lists that name it.
    public var processes: [FollowedProcessID: UInt64] {
        var masks: [FollowedProcessID: UInt64] = [:]
        for (members, mask) in assigned {
            guard case .processes(let numbers, let isNamespacePID) = members else { continue }
            for number in numbers {
                masks[FollowedProcessID(number: number, isNamespacePID: isNamespacePID), default: 0] |= mask
            }
        }
        return masks
    }
}
