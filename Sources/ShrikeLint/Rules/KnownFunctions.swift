// SPDX-License-Identifier: Apache-2.0
// What rules know about kernel functions and system calls.

/// Functions with a meaning.
enum KnownFunctions {
    /// System calls that do the same; a policy on some of them is evaded by the others.
    static let twins: [Set<String>] = [
        ["open", "openat", "openat2", "creat"], ["execve", "execveat"], ["rename", "renameat", "renameat2"],
        ["link", "linkat"], ["unlink", "unlinkat", "rmdir"], ["symlink", "symlinkat"], ["mkdir", "mkdirat"],
        ["mknod", "mknodat"], ["chmod", "fchmod", "fchmodat", "fchmodat2"],
        ["chown", "fchown", "lchown", "fchownat"], ["truncate", "ftruncate"],
        ["read", "pread64", "readv", "preadv", "preadv2"],
        ["write", "pwrite64", "writev", "pwritev", "pwritev2"],
        ["sendto", "sendmsg", "sendmmsg"], ["recvfrom", "recvmsg", "recvmmsg"], ["accept", "accept4"],
        ["fork", "vfork", "clone", "clone3"], ["setuid", "setreuid", "setresuid"],
        ["setgid", "setregid", "setresgid"], ["init_module", "finit_module"], ["dup", "dup2", "dup3"],
        ["kill", "tkill", "tgkill"], ["mount", "fsmount", "move_mount"],
        ["access", "faccessat", "faccessat2"],
        ["stat", "lstat", "fstat", "newfstatat", "statx"],
        ["setxattr", "lsetxattr", "fsetxattr", "setxattrat"],
        ["process_vm_writev", "ptrace"], ["inotify_init", "inotify_init1"],
        ["epoll_create", "epoll_create1"],
        ["pipe", "pipe2"], ["signalfd", "signalfd4"], ["eventfd", "eventfd2"],
    ]

    /// What to hook instead, for whole groups of twins.
    static let commonHooks = [
        "openat": "security_file_open", "execve": "security_bprm_check", "renameat2": "security_path_rename",
        "linkat": "security_path_link", "unlinkat": "security_path_unlink",
        "symlinkat": "security_path_symlink", "mkdirat": "security_path_mkdir",
        "mknodat": "security_path_mknod", "fchmodat": "security_path_chmod", "fchown": "security_path_chown",
        "truncate": "security_path_truncate", "read": "security_file_permission",
        "write": "security_file_permission", "sendmsg": "security_socket_sendmsg",
        "accept": "security_socket_accept", "setuid": "security_task_fix_setuid",
        "init_module": "security_kernel_read_file", "mount": "security_sb_mount",
        "ptrace": "security_ptrace_access_check",
    ]

    /// Functions that are called very often, with how often on a busy machine.
    static let hot: [String: String] = [
        "security_file_permission": "each read and write", "vfs_read": "each read", "vfs_write": "each write",
        "ksys_read": "each read", "ksys_write": "each write", "sys_read": "each read",
        "sys_write": "each write",
        "rw_verify_area": "each read and write", "security_inode_permission": "each component of each path",
        "security_inode_getattr": "each stat", "security_inode_follow_link": "each link in a path",
        "inode_permission": "each component of each path", "fd_install": "each new descriptor",
        "sys_close": "each close", "filp_close": "each close", "fput": "each close",
        "__fput": "each last close",
        "sys_futex": "each contended lock", "sys_epoll_wait": "each wait", "sys_poll": "each wait",
        "sys_clock_gettime": "each reading of the clock", "sys_nanosleep": "each sleep",
        "sys_mmap": "each mapping", "sys_munmap": "each unmapping", "sys_brk": "each growth of a heap",
        "sys_lseek": "each seek", "sys_fstat": "each stat", "sys_newfstatat": "each stat",
        "security_task_getsecid_obj": "each signal and audit", "security_capable": "each privileged check",
        "cap_capable": "each privileged check", "security_current_getsecid_subj": "each audit",
        "security_socket_sendmsg": "each message", "security_socket_recvmsg": "each message",
        "sock_sendmsg": "each message", "sock_recvmsg": "each message", "lookup_fast": "each path component",
        "tcp_sendmsg": "each send", "tcp_recvmsg": "each receive", "udp_sendmsg": "each datagram",
        "udp_recvmsg": "each datagram", "vfs_llseek": "each seek", "vfs_getattr": "each stat",
    ]

    /// Functions of the scheduler, timers and interrupts: they run for whoever is on the CPU.
    static let scheduler: Set<String> = [
        "__schedule", "schedule", "finish_task_switch", "try_to_wake_up", "wake_up_process",
        "ttwu_do_activate",
        "update_curr", "scheduler_tick", "sched_tick", "hrtimer_interrupt", "run_timer_softirq",
        "__do_softirq", "handle_softirqs", "irq_enter", "irq_exit", "do_IRQ", "tick_sched_timer",
        "sched/sched_switch", "sched/sched_wakeup", "sched/sched_waking", "irq/irq_handler_entry",
        "irq/softirq_entry", "timer/timer_start", "timer/hrtimer_start", "sched/sched_stat_runtime",
        "rcu/rcu_utilization",
    ]

