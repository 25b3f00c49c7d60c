// SPDX-License-Identifier: Apache-2.0
// Identity of a process image, shared by records, the process tree and the exported ids.

internal import ShrikeABI

/// Identity of one process image: a pid alone is reused, and an exec makes a new image.
///
/// Kernel side: `struct shrike_process_key`.
public struct ProcessKey: Hashable, Sendable, BitwiseCopyable {
    /// CLOCK_MONOTONIC at fork or exec in nanoseconds; for a process older than the agent its start in
    /// boot time, cut to whole clock ticks. 0: unknown.
    public var ktime: UInt64
    /// Thread group id in the host's pid namespace.
    public var pid: UInt32

    /// Makes a key from its parts.
    @inlinable
    public init(ktime: UInt64, pid: UInt32) {
        self.ktime = ktime
        self.pid = pid
    }

    /// The kernel itself, pid 0: the root of every tree.
    public static let kernel = ProcessKey(ktime: 1, pid: 0)

    internal init(_ key: shrike_process_key) {
        self.init(ktime: key.ktime_ns, pid: key.pid)
    }
}
