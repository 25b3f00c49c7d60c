// SPDX-License-Identifier: Apache-2.0
// Numbers and names of system calls.

/// Looks up system calls by number and by name. Any thread.
public enum SystemCalls {
    /// The ABI of the machine that this program was built for.
    public static let defaultABI: String = {
        #if arch(arm64)
            "arm64"
        #else
            "x64"
        #endif
    }()

    /// What the kernel sets in the number of a 32-bit program's call, where both ABIs are told in one number.
    public static let marker32 = 1 << 31

    /// The name of a call; nil for an unknown ABI or number.
    /// - Parameter abi: `x64`, `i386` or `arm64`.
    public static func name(of number: Int, abi: String) -> String? { tables[abi]?.names[number] }

    /// The number of a call; nil for an unknown ABI or name.
    /// - Parameter name: without `sys_`.
    public static func number(of name: String, abi: String) -> Int? { tables[abi]?.numbers[name] }

    private struct Table: Sendable {
        var names: [Int: String] = [:]
        var numbers: [String: Int] = [:]

        init(_ text: String) {
            var number = 0
            for word in text.split(separator: " ") {
                if word.hasPrefix("@"), let next = Int(word.dropFirst()) {
                    number = next
                } else {
                    names[number] = String(word)
                    numbers[String(word)] = number
                    number += 1
                }
            }
        }
    }

    private static let tables: [String: Table] = [
        "x64": Table(SystemCallNumbers.x64),
        "i386": Table(SystemCallNumbers.i386),
        "arm64": Table(SystemCallNumbers.arm64),
    ]
}