    /// Functions that run for each packet.
    static let packets: Set<String> = [
        "__dev_queue_xmit", "dev_queue_xmit", "dev_hard_start_xmit", "ip_rcv", "ip_local_deliver",
        "ip_output", "ip_queue_xmit", "__ip_queue_xmit", "ip_finish_output", "tcp_v4_rcv", "tcp_v6_rcv",
        "tcp_rcv_established", "tcp_ack", "udp_rcv", "udp_queue_rcv_skb", "napi_gro_receive",
        "netif_receive_skb", "__netif_receive_skb_core", "kfree_skb", "consume_skb", "skb_copy_datagram_iter",
        "__cgroup_bpf_run_filter_skb", "nf_hook_slow", "ip_send_skb", "ip6_send_skb", "net/net_dev_xmit",
        "net/netif_receive_skb", "net/net_dev_queue", "skb/kfree_skb", "skb/consume_skb", "tcp_transmit_skb",
        "__tcp_transmit_skb",
    ]

    /// Functions of memory management.
    static let memory: Set<String> = [
        "__kmalloc", "kmalloc", "kfree", "kmem_cache_alloc", "kmem_cache_free", "kmem_cache_alloc_noprof",
        "__kmalloc_noprof", "handle_mm_fault", "do_anonymous_page", "__alloc_pages", "__alloc_pages_noprof",
        "__alloc_frozen_pages_noprof", "filemap_fault", "do_fault", "exc_page_fault", "lru_add",
        "kmem/kmalloc", "kmem/kfree", "kmem/kmem_cache_alloc", "kmem/kmem_cache_free", "kmem/mm_page_alloc",
        "exceptions/page_fault_user", "exceptions/page_fault_kernel", "folio_add_lru",
    ]

    /// Functions that run when the thing has happened already.
    static let afterTheEffect: Set<String> = [
        "fd_install", "tcp_close", "do_exit", "do_group_exit", "__fput", "filp_close", "fput", "commit_creds",
        "security_bprm_committed_creds", "security_inode_post_setxattr", "security_inode_post_setattr",
        "security_file_post_open", "inet_csk_accept", "tcp_set_state", "__sk_free",
        "security_path_post_mknod",
        "security_inode_post_removexattr", "security_inode_post_create_tmpfile", "security_d_instantiate",
        "security_task_free", "security_file_free_security", "sched/sched_process_exec",
        "sched/sched_process_exit", "sched/sched_process_fork", "security_sk_free", "security_cred_free",
    ]

    /// Checks before a change: refused by Override, done by the time that a signal is handled.
    static let beforeAChange = [
        "security_path_", "security_inode_create", "security_inode_link", "security_inode_unlink",
        "security_inode_symlink", "security_inode_mkdir", "security_inode_rmdir", "security_inode_mknod",
        "security_inode_rename", "security_inode_setattr", "security_inode_setxattr",
        "security_file_truncate",
        "security_socket_connect", "security_socket_bind", "security_socket_listen",
        "security_socket_sendmsg",
        "security_sb_mount", "security_move_mount", "security_kernel_read_file", "security_kernel_load_data",
        "security_kernel_module_request", "security_task_kill", "security_file_permission", "security_bpf",
        "security_ptrace_access_check", "security_task_fix_setuid", "tcp_connect", "vfs_write", "vfs_unlink",
        "vfs_rename", "vfs_mkdir", "do_init_module", "security_settime", "security_syslog",
    ]

    /// Calls that every program makes in its first milliseconds.
    static let everyonesCalls: Set<String> = [
        "sys_execve", "sys_exit_group", "sys_exit", "sys_brk", "sys_mmap", "sys_mprotect", "sys_munmap",
        "sys_close", "sys_read", "sys_write", "sys_openat", "sys_fstat", "sys_newfstatat", "sys_futex",
        "sys_rt_sigaction", "sys_rt_sigprocmask", "sys_clone", "sys_wait4", "do_exit", "do_group_exit",
        "security_file_open", "security_bprm_check", "security_bprm_check_security", "security_mmap_file",
        "security_file_permission", "security_task_alloc", "security_file_alloc", "security_inode_permission",
        "security_bprm_creds_for_exec", "security_bprm_creds_from_file", "security_file_mprotect",
        "security_inode_getattr", "security_mmap_addr", "fd_install", "vfs_read", "vfs_open", "do_filp_open",
    ]

    /// Compilers' copies of functions.
    static let copySuffixes = [".isra.", ".constprop.", ".part.", ".cold", ".llvm."]
}
