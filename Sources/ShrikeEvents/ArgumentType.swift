// SPDX-License-Identifier: Apache-2.0
// How an argument of a hook is read by the kernel side and printed by the exporter.

/// The type of an argument. Kernel side: `enum shrike_argument_type`, same values.
public enum ArgumentType: UInt16, Sendable, CaseIterable {
    /// Nothing was read.
    case none = 0
    /// A signed integer of at most 32 bits.
    case int32 = 1
    /// An unsigned integer of at most 32 bits.
    case uint32 = 2
    /// A signed integer of 64 bits.
    case int64 = 3
    /// An unsigned integer of 64 bits.
    case uint64 = 4
    /// A `size_t`.
    case size = 5
    /// A NUL-terminated string.
    case string = 6
    /// A `struct file *`.
    case file = 7
    /// A `struct path *`.
    case path = 8

    /// Whether the payload is one 8-byte integer.
    public var isInteger: Bool {
        rawValue >= ArgumentType.int32.rawValue && rawValue <= ArgumentType.size.rawValue
    }
}
