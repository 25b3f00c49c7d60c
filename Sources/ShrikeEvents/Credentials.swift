// SPDX-License-Identifier: Apache-2.0
// Credentials and namespaces of a task as Swift values, so that only this target sees the C structs.

internal import ShrikeABI

/// Ids and capability sets of a task. Kernel side: `struct cred`, include/linux/cred.h.
public struct Credentials: Equatable, Sendable, BitwiseCopyable {
    /// Real, effective, saved and file system user and group ids.
    public var uid, gid, euid, egid, suid, sgid, fsuid, fsgid: UInt32
    /// SECBIT_* bits of capabilities(7).
    public var securebits: UInt32
    /// Capability sets, bit n = capability n.
    public var permitted, effective, inheritable: UInt64

    /// Credentials of one user and group, without capabilities.
    public init(user: UInt32 = 0, group: UInt32 = 0) {
        (uid, euid, suid, fsuid) = (user, user, user, user)
        (gid, egid, sgid, fsgid) = (group, group, group, group)
        securebits = 0
        (permitted, effective, inheritable) = (0, 0, 0)
    }

    internal init(_ raw: shrike_credentials) {
        (uid, gid, euid, egid) = (raw.uid, raw.gid, raw.euid, raw.egid)
        (suid, sgid, fsuid, fsgid) = (raw.suid, raw.sgid, raw.fsuid, raw.fsgid)
        securebits = raw.securebits
        (permitted, effective, inheritable) = (raw.permitted, raw.effective, raw.inheritable)
    }
}

/// Inode numbers of a task's namespaces, 0 where the kernel has no such namespace; see namespaces(7).
public struct Namespaces: Equatable, Sendable, BitwiseCopyable {
    /// The numbers, in the order of the event reference.
    public var uts, ipc, mnt, pid, pidForChildren, net, time, timeForChildren, cgroup, user: UInt32

    /// No namespace known.
    public init() {
        (uts, ipc, mnt, pid, pidForChildren) = (0, 0, 0, 0, 0)
        (net, time, timeForChildren, cgroup, user) = (0, 0, 0, 0, 0)
    }

    internal init(_ raw: shrike_namespaces) {
        (uts, ipc, mnt, pid, pidForChildren) = (raw.uts, raw.ipc, raw.mnt, raw.pid, raw.pid_for_children)
        (net, time, timeForChildren) = (raw.net, raw.time, raw.time_for_children)
        (cgroup, user) = (raw.cgroup, raw.user)
    }
}
