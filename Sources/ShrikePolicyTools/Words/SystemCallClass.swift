// SPDX-License-Identifier: Apache-2.0
// System calls by what they are for: what `shrike policy generate` can watch at once.

/// A class of system calls. Those of all supported kernels only: a policy with a call that a kernel lacks is refused there.
public enum SystemCallClass: String, Sendable, CaseIterable {
    /// Who a process is and what it may.
    case credentials
    /// Files by name: made, removed, renamed, their owners and permissions.
    case files
    /// What is mounted where.
    case mounts
    /// Code of the kernel.
    case modules
    /// Namespaces, and other roots.
    case namespaces
    /// Sockets.
    case network
    /// Other processes: traced, read, written, signalled.
    case processes

    /// Their names, without `sys_`.
    public var names: [String] {
        switch self {
        case .credentials:
            [
                "capset", "setfsgid", "setfsuid", "setgid", "setgroups", "setregid", "setresgid", "setresuid",
                "setreuid", "setuid",
            ]
        case .files:
            [
                "chmod", "chown", "fchmod", "fchmodat", "fchown", "fchownat", "lchown", "link", "linkat",
                "mkdir",
                "mkdirat", "mknod", "mknodat", "rename", "renameat", "renameat2", "rmdir", "symlink",
                "symlinkat",
                "truncate", "unlink", "unlinkat",
            ]
        case .mounts:
            [
                "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount",
                "open_tree",
                "pivot_root", "umount",
            ]
        case .modules:
            ["bpf", "delete_module", "finit_module", "init_module", "kexec_file_load", "kexec_load"]
        case .namespaces: ["chroot", "pivot_root", "setns", "unshare"]
        case .network: ["accept", "accept4", "bind", "connect", "listen", "socket", "socketpair"]
        case .processes:
            [
                "kill", "pidfd_getfd", "pidfd_send_signal", "process_vm_readv", "process_vm_writev", "ptrace",
                "rt_sigqueueinfo", "rt_tgsigqueueinfo", "tgkill", "tkill",
            ]
        }
    }
}
