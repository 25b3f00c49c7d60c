// SPDX-License-Identifier: Apache-2.0
// Which bit of a 64-bit word in the kernel stands for what, while policies come and go.

internal import ShrikeABI

/// Gives each member a bit, and leaves it that bit as long as some plan has it.
public struct BitRegistry<Member: Hashable & Sendable>: Sendable {
    private var members: [Member?] = Array(repeating: nil, count: UInt64.bitWidth)

    /// No bit stands for anything.
    public init() {}

    /// The bits in use.
    public var live: UInt64 {
        members.indices.reduce(0) { members[$1] == nil ? $0 : $0 | 1 << UInt64($1) }
    }

    /// The members and their bits, as masks.
    public var assigned: [(member: Member, mask: UInt64)] {
        members.enumerated().compactMap { bit, member in member.map { ($0, 1 << UInt64(bit)) } }
    }

    /// Finds a bit for each of some members.
    /// - Returns: the bits in the members' order; nil when there are not enough, and nothing is changed then.
    public mutating func add(_ wanted: [Member]) -> [Int]? {
        var next = members
        var bits: [Int] = []
        for member in wanted {
            guard let bit = next.firstIndex(of: member) ?? next.firstIndex(of: nil) else { return nil }
            next[bit] = member
            bits.append(bit)
        }
        members = next
        return bits
    }

    /// Lets go of all members but some.
    public mutating func keep(only wanted: [Member]) {
        for bit in members.indices {
            if let member = members[bit], !wanted.contains(member) { members[bit] = nil }
        }
    }
}

extension HookPlan {
    /// The plan with the kernel's bits in place of the numbers of lists and scopes.
    /// - Parameters:
    ///   - lineages: bits of the plan set's lists, by number.
    ///   - scopes: bits of its scopes, by number.
    public func withBits(lineages: [Int], scopes: [Int]) -> HookPlan {
        var plan = self
        for look in facts {
            let bits: [Int]
            switch shrike_process_fact(look.fact) {
            case SHRIKE_FACT_LINEAGE, SHRIKE_FACT_PARENT_LINEAGE: bits = lineages
            case SHRIKE_FACT_SCOPE: bits = scopes
            default: continue
            }
            for row in look.first..<look.first + look.count * 2 {
                plan.intervals[row].start = 1 << UInt64(bits[intervals[row].start.trailingZeroBitCount])
            }
        }
        return plan
    }
}
