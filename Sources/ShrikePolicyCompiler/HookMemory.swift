// SPDX-License-Identifier: Apache-2.0
// What a hook takes in the kernel's memory, estimated from its plan.

internal import ShrikeABI

extension HookPlan {
    /// What a hook with one selector takes by itself: the kernel accounts 124 KiB on 6.1, as much or less on others.
    private static let programBytes = 124 << 10

    /// The calls of a user space function that have not returned: a key, six registers, and the kernel's node of each.
    private static let callBytes = Int(SHRIKE_MAX_USER_CALLS) * (16 + 48 + 48)

    /// Bytes of kernel memory that its program and its tables take. An estimate, within half of what the kernel accounts.
    /// - Parameter binaries: the plan set's.
    public func memoryBytes(_ binaries: BinaryTable) -> Int {
        let fixed = Self.programBytes + (target.kind == .userReturn ? Self.callBytes : 0)
        return tables(binaries).reduce(fixed) { $0 + $1.memoryBytes }
    }
}

extension HookTable {
    /// The kernel rounds array values up to 8 and adds a node to those of a trie or hash; it does not account a trie's
    /// inner nodes.
    fileprivate var memoryBytes: Int {
        let value = (valueBytes + 7) / 8 * 8
        return switch kind {
        case .array: max(count, 1) * value
        case .hash: max(count, 1) * (keyBytes + value + 48)
        case .longestPrefix: max(count, 1) * (keyBytes + value + 40)
        }
    }
}
