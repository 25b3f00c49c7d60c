// SPDX-License-Identifier: Apache-2.0
// What a hook takes in the kernel's memory, estimated from its plan.

internal import ShrikeABI

extension HookPlan {
    /// What a hook with one selector takes by itself, by the program that serves it: so much or less is what the kernel
    /// accounts.
    private func programBytes(_ binaries: BinaryTable) -> Int {
        let mechanism = target.kind == .function || target.kind == .lsm ? HookMechanism.fentry : .kprobe
        let configuration = configuration(
            mechanism, typed: Set(0..<Int(SHRIKE_MAX_ARGUMENTS)), hasBinaryParts: binaries.hasParts,
            hookID: 0,
            generation: 1, binariesGeneration: 1)
        return switch HookProgram(configuration, mechanism) {
        case .file: 64 << 10
        case .function: 124 << 10
        }
    }

    /// The calls of a user space function that have not returned: a key, six registers, and the kernel's node of each.
    private static let callBytes = Int(SHRIKE_MAX_USER_CALLS) * (16 + 48 + 48)

    /// Bytes of kernel memory that its program and its tables take. An estimate, within half of what the kernel accounts.
    /// - Parameter binaries: the plan set's.
    public func memoryBytes(_ binaries: BinaryTable) -> Int {
        let fixed = programBytes(binaries) + (target.kind == .userReturn ? Self.callBytes : 0)
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
