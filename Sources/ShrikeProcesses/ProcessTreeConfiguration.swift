// SPDX-License-Identifier: Apache-2.0
// The bounds of the process tree and what a process looks like in events.

/// The bounds of the process tree and what a process looks like in events.
public struct ProcessTreeConfiguration: Sendable {
    /// Most process images kept, dead ones included. Hard.
    public var capacity: Int
    /// Most ancestors of an event; a longer chain loses those before its root.
    public var maximumAncestors: Int
    /// Most bytes of a process's arguments; the rest is cut and counted.
    public var maximumArgumentBytes: Int
    /// Bytes of rendered processes above which arguments are cut short. See `ProcessTree`.
    public var fragmentBytes: Int
    /// Batches for which an ended image is kept at least: its last hook events may come behind its exit.
    public var retainedBatches: UInt32
    /// Kernel time in nanoseconds for which an ended image is kept at least: files are closed after the
    /// exit record was written.
    public var retainedNanoseconds: UInt64
    /// Most ended images that are kept for that time alone: a storm of commands does not fill the memory with its dead.
    public var retainedImages: Int
    /// Whether processes carry `cap`, `process_credentials` and exec events `binary_properties`.
    public var credentials: Bool
    /// Whether processes carry `ns`.
    public var namespaces: Bool
    /// Whether processes carry their environment, and what of it; nil: none.
    public var environment: EnvironmentSelection?
    /// Takes secrets out of arguments and environments; nil: nothing is taken out.
    public var redactor: Redactor?

    /// Makes a configuration; everything has a default.
    public init(
        capacity: Int = 65_536, maximumAncestors: Int = 64, maximumArgumentBytes: Int = 327_360,
        fragmentBytes: Int = 256 << 20, retainedBatches: UInt32 = 2,
        retainedNanoseconds: UInt64 = 1_000_000_000, retainedImages: Int = 4_096, credentials: Bool = false,
        namespaces: Bool = false,
        environment: EnvironmentSelection? = nil, redactor: Redactor? = nil
    ) {
        self.capacity = capacity
        self.maximumAncestors = maximumAncestors
        self.maximumArgumentBytes = maximumArgumentBytes
        self.fragmentBytes = fragmentBytes
        self.retainedBatches = retainedBatches
        self.retainedNanoseconds = retainedNanoseconds
        self.retainedImages = retainedImages
        self.credentials = credentials
        self.namespaces = namespaces
        self.environment = environment
        self.redactor = redactor
    }
}
