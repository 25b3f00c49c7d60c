// SPDX-License-Identifier: Apache-2.0
// Binaries: what all policies say of executables sorts them into classes; a process keeps the class of its
// own, and each hook knows which selectors a class leaves alive.

internal import ShrikeABI
internal import ShrikePolicy

/// The paths that policies name, each with its class.
public struct BinaryTable: Sendable, Hashable {
    /// Named paths; the class of the n-th is `SHRIKE_BINARY_FIRST_NAMED` + n.
    public private(set) var paths: [String] = []
    private var numbers: [String: Int] = [:]

    /// The longest path, without its final NUL, that the kernel keeps with a process.
    public static let maximumPathBytes = Int(SHRIKE_MAX_BINARY_BYTES) - 1

    init(policies: [TracingPolicy]) {
        for hook in policies.lazy.flatMap(\.spec.hooks) {
            for value in hook.selectors.lazy.flatMap(\.matchBinaries).flatMap(\.values) {
                guard numbers[value.value] == nil else { continue }
                numbers[value.value] = paths.count
                paths.append(value.value)
            }
        }
    }

    /// Classes there are, the unnamed ones included.
    public var classCount: Int { Int(SHRIKE_BINARY_FIRST_NAMED.rawValue) + paths.count }

    /// The class of the n-th path.
    public func binaryClass(of number: Int) -> UInt32 { SHRIKE_BINARY_FIRST_NAMED.rawValue + UInt32(number) }

    /// For each class whether a filter lets it pass.
    ///
    /// A kernel thread has no binary and passes none. A process whose binary could not be read is none of the
    /// named ones: In refuses it, NotIn takes it, so that a policy "everybody but X" cannot be got round.
    func isPassed(by filter: BinaryFilter) -> [Bool] {
        let isNegated = filter.operator.value == .notIn
        var passes = Array(repeating: isNegated, count: classCount)
        passes[Int(SHRIKE_BINARY_KERNEL_THREAD.rawValue)] = false
        for value in filter.values {
            guard let number = numbers[value.value] else { continue }
            passes[Int(binaryClass(of: number))] = !isNegated
        }
        return passes
    }
}
