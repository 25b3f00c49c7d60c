// SPDX-License-Identifier: Apache-2.0
// Process flags: bits of `enum shrike_process_flag` and those that only user space sets.

/// What is known about how a process came to be and what could not be read of it.
///
/// The values are those of the event reference (docs/reference/events.md), so words are printed straight
/// from the bits. Kernel side: `enum shrike_process_flag`.
public struct ProcessFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// The bits.
    public var rawValue: UInt32

    /// Makes flags from bits.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The image came from an exec.
    public static let execve = ProcessFlags(rawValue: 0x1)
    /// Found by the scan at start.
    public static let procfs = ProcessFlags(rawValue: 0x4)
    /// The environment could not be read.
    public static let errorEnvironment = ProcessFlags(rawValue: 0x8)
    /// Arguments were cut or a part of them was lost.
    public static let truncatedArguments = ProcessFlags(rawValue: 0x10)
    /// The file name could not be read.
    public static let errorFilename = ProcessFlags(rawValue: 0x100)
    /// The arguments could not be read.
    public static let errorArguments = ProcessFlags(rawValue: 0x200)
    /// The working directory was dropped for space.
    public static let noWorkingDirectory = ProcessFlags(rawValue: 0x800)
    /// The working directory is `/` and is not carried as text.
    public static let rootWorkingDirectory = ProcessFlags(rawValue: 0x1000)
    /// The working directory could not be read.
    public static let errorWorkingDirectory = ProcessFlags(rawValue: 0x2000)
    /// The process was forked before this exec.
    public static let clone = ProcessFlags(rawValue: 0x4000)
    /// The walk of the working directory's path is incomplete.
    public static let unresolvedWorkingDirectory = ProcessFlags(rawValue: 0x40_0000)
    /// The arguments came in records of their own. User space only.
    public static let dataArguments = ProcessFlags(rawValue: 0x100_0000)
    /// The process descends from the first process of its container.
    public static let inInitTree = ProcessFlags(rawValue: 0x200_0000)
}
