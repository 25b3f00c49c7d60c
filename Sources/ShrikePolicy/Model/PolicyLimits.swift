// SPDX-License-Identifier: Apache-2.0
// How much a policy may hold. Where Tetragon's limit follows from its kernel program, ours is wider.

/// Bounds of the policy language.
public enum PolicyLimits {
    /// Hooks of one section.
    public static let hooks = 1024
    /// Selectors of one hook in one policy.
    public static let selectors = 64
    /// Arguments of one hook, `data` included.
    public static let arguments = 5
    /// Greatest parameter index.
    public static let argumentIndex = 4
    /// Argument filters of one selector.
    public static let argumentFilters = 16
    /// Other filters of one kind in one selector.
    public static let processFilters = 16
    /// Binary filters of one selector.
    public static let binaryFilters = 1
    /// Values of one filter.
    public static let values = 1000
    /// Bytes of a text value.
    public static let textBytes = 4096
    /// Actions of one list.
    public static let actions = 3
    /// Enforcer entries.
    public static let enforcers = 1
    /// Tags of one hook.
    public static let tags = 16
    /// Bytes of a tag.
    public static let tagBytes = 128
    /// Bytes of a message.
    public static let messageBytes = 256
    /// Register assignments of one Override.
    public static let registers = 18
    /// Steps of a resolve path.
    public static let resolveSteps = 10
}
