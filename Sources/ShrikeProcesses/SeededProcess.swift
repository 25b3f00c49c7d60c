// SPDX-License-Identifier: Apache-2.0
// A process found at start: the kernel's half (TaskSeed) and procfs' half.

public import ShrikeEvents

/// A process that is older than the agent, complete.
public struct SeededProcess: Sendable, Equatable {
    /// What the task iterator saw.
    public var seed: TaskSeed
    /// `seed.flags` with what user space found.
    public var flags: ProcessFlags
    /// The executable's path; `[comm]` for kernel threads, `<kernel>` for pid 0.
    public var binary: [UInt8]
    /// argv from argv[1] on, each argument ending in NUL.
    public var arguments: [UInt8]
    /// The working directory; empty when unknown.
    public var workingDirectory: [UInt8]
    /// Variables, each ending in NUL; empty when nobody asks for them.
    public var environment: [UInt8] = []

    /// Makes a process from its parts.
    public init(
        seed: TaskSeed, flags: ProcessFlags, binary: [UInt8], arguments: [UInt8] = [],
        workingDirectory: [UInt8] = []
    ) {
        self.seed = seed
        self.flags = flags
        self.binary = binary
        self.arguments = arguments
        self.workingDirectory = workingDirectory
    }
}
