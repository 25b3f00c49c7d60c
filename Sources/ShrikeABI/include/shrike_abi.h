/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The one contract between the BPF programs and user space: every record that
 * crosses a ring, and every struct that user space writes into a map or into a
 * program's frozen configuration. Both compilers see this file, so a layout
 * cannot drift; the assertions at each struct say what it costs on the wire.
 */
#ifndef SHRIKE_ABI_H
#define SHRIKE_ABI_H

#include <linux/types.h>

#define SHRIKE_ABI_VERSION 1

/* Selector bits of one hook over all policies: 32 words of 64 bits. */
#define SHRIKE_MAX_WORDS 32
#define SHRIKE_MAX_SELECTORS 2048
/* Distinct arguments (index, type) that one hook reads over all policies. */
#define SHRIKE_MAX_ARGUMENTS 8
/* How many of those may be strings or paths: each has a text buffer of its own. */
#define SHRIKE_MAX_TEXT_ARGUMENTS 4
/* Longest text compared and reported, without its final NUL (PATH_MAX). */
#define SHRIKE_MAX_TEXT_BYTES 4096
/* Longest buffer reported of an argument with maxData; its start is compared as of other texts. */
#define SHRIKE_MAX_DATA_BYTES 327360
/* Bytes of a text that one look-up of the prefix table compares. */
#define SHRIKE_TEXT_KEY_BYTES 248
/* Look-ups of one hook beyond those of texts and plain numbers, over all arguments. */
#define SHRIKE_MAX_DIMENSIONS 24
/* Look-ups of one hook on facts of the process, its binary not counted. */
#define SHRIKE_MAX_FACTS 24
/* Different masks that one such look-up compares. */
#define SHRIKE_MAX_MASKS 64
/* Lists of binaries or process ids whose descendants are followed: a bit each. */
#define SHRIKE_MAX_LINEAGES 64
/* Different workloads that policies are for: a bit each. */
#define SHRIKE_MAX_SCOPES 64
/* Longest structure that is read of an argument: a socket, credentials, a program. */
#define SHRIKE_MAX_OBJECT_BYTES 128
/* Bytes of an executable's path kept per process; longer paths are walked anew. */
#define SHRIKE_MAX_BINARY_BYTES 256
/* Pointers that are followed from what a hook hands over to an argument's value. */
#define SHRIKE_MAX_LOADS 10
/* Sockets whose owner is remembered. */
#define SHRIKE_MAX_TRACKED_SOCKETS 32768
/* Distinct hooks, live or waiting to replace one, over all policies. */
#define SHRIKE_MAX_HOOKS 4096
/* In the word that names a hook's live generation: calls may be on their way that began before it was. */
#define SHRIKE_GENERATION_REPLACES 0x80000000u
/* argv bytes carried by one record; what is longer precedes it in chunks. */
#define SHRIKE_MAX_ARGS_CHUNK_BYTES 8192

enum shrike_event_kind : __u32 {
	SHRIKE_EVENT_FORK = 1,
	SHRIKE_EVENT_EXEC = 2,
	SHRIKE_EVENT_EXIT = 3,
	/* argv bytes that do not fit the exec record; sent before it, by the same task. */
	SHRIKE_EVENT_EXEC_ARGS = 4,
	SHRIKE_EVENT_HOOK = 5,
	/* bytes of the environment, when it is asked for; sent before the exec, by the same task */
	SHRIKE_EVENT_EXEC_ENVIRONMENT = 16,
	SHRIKE_EVENT_THROTTLE = 17,
	/* control groups of the hierarchy that is followed; before the first process in one, behind the last */
	SHRIKE_EVENT_GROUP_MADE = 18,
	SHRIKE_EVENT_GROUP_GONE = 19,
	/* of a hook's file, some time after the hook event that wants it */
	SHRIKE_EVENT_HASH = 32,
	SHRIKE_EVENT_LOADER = 33,
};

/* Why a record did not reach its ring, or a program could not do its work. Index into the
 * per-CPU counters that user space reads; never renumber.
 */
enum shrike_counter : __u32 {
	SHRIKE_COUNTER_LOST_FORK = 0,
	SHRIKE_COUNTER_LOST_EXEC = 1,
	SHRIKE_COUNTER_LOST_EXIT = 2,
	SHRIKE_COUNTER_LOST_EXEC_ARGS = 3,
	SHRIKE_COUNTER_LOST_OBSERVATION = 4,
	SHRIKE_COUNTER_LOST_ENFORCEMENT = 5,
	/* task-local storage could not be had: the decision was made from the task itself */
	SHRIKE_COUNTER_NO_TASK_STATE = 6,
	/* all scratch slots of the CPU were taken: the hook could not decide (fails open) */
	SHRIKE_COUNTER_NO_SCRATCH = 7,
	/* an argument could not be read; its filters did not match */
	SHRIKE_COUNTER_BAD_ARGUMENT = 8,
	/* a path was longer than SHRIKE_MAX_TEXT_BYTES or deeper than the walk */
	SHRIKE_COUNTER_TRUNCATED_PATH = 9,
	/* bpf_send_signal refused */
	SHRIKE_COUNTER_SIGNAL_FAILED = 10,
	/* a stack could not be read: the event has none */
	SHRIKE_COUNTER_NO_STACK = 11,
	SHRIKE_COUNTER_LOST_EXEC_ENVIRONMENT = 14,
	/* forks, execs and exits that the operator's limit for a control group kept back */
	SHRIKE_COUNTER_THROTTLED = 15,
	SHRIKE_COUNTER_LOST_THROTTLE = 16,
	/* a note for an enforcer could not be left: its call is not refused */
	SHRIKE_COUNTER_NO_ENFORCER_NOTE = 17,
	/* a note for an enforcer whose call did not come */
	SHRIKE_COUNTER_MISSED_ENFORCER_NOTE = 18,
	/* a control group that came or went: a container may not be known as one */
	SHRIKE_COUNTER_LOST_GROUP = 19,
	/* a user space function returned whose entry nobody kept: no event, and nothing done at its return */
	SHRIKE_COUNTER_LOST_USER_CALL = 20,
	/* registers or memory of the calling process could not be changed, or somebody else had changed them before */
	SHRIKE_COUNTER_CHANGE_FAILED = 21,
	SHRIKE_COUNTER_COUNT = 24,
};

/* First bytes of every record. */
struct shrike_event_header {
	__u32 size_bytes; /* whole record, this header included */
	__u16 kind; /* enum shrike_event_kind */
	__u16 cpu;
	__u64 ktime_ns; /* CLOCK_MONOTONIC */
	__u32 pid; /* thread group id in the host pid namespace */
	__u32 tid;
};
_Static_assert(sizeof(struct shrike_event_header) == 24, "wire size");

/* Identity of one process image: a pid alone is reused, and an exec makes a new image. */
struct shrike_process_key {
	/* CLOCK_MONOTONIC at fork or exec; for a process older than the agent its
	 * start in boot time cut to whole clock ticks (field 22 of /proc/PID/stat times 10^7).
	 * 0: unknown.
	 */
	__u64 ktime_ns;
	__u32 pid;
	__u32 reserved;
};
_Static_assert(sizeof(struct shrike_process_key) == 16, "wire size");

/* struct cred, include/linux/cred.h */
struct shrike_credentials {
	__u32 uid, gid, euid, egid, suid, sgid, fsuid, fsgid;
	__u32 securebits;
	__u32 reserved;
	__u64 permitted, effective, inheritable;
};
_Static_assert(sizeof(struct shrike_credentials) == 64, "wire size");

/* Inode numbers of the task's namespaces; 0 where the kernel has no such namespace. */
struct shrike_namespaces {
	__u32 uts, ipc, mnt, pid, pid_for_children, net, time, time_for_children, cgroup, user;
};
_Static_assert(sizeof(struct shrike_namespaces) == 40, "wire size");

/* Process flags; the values are those of the event reference, so that user space prints
 * words straight from the bits.
 */
enum shrike_process_flag : __u32 {
	SHRIKE_PROCESS_EXECVE = 0x1,
	SHRIKE_PROCESS_PROCFS = 0x4,
	SHRIKE_PROCESS_ERROR_ENVS = 0x8,
	SHRIKE_PROCESS_TRUNCATED_ARGS = 0x10,
	SHRIKE_PROCESS_ERROR_FILENAME = 0x100,
	SHRIKE_PROCESS_ERROR_ARGS = 0x200,
	SHRIKE_PROCESS_ROOT_CWD = 0x1000,
	SHRIKE_PROCESS_ERROR_CWD = 0x2000,
	SHRIKE_PROCESS_CLONE = 0x4000,
	SHRIKE_PROCESS_UNRESOLVED_CWD = 0x400000,
	SHRIKE_PROCESS_IN_INIT_TREE = 0x2000000,
};

/* A new thread group. The child is a copy of its parent until it execs. */
struct shrike_event_fork {
	struct shrike_event_header header; /* pid, tid: the child's */
	struct shrike_process_key process;
	struct shrike_process_key parent;
	__u64 cgroup_id;
	__u32 nspid; /* pid in the innermost pid namespace; 0 in the host's */
	__u32 flags; /* enum shrike_process_flag */
};
_Static_assert(sizeof(struct shrike_event_fork) == 72, "wire size");

/* A new image. Followed by filename, cwd and args, filename_bytes + cwd_bytes + args_bytes
 * long, with nothing between them and no final NUL. args is argv from argv[1] on, joined by NUL,
 * each argument (the last one too) ending in NUL.
 */
struct shrike_event_exec {
	struct shrike_event_header header;
	struct shrike_process_key process;
	/* After a fork the parent image; else the image of the same pid that this one replaces. */
	struct shrike_process_key parent;
	struct shrike_process_key
		replaced; /* the image that ended here (after a fork: the forked copy) */
	__u64 cgroup_id;
	__u64 inode;
	__u32 inode_links;
	__u32 flags;
	__u32 auid;
	__u32 nspid;
	struct shrike_credentials credentials;
	struct shrike_namespaces namespaces;
	__u32 filename_bytes;
	__u32 cwd_bytes;
	__u32 args_bytes; /* in this record */
	__u32 args_total_bytes; /* with the chunks that precede it: chunk bytes come first */
	/* uid and gid gained by a set-id file; 0xffffffff: none */
	__u32 setuid;
	__u32 setgid;
	__u32 privileges_changed; /* bit n set: ProcessPrivilegesChanged n */
	__u32 reserved;
};
_Static_assert(sizeof(struct shrike_event_exec) == 240, "wire size");

/* A part of a long argv or of an environment, in order; all parts of one exec carry the same process key. */
struct shrike_event_exec_args {
	struct shrike_event_header header;
	struct shrike_process_key process;
	__u32 offset_bytes;
	__u32 args_bytes;
};
_Static_assert(sizeof(struct shrike_event_exec_args) == 48, "wire size");

/* What the process sensor is asked to do beyond the rest: its frozen read-only data. */
struct shrike_process_config {
	__u32 reads_environment;
	/* Most forks, execs and exits together that a control group may send in an interval from each CPU; 0: as many
	 * as there are.
	 */
	__u32 cgroup_events;
	__u64 cgroup_interval_ns;
};
_Static_assert(sizeof(struct shrike_process_config) == 16, "configuration size");

/* Which hierarchy's control groups processes are known by: frozen read-only data of all programs that ask. */
struct shrike_cgroup_config {
	__u32 hierarchy_id; /* as in /proc/cgroups; 0: cgroup v2 */
	__u32 controller; /* one of that hierarchy's of version 1: enum cgroup_subsys_id of the running kernel */
};
_Static_assert(sizeof(struct shrike_cgroup_config) == 8, "configuration size");

/* What a control group has done lately on one CPU. */
struct shrike_cgroup_rate {
	__u64 window_ns; /* when its interval began */
	__u64 last_over_ns; /* when it was last above the limit; 0: never */
	__u32 count; /* in the interval */
	__u32 reserved;
};
_Static_assert(sizeof(struct shrike_cgroup_rate) == 24, "map value size");

/* A control group that has been below its limit on every CPU for so long is no longer throttled. */
#define SHRIKE_THROTTLE_END_NS 5000000000ull
/* Control groups whose rates are known at a time. */
#define SHRIKE_MAX_CGROUP_RATES 32768

/* A control group is above its limit on a CPU, and was not for SHRIKE_THROTTLE_END_NS. */
struct shrike_event_throttle {
	struct shrike_event_header header;
	__u64 cgroup_id;
	char name[128]; /* of its directory; NUL-terminated, cut */
};
_Static_assert(sizeof(struct shrike_event_throttle) == 160, "wire size");

/* A control group that is new. */
struct shrike_event_group_made {
	struct shrike_event_header header;
	__u64 cgroup_id;
	__u64 parent_id;
	char name[256]; /* of its directory: NAME_MAX and the final NUL */
};
_Static_assert(sizeof(struct shrike_event_group_made) == 296, "wire size");

/* A control group whose directory has been removed. */
struct shrike_event_group_gone {
	struct shrike_event_header header;
	__u64 cgroup_id;
};
_Static_assert(sizeof(struct shrike_event_group_gone) == 32, "wire size");

/* The last thread of a thread group ended. */
struct shrike_event_exit {
	struct shrike_event_header header; /* tid: the last thread */
	struct shrike_process_key process;
	__u32 exit_code; /* as wait(2) sees it: status << 8 | core << 7 | signal */
	__u32 reserved;
};
_Static_assert(sizeof(struct shrike_event_exit) == 48, "wire size");

/* A process that is older than the agent, as the task iterator sees it: one per thread group,
 * read by user space from the iterator's file, completed from /proc/PID/{exe,cmdline,cwd}.
 */
struct shrike_task_seed {
	struct shrike_process_key process;
	struct shrike_process_key parent; /* pid 0, ktime 1: the kernel */
	__u64 cgroup_id;
	__u32 auid;
	__u32 nspid;
	__u32 flags; /* enum shrike_process_flag */
	__u32 is_kernel_thread;
	struct shrike_credentials credentials;
	struct shrike_namespaces namespaces;
	char comm[16]; /* NUL-terminated */
};
_Static_assert(sizeof(struct shrike_task_seed) == 176, "wire size");

/* How an argument is read, filtered and written. */
enum shrike_argument_type : __u32 {
	SHRIKE_ARGUMENT_NONE = 0,
	SHRIKE_ARGUMENT_INT32 = 1,
	SHRIKE_ARGUMENT_UINT32 = 2,
	SHRIKE_ARGUMENT_INT64 = 3,
	SHRIKE_ARGUMENT_UINT64 = 4,
	SHRIKE_ARGUMENT_SIZE = 5,
	SHRIKE_ARGUMENT_STRING = 6,
	SHRIKE_ARGUMENT_FILE = 7, /* struct file * */
	SHRIKE_ARGUMENT_PATH = 8, /* struct path * */
	SHRIKE_ARGUMENT_INT8 = 9,
	SHRIKE_ARGUMENT_UINT8 = 10,
	SHRIKE_ARGUMENT_INT16 = 11,
	SHRIKE_ARGUMENT_UINT16 = 12,
	SHRIKE_ARGUMENT_SOCK = 13, /* struct sock *: struct shrike_sock */
	SHRIKE_ARGUMENT_SOCKET = 14, /* struct socket *: struct shrike_sock */
	SHRIKE_ARGUMENT_SKB = 15, /* struct sk_buff *: struct shrike_skb */
	SHRIKE_ARGUMENT_SOCKADDR = 16, /* struct sockaddr *: struct shrike_sockaddr */
	SHRIKE_ARGUMENT_FD = 17, /* number of an open file of the process */
	SHRIKE_ARGUMENT_DENTRY = 18, /* struct dentry *: its path inside its own file system */
	SHRIKE_ARGUMENT_KIOCB = 19, /* struct kiocb * */
	SHRIKE_ARGUMENT_BINPRM = 20, /* struct linux_binprm * */
	SHRIKE_ARGUMENT_FILENAME = 21, /* struct filename *: a string */
	SHRIKE_ARGUMENT_KERNEL_CAP = 22, /* kernel_cap_t *: a number, as the three that follow */
	SHRIKE_ARGUMENT_CAP_INHERITABLE = 23,
	SHRIKE_ARGUMENT_CAP_PERMITTED = 24,
	SHRIKE_ARGUMENT_CAP_EFFECTIVE = 25,
	SHRIKE_ARGUMENT_CAPABILITY = 26, /* int */
	SHRIKE_ARGUMENT_BPF_CMD = 27, /* int */
	SHRIKE_ARGUMENT_CRED = 28, /* struct cred *: struct shrike_cred */
	SHRIKE_ARGUMENT_USER_NAMESPACE =
		29, /* struct user_namespace *: struct shrike_user_namespace */
	SHRIKE_ARGUMENT_MODULE = 30, /* struct module *: struct shrike_module */
	SHRIKE_ARGUMENT_LOAD_INFO = 31, /* struct load_info *: struct shrike_module */
	SHRIKE_ARGUMENT_BPF_ATTR = 32, /* union bpf_attr *: struct shrike_bpf_program */
	SHRIKE_ARGUMENT_BPF_PROG = 33, /* struct bpf_prog *: struct shrike_bpf_program */
	SHRIKE_ARGUMENT_BPF_MAP = 34, /* struct bpf_map *: struct shrike_bpf_map */
	SHRIKE_ARGUMENT_PERF_EVENT = 35, /* struct perf_event *: struct shrike_perf_event */
	SHRIKE_ARGUMENT_NET_DEVICE = 36, /* struct net_device *: its name */
	SHRIKE_ARGUMENT_SOCKADDR_UN =
		37, /* struct sockaddr_un *: a path, or an abstract name without its NUL */
	SHRIKE_ARGUMENT_CHAR_BUF = 38, /* bytes, as many as another parameter says */
	SHRIKE_ARGUMENT_CHAR_IOVEC = 39, /* struct iovec *: bytes of all parts */
	SHRIKE_ARGUMENT_IOV_ITER = 40, /* struct iov_iter *: bytes of the first part */
	/* number of a system call; SHRIKE_COMPAT_SYSCALL is set in that of a 32-bit program's */
	SHRIKE_ARGUMENT_SYSCALL = 64,
	SHRIKE_ARGUMENT_WORDS = 65, /* an array of 64-bit numbers in a tracepoint's record */
};

enum shrike_argument_flag : __u32 {
	/* could not be read: the payload is empty */
	SHRIKE_ARGUMENT_ERROR = 0x1,
	/* cut to the limit; filters did not match it */
	SHRIKE_ARGUMENT_TRUNCATED = 0x2,
	/* no path: pipe, socket, anonymous inode; no path operator matches */
	SHRIKE_ARGUMENT_PATHLESS = 0x4,
	/* a pointer on the way to the value could not be read: mode is its number, counted from 1 */
	SHRIKE_ARGUMENT_BAD_POINTER = 0x8,
};

/* One argument of a hook event; payload and unused bytes follow, together padded to 8 bytes.
 * Integers: one __u64, sign-extended. String: its bytes. File and path: the path's bytes. Others: the structure
 * that is named beside the type.
 */
struct shrike_argument {
	__u16 type; /* enum shrike_argument_type */
	__u16 flags; /* enum shrike_argument_flag */
	__u32 size_bytes; /* payload without padding */
	/* file, path: inode mode, S_IFMT and permissions; buffers: bytes that there were, stored or not;
	 * sockaddr_un: the family, and SHRIKE_ABSTRACT_NAME
	 */
	__u32 mode;
	__u32 unused_bytes; /* room of a payload that could not be read to its end */
};
_Static_assert(sizeof(struct shrike_argument) == 16, "wire size");

/* Addresses are in network order, an IPv4 address in the first four bytes; ports are numbers. The family comes
 * first wherever there are addresses: it chooses the table that they are looked up in.
 */
struct shrike_sock {
	__u32 family;
	__u32 type;
	__u32 protocol;
	__u32 state;
	__u32 mark;
	__u32 priority;
	__u32 source_port; /* of the local side */
	__u32 destination_port;
	__u64 cookie; /* the kernel's address of the socket: equal for equal sockets */
	__u8 source[16];
	__u8 destination[16];
};
_Static_assert(sizeof(struct shrike_sock) == 72, "wire size");

struct shrike_skb {
	__u32 family;
	__u32 hash;
	__u32 length_bytes;
	__u32 priority;
	__u32 mark;
	__u32 protocol;
	__u32 source_port; /* of the packet, TCP and UDP only */
	__u32 destination_port;
	__u32 security_path_length;
	__u32 security_path_offload_length;
	__u8 source[16];
	__u8 destination[16];
};
_Static_assert(sizeof(struct shrike_skb) == 72, "wire size");

struct shrike_sockaddr {
	__u32 family;
	__u32 port;
	__u8 address[16];
};
_Static_assert(sizeof(struct shrike_sockaddr) == 24, "wire size");

#define SHRIKE_ABSTRACT_NAME 0x10000
#define SHRIKE_COMPAT_SYSCALL 0x80000000u

struct shrike_user_namespace {
	__s32 level; /* 0: the host's */
	__u32 uid;
	__u32 gid;
	__u32 inode;
};
_Static_assert(sizeof(struct shrike_user_namespace) == 16, "wire size");

struct shrike_cred {
	struct shrike_credentials credentials;
	struct shrike_user_namespace user_namespace;
};
_Static_assert(sizeof(struct shrike_cred) == 80, "wire size");

/* Names end in NUL. */
struct shrike_module {
	__u64 taints;
	__u32 is_signature_ok; /* load_info only */
	__u32 reserved;
	char name[64];
};
_Static_assert(sizeof(struct shrike_module) == 80, "wire size");

struct shrike_bpf_program {
	__u32 type;
	__u32 instruction_count;
	char name[16];
};
_Static_assert(sizeof(struct shrike_bpf_program) == 24, "wire size");

struct shrike_bpf_map {
	__u32 type;
	__u32 key_bytes;
	__u32 value_bytes;
	__u32 max_entries;
	char name[16];
};
_Static_assert(sizeof(struct shrike_bpf_map) == 32, "wire size");

struct shrike_perf_event {
	__u32 type;
	__u32 reserved;
	__u64 config;
	__u64 probe_offset;
	char function[64]; /* of a kprobe */
};
_Static_assert(sizeof(struct shrike_perf_event) == 88, "wire size");

/* How a hook gets at its arguments. */
enum shrike_argument_source : __u32 {
	SHRIKE_SOURCE_PARAMETER = 0, /* of the function */
	SHRIKE_SOURCE_SYSCALL = 1, /* through the struct pt_regs * that is the only parameter */
	SHRIKE_SOURCE_RETURN = 2, /* the function's result; return hooks only */
	SHRIKE_SOURCE_FIELD = 3, /* a number or pointer in the tracepoint's record */
	SHRIKE_SOURCE_FIELD_TEXT = 4, /* a text in the record itself: char comm[16] */
	SHRIKE_SOURCE_DATA_LOCATION = 5, /* a text in the record, where a __data_loc word says */
	SHRIKE_SOURCE_CURRENT_TASK = 16, /* the calling thread's struct task_struct */
	SHRIKE_SOURCE_PROBE_REGISTER = 17, /* of a kprobe: a part of struct pt_regs */
	SHRIKE_SOURCE_SYSCALL_REGISTER = 18, /* the same, of the caller of a system call */
	SHRIKE_SOURCE_COMPAT_SYSCALL =
		19, /* of a system call of a 32-bit program: 32 bits, by index */
	/* of a static probe of user space, and nothing else from here on: field_bytes of a register, of memory, or a
	 * number
	 */
	SHRIKE_SOURCE_REGISTER = 32,
	SHRIKE_SOURCE_USER_MEMORY = 33, /* at base + (index << index_shift) + operand */
	SHRIKE_SOURCE_CONSTANT = 34, /* the operand */
};

/* What the program's context is, and so where parameters are. */
enum shrike_hook_entry : __u32 {
	SHRIKE_ENTRY_TRAMPOLINE = 0, /* fentry, fexit, fmod_ret, LSM: bpf_get_func_arg() */
	SHRIKE_ENTRY_RAW_TRACEPOINT = 1, /* an array of 64-bit words */
	SHRIKE_ENTRY_TRACEPOINT = 2, /* the tracepoint's record, as tracefs describes it */
	SHRIKE_ENTRY_REGISTERS = 3, /* kprobe: struct pt_regs */
	SHRIKE_ENTRY_USER_REGISTERS =
		4, /* uprobe: the process's own, so addresses are user memory */
	/* uretprobe: the process's own when the function returned; those at its entry were kept */
	SHRIKE_ENTRY_USER_RETURN = 5,
};

#define SHRIKE_NO_TEXT 0xff
#define SHRIKE_NO_REGISTER 0xff
/* The text tables of whole buffers carry the buffer's length from this bit on. */
#define SHRIKE_EXACT_LENGTH_SHIFT 16

/* One distinct argument of a hook. Filters on it are up to three dimensions, each a function from the
 * argument's value to the set of selectors that it leaves alive.
 */
struct shrike_argument_config {
	__u8 index; /* parameter number, 0 to 5 */
	__u8 type; /* enum shrike_argument_type */
	__u8 source; /* enum shrike_argument_source */
	__u8 text_index; /* its text buffer, or SHRIKE_NO_TEXT */
	__u8 has_forward; /* Equal, Prefix and their negations: a look-up in the text table */
	__u8 has_reverse; /* Postfix: a look-up of the reversed text */
	__u8 has_intervals; /* numbers: a binary search in the interval table */
	__u8 is_signed;
	__u8 has_dimensions; /* some of config.dimensions are of it */
	__u8 object_bytes; /* its structure's size; 0: a number or a text */
	__u8 is_typed; /* a struct file * or struct path * in the function's own prototype */
	__u8 has_pathless; /* filters that a file without a path can match as well: see pathless_row */
	__u8 size_index; /* of buffers: the parameter with the size, counted from 1 */
	__u8 is_result_sized; /* of buffers in a return hook: no more than the function's result says */
	__u16 size_field_offset; /* of buffers of a tracepoint: where its record has the size */
	__u32 pathless_row; /* row of the interval table: selectors that need no path */
	__u32 cut_row; /* string, char_buf: row of the selectors that do not ask for its end */
	__u32 forward_table; /* first bytes of the look-up key: which table of the trie */
	__u32 reverse_table;
	__u32 interval_first; /* the argument's part of the interval table */
	__u32 interval_count;
	/* of a tracepoint's field */
	__u16 field_offset;
	__u16 field_bytes;
	__u8 field_is_signed;
	__u8 size_field_bytes; /* of the size; 0: the record does not have it */
	/* of a static probe: registers by the processor's numbers, the index or SHRIKE_NO_REGISTER */
	__u8 base_register;
	__u8 index_register;
	__u8 index_shift;
	__u8 reserved_field[7];
	__s64 operand;
};
_Static_assert(sizeof(struct shrike_argument_config) == 64, "configuration size");

/* The way from what the hook hands over to an argument's value: pointers to follow, then the value. */
struct shrike_path_config {
	__u8 is_path; /* 0: what is handed over is the value */
	__u8 load_count;
	__u8 value_bytes; /* of a number or pointer; 0: the value is the address of what stands there */
	__u8 is_signed;
	__u32 text_bytes; /* room of a text that stands there; 0: none does */
	__u32 value_offset; /* behind the last pointer */
	__u32 load_offsets[SHRIKE_MAX_LOADS]; /* of each pointer behind the one before */
	__u32 reserved;
};
_Static_assert(sizeof(struct shrike_path_config) == 56, "configuration size");

/* What a dimension looks up. */
enum shrike_value_source : __u32 {
	SHRIKE_VALUE_SCALAR = 0, /* the number that the argument is */
	SHRIKE_VALUE_OBJECT_32 = 1, /* 4 bytes of its structure */
	SHRIKE_VALUE_OBJECT_64 = 2, /* 8 bytes of its structure */
	SHRIKE_VALUE_FILE_TYPE = 3, /* S_IFMT of a file's mode */
	SHRIKE_VALUE_FAMILY = 4, /* of a sockaddr_un */
};

/* How a dimension is looked up. */
enum shrike_dimension_kind : __u32 {
	/* rows `first` and following, `count` of them: a binary search */
	SHRIKE_DIMENSION_INTERVALS = 1,
	/* row `first` + n: selectors that name bit n; row `first` + 64: selectors that ask for no bit, and as its start
	 * all bits that are named
	 */
	SHRIKE_DIMENSION_BITS = 2,
	/* an address of the structure: text table `first` for IPv4, + 1 for IPv6, + 2 for all else */
	SHRIKE_DIMENSION_ADDRESS = 3,
	/* a whole buffer, NULs and all: text table `first`, its length in the number's upper half; row `count` when
	 * no value is equal
	 */
	SHRIKE_DIMENSION_EXACT = 4,
	/* bits that argument `offset_bytes` has and this one has not: row `first` + 1; none: row `first` */
	SHRIKE_DIMENSION_GAINED = 5,
	/* automaton state `first` over the whole text; row `count`: selectors alive whatever is found */
	SHRIKE_DIMENSION_SUBSTRING = 6,
	/* expression step `first` over the arguments whose bits `offset_bytes` has; row `count` when it is true, the next
	 * one when not
	 */
	SHRIKE_DIMENSION_EXPRESSION = 7,
};

#define SHRIKE_MAX_EXPRESSION_STEPS 64
#define SHRIKE_MAX_EXPRESSION_DEPTH 16

/* A step of an expression: operands from a stack, the result onto it. */
enum shrike_expression_operation : __u8 {
	SHRIKE_STEP_END = 0,
	SHRIKE_STEP_NUMBER = 1,
	SHRIKE_STEP_ARGUMENT = 2,
	SHRIKE_STEP_INVERT = 3,
	SHRIKE_STEP_NEGATE = 4,
	SHRIKE_STEP_NARROW_SIGNED = 5,
	SHRIKE_STEP_NARROW = 6,
	SHRIKE_STEP_ADD = 7,
	SHRIKE_STEP_SUBTRACT = 8,
	SHRIKE_STEP_AND = 9,
	SHRIKE_STEP_OR = 10,
	SHRIKE_STEP_XOR = 11,
	SHRIKE_STEP_EQUAL = 12,
	SHRIKE_STEP_NOT_EQUAL = 13,
	SHRIKE_STEP_LESS_SIGNED = 14,
	SHRIKE_STEP_LESS = 15,
	SHRIKE_STEP_LESS_OR_EQUAL_SIGNED = 16,
	SHRIKE_STEP_LESS_OR_EQUAL = 17,
};

struct shrike_expression_step {
	__u8 operation; /* enum shrike_expression_operation */
	__u8 argument;
	__u8 reserved[6];
	__u64 operand;
};
_Static_assert(sizeof(struct shrike_expression_step) == 16, "map value size");

/* A state of the automata that find substrings. */
struct shrike_automaton_state {
	__u32 found_row; /* row of the interval table, counted from 1: selectors whose value ends here; 0: none */
	__u32 reserved;
	__u16 next[256]; /* by byte */
};
_Static_assert(sizeof(struct shrike_automaton_state) == 520, "map value size");

/* A look-up on a part of an argument; it yields the selectors that it leaves alive. */
struct shrike_dimension_config {
	__u8 argument;
	__u8 kind; /* enum shrike_dimension_kind */
	__u8 source; /* enum shrike_value_source */
	__u8 is_signed;
	__u16 offset_bytes; /* of the part in the structure */
	__u16 reserved;
	__u32 first; /* row of the interval table, or text table */
	__u32 count;
};
_Static_assert(sizeof(struct shrike_dimension_config) == 16, "configuration size");

/* What a policy can ask of the calling process, as a number or as bits. */
enum shrike_process_fact : __u32 {
	SHRIKE_FACT_PID = 1,
	SHRIKE_FACT_NAMESPACE_PID = 2, /* in the innermost pid namespace; 0 in the host's */
	SHRIKE_FACT_PERMITTED = 3, /* capabilities, as the two that follow */
	SHRIKE_FACT_EFFECTIVE = 4,
	SHRIKE_FACT_INHERITABLE = 5,
	/* bits that are not as they were at the last exec or reported hit */
	SHRIKE_FACT_PERMITTED_CHANGES = 6,
	SHRIKE_FACT_EFFECTIVE_CHANGES = 7,
	SHRIKE_FACT_INHERITABLE_CHANGES = 8,
	/* bit n: another namespace than then, n as in struct shrike_namespaces */
	SHRIKE_FACT_NAMESPACE_CHANGES = 9,
	/* bit n: the process, or, next, its parent, is or descends from a member of followed list n */
	SHRIKE_FACT_LINEAGE = 10,
	SHRIKE_FACT_PARENT_LINEAGE = 11,
	SHRIKE_FACT_SCOPE = 12, /* bit n: the process belongs to workloads n */
	/* + n: inode of a namespace, n as in struct shrike_namespaces */
	SHRIKE_FACT_NAMESPACE = 16,
};

/* A look-up on a fact of the process. */
struct shrike_fact_config {
	__u8 fact; /* enum shrike_process_fact */
	/* The number is compared with pairs of rows, each with its mask as the row's number: the first of a pair
	 * holds the selectors alive when a bit of the mask is set, the second those when none is. Else: a binary
	 * search of intervals.
	 */
	__u8 has_masks;
	__u16 reserved;
	__u32 first; /* row of the interval table */
	__u32 count; /* intervals, or pairs of rows */
};
_Static_assert(sizeof(struct shrike_fact_config) == 12, "configuration size");

/* Which lists are followed. */
struct shrike_lineage_control {
	__u64 live; /* bit n: list n */
	__u32 generation; /* counts changes of the lists; 0: none yet */
	__u32 reserved;
};
_Static_assert(sizeof(struct shrike_lineage_control) == 16, "map value size");

/* A process id that some list names. */
struct shrike_lineage_pid {
	__u32 pid;
	__u32 is_namespace; /* of the innermost pid namespace */
};
_Static_assert(sizeof(struct shrike_lineage_pid) == 8, "map key size");

enum shrike_hook_flag : __u32 {
	SHRIKE_HOOK_HAS_PROCESS = 0x1, /* a selector filters on the process's binary */
	SHRIKE_HOOK_CHAINED = 0x2, /* a text value is longer than SHRIKE_TEXT_KEY_BYTES */
	/* The function has returned: what matchActions enforce was done at its entry. */
	SHRIKE_HOOK_ON_RETURN = 0x4,
	/* Some selector enforced at entry: find out which, and report it. */
	SHRIKE_HOOK_REPORTS_ENTRY = 0x8,
	/* A selector asks for what changed since the last reported hit. */
	SHRIKE_HOOK_HAS_CHANGES = 0x10,
	/* Policies name parts of binaries' paths. */
	SHRIKE_HOOK_BINARY_PARTS = 0x20,
	/* A selector asks for what the process descends from. */
	SHRIKE_HOOK_HAS_LINEAGE = 0x40,
	/* A selector's events have a rate limit. */
	SHRIKE_HOOK_HAS_RATE_LIMIT = 0x80,
	/* A selector's events have stacks. */
	SHRIKE_HOOK_HAS_STACKS = 0x100,
	/* A selector tracks sockets, or no longer does. */
	SHRIKE_HOOK_TRACKS_SOCKETS = 0x1000,
	/* Some argument is a socket: events name its owner, too. */
	SHRIKE_HOOK_HAS_SOCKETS = 0x2000,
	/* A selector's events want the hash of the hook's file. */
	SHRIKE_HOOK_HAS_HASH = 0x4000,
	/* A selector leaves notes for enforcers, or takes them back. */
	SHRIKE_HOOK_LEAVES_NOTES = 0x8000,
	/* A selector changes the calling process's registers: only where the kernel lets uprobes do that. */
	SHRIKE_HOOK_CHANGES_REGISTERS = 0x10000,
	/* A selector changes its memory. */
	SHRIKE_HOOK_CHANGES_MEMORY = 0x20000,

	/* Hooks that bpf/hooks/file.bpf.c serves have no others than these. They are entered by a trampoline before the
	 * function runs, and have one argument, which is_typed and is not reported whole; no dimensions; no enforcers.
	 */
	SHRIKE_FILE_HOOK_FLAGS = SHRIKE_HOOK_HAS_PROCESS | SHRIKE_HOOK_CHAINED |
				 SHRIKE_HOOK_BINARY_PARTS | SHRIKE_HOOK_HAS_LINEAGE,
};

/* Everything that the verifier may take for constant: the hook program's frozen read-only data. */
/* Which paths a value can match at all, by their first two names: a path whose names are not here matches nothing
 * of an argument, and is not put together (bpf/filter/screen_path.h). Sets of hashes: a name may be taken for
 * another's, never the other way round.
 */
#define SHRIKE_SCREEN_FIRST_BITS 8
#define SHRIKE_SCREEN_SECOND_BITS 12
struct shrike_path_screen {
	__u64 first[1 << (SHRIKE_SCREEN_FIRST_BITS - 6)]; /* a value starts with such a name */
	__u64 whole[1 << (SHRIKE_SCREEN_FIRST_BITS - 6)]; /* and can match whatever follows it */
	__u64 second[1 << (SHRIKE_SCREEN_SECOND_BITS - 6)]; /* first and second name together */
};
_Static_assert(sizeof(struct shrike_path_screen) == 576, "configuration size");

/* shrike_name_hash - of a name in a path.
 * @head: its first eight bytes, the first one lowest; zeros behind a shorter name.
 * @length: of the whole name.
 */
static inline __u64 shrike_name_hash(__u64 head, __u32 length)
{
	head ^= length * 0x9e3779b97f4a7c15ull;
	head *= 0xff51afd7ed558ccdull; /* murmur3's finalizer */
	return head ^ head >> 29;
}

static inline __u32 shrike_screen_first(__u64 hash)
{
	return hash >> (64 - SHRIKE_SCREEN_FIRST_BITS);
}

static inline __u32 shrike_screen_second(__u64 first_hash, __u64 second_hash)
{
	return ((first_hash ^ second_hash >> 7) * 0xc4ceb9fe1a85ec53ull) >>
	       (64 - SHRIKE_SCREEN_SECOND_BITS);
}

struct shrike_hook_config {
	__u32 hook_id;
	__u32 generation;
	__u32 flags; /* enum shrike_hook_flag */
	__u32 words; /* of 64 selector bits, up to SHRIKE_MAX_WORDS; 0: the hook is an enforcer's call only */
	__u32 argument_count;
	__u32 text_key_bytes; /* text bytes of a look-up key of this hook's trie */
	__u32 reverse_key_bytes; /* longest reversed text, at most text_key_bytes */
	__u32 process_generation; /* of the binary table; never 0 */
	__u32 entry; /* enum shrike_hook_entry */
	__u32 dimension_count;
	__u32 fact_count;
	__u32 screened; /* the argument that the screen is of, counted from 1; 0: there is none */
	__u32 large_argument; /* the buffer that is reported whole, counted from 1; 0: none */
	/* numbers of struct mount, dentry and task_struct in the kernel's BTF; 0: bpf_rdonly_cast() is not there */
	__u32 mount_type;
	__u32 dentry_type;
	__u32 task_type;
	__u64 enforcers; /* bit n: the hook is a call of enforcer n */
	/* First rows of the candidates by the start and the end of the binary's path, and of its parent's, counted
	 * from 1; 0: no selector asks for it.
	 */
	__u32 binary_rows[4];
	struct shrike_argument_config arguments[SHRIKE_MAX_ARGUMENTS];
	struct shrike_path_config paths[SHRIKE_MAX_ARGUMENTS]; /* of the arguments */
	struct shrike_dimension_config dimensions[SHRIKE_MAX_DIMENSIONS];
	struct shrike_fact_config facts[SHRIKE_MAX_FACTS];
	__u64 all[SHRIKE_MAX_WORDS]; /* the selectors that exist */
	/* by argument: selectors that filter on it, and those alive when a look-up finds nothing */
	__u64 filtered[SHRIKE_MAX_ARGUMENTS][SHRIKE_MAX_WORDS];
	__u64 forward_default[SHRIKE_MAX_ARGUMENTS][SHRIKE_MAX_WORDS];
	__u64 reverse_default[SHRIKE_MAX_ARGUMENTS][SHRIKE_MAX_WORDS];
	struct shrike_path_screen screen;
};
_Static_assert(sizeof(struct shrike_hook_config) == 8696, "configuration size");

enum shrike_selector_flag : __u8 {
	SHRIKE_SELECTOR_POST = 0x1,
	SHRIKE_SELECTOR_OVERRIDE = 0x2,
	SHRIKE_SELECTOR_KERNEL_STACK = 0x4,
	SHRIKE_SELECTOR_USER_STACK = 0x8,
	SHRIKE_SELECTOR_HASH = 0x10, /* the event wants the hash of the hook's file */
	SHRIKE_SELECTOR_NOTIFY = 0x20, /* leaves a note for an enforcer */
	SHRIKE_SELECTOR_FORGET_NOTE = 0x40, /* takes back what was left for one */
	SHRIKE_SELECTOR_CHANGES =
		0x80, /* changes what the calling process has; a struct shrike_changes says what */
};

/* What a selector does when it is its policy's first match. */
struct shrike_selector_config {
	__u16 policy_end; /* bit number behind the policy's last selector on this hook */
	__u8 flags; /* enum shrike_selector_flag */
	__u8 signal; /* 0: none */
	__s32 override_error; /* 0 or -errno; of a function of user space, any number */
	__u32 rate_limit_ms; /* at most one event in this time; 0: no limit */
	__u8 return_signal; /* of a return hook: sent when the function returns */
	__u8 rate_scope; /* enum shrike_rate_scope */
	__u8 rate_arguments; /* bit n: events that differ in argument n count apart */
	__u8 tracked_arguments; /* bit n: argument n is a socket of the caller's from now on */
	__u8 untracked_arguments; /* bit n: argument n is nobody's any more */
	__u8 note_enforcer; /* the enforcer that a note is for, less than SHRIKE_MAX_ENFORCERS */
	__s16 note_error; /* what its call is refused with: 0 or -errno */
	__u8 note_signal; /* what it is signalled with; 0: nothing */
	__u8 reserved[3];
};
_Static_assert(sizeof(struct shrike_selector_config) == 24, "configuration size");

/* Changes of one selector. */
#define SHRIKE_MAX_CHANGES 18
/* Words of struct pt_regs (arch/x86/include/asm/ptrace.h), and those of them that a policy may name. */
#define SHRIKE_REGISTER_WORDS 21

/* Where a new value comes from. Values have 64 bits; operand is added to them. */
enum shrike_change_kind : __u8 {
	SHRIKE_CHANGE_TO_NUMBER = 1, /* the operand alone */
	SHRIKE_CHANGE_TO_REGISTER = 2, /* a register, as the changes before it leave it */
	SHRIKE_CHANGE_TO_MEMORY = 3, /* the process's memory there */
	/* not a register but an argument in memory becomes the operand: the argument of number `word` of the plan */
	SHRIKE_CHANGE_ARGUMENT = 4,
};

/* A change of a register, or of an argument in memory. A register is a part of a word of struct pt_regs. */
struct shrike_change {
	__u8 kind; /* enum shrike_change_kind */
	__u8 word; /* of what is changed */
	__u8 bytes; /* 4 bytes of a register clear the other 4, fewer leave the others as they are */
	__u8 shift; /* bits that the part begins behind the word's lowest */
	__u8 from_word;
	__u8 from_bytes;
	__u8 from_shift;
	__u8 reserved;
	__s64 operand;
};
_Static_assert(sizeof(struct shrike_change) == 16, "map value size");

/* What a selector changes, in order. */
struct shrike_changes {
	__u32 count;
	__u32 reserved;
	struct shrike_change changes[SHRIKE_MAX_CHANGES];
};
_Static_assert(sizeof(struct shrike_changes) == 296, "map value size");

/* Calls of user space functions that one hook remembers until they return. */
#define SHRIKE_MAX_USER_CALLS 16384

/* Policies with an enforcer, over all hooks. */
#define SHRIKE_MAX_ENFORCERS 64

/* Whose events a rate limit counts together. */
enum shrike_rate_scope : __u8 {
	SHRIKE_RATE_THREAD = 0,
	SHRIKE_RATE_PROCESS = 1,
	SHRIKE_RATE_GLOBAL = 2,
};
/* Different events that the rate limits of one hook remember. */
#define SHRIKE_RATE_LIMIT_ENTRIES 16384

/* What a selector has done as its policy's first match, on one CPU. */
struct shrike_selector_hits {
	__u64 matches;
	__u64 signals; /* sent, at the hook or at the function's return */
	__u64 overrides;
	__u64 suppressed; /* events that a rate limit kept back */
	__u64 lost; /* events that found no room in their ring */
};
_Static_assert(sizeof(struct shrike_selector_hits) == 40, "map value size");

/* Head of a text table's value; config.words mask words follow. */
struct shrike_text_value {
	__u32 next_table; /* where to look up the bytes behind this key; 0: nowhere */
	__u32 reserved;
};
_Static_assert(sizeof(struct shrike_text_value) == 8, "map value size");

/* Classes of binaries that no table names, by the start of the path and by its end. */
enum shrike_binary_class : __u32 {
	SHRIKE_BINARY_OTHER = 0, /* a path that no value matches */
	SHRIKE_BINARY_UNKNOWN = 1, /* the path could not be read */
	SHRIKE_BINARY_KERNEL_THREAD = 2, /* no user memory, so no binary */
	SHRIKE_BINARY_FIRST_NAMED = 3,
};

enum shrike_hook_event_flag : __u32 {
	SHRIKE_HOOK_SIGNAL_SENT = 0x1,
	SHRIKE_HOOK_SIGNAL_FAILED = 0x2,
	SHRIKE_HOOK_OVERRIDDEN = 0x4,
	/* the process was not known: its key was made from the task itself */
	SHRIKE_HOOK_UNKNOWN_PROCESS = 0x8,
	/* of a return hook: behind the matched selectors stand as many words again, of each policy the
	 * selector that matched at entry
	 */
	SHRIKE_HOOK_HAS_ENTRY = 0x10,
	/* return_signal was sent when the function returned */
	SHRIKE_HOOK_RETURN_SIGNAL_SENT = 0x20,
	/* behind the arguments stands a struct shrike_stack of the kernel, and then one of the process */
	SHRIKE_HOOK_KERNEL_STACK = 0x40,
	SHRIKE_HOOK_USER_STACK = 0x80,
	/* behind the selectors stands a struct shrike_socket_owner: of the first argument that has one */
	SHRIKE_HOOK_HAS_OWNER = 0x1000,
	/* a struct shrike_event_hash of the same thread, with this record's time, comes later */
	SHRIKE_HOOK_HASH_FOLLOWS = 0x2000,
	/* what a selector was to change is as it was */
	SHRIKE_HOOK_CHANGE_FAILED = 0x4000,
};

/* Deepest stack (kernel.perf_event_max_stack). */
#define SHRIKE_MAX_STACK_FRAMES 127

/* A stack: frame_count addresses of 8 bytes follow, the innermost first. */
struct shrike_stack {
	__u32 frame_count;
	__u32 reserved;
};
_Static_assert(sizeof(struct shrike_stack) == 8, "wire size");

/* The process that a socket was tracked in. */
struct shrike_socket_owner {
	struct shrike_process_key process;
	__u32 tid;
	__u32 reserved;
};
_Static_assert(sizeof(struct shrike_socket_owner) == 24, "wire size");

/* What the program that hashes files of one hook may take for constant. */
struct shrike_hash_config {
	__u32 hook_id;
	__u32 is_binprm; /* the hook's parameter is a struct linux_binprm *, else a struct file * */
};
_Static_assert(sizeof(struct shrike_hash_config) == 8, "configuration size");

#define SHRIKE_MAX_DIGEST_BYTES 64

/* The hash of a hook's file. */
struct shrike_event_hash {
	struct shrike_event_header header;
	__u64 record_ktime_ns; /* the time of the hook event that it is of */
	__s32 algorithm; /* enum hash_algo, include/uapi/linux/hash_info.h; negative: there is no hash */
	__u32 reserved;
	__u8 digest[SHRIKE_MAX_DIGEST_BYTES]; /* as many bytes as the algorithm has */
};
_Static_assert(sizeof(struct shrike_event_hash) == 104, "wire size");

enum shrike_loader_flag : __u32 {
	/* execve(2) is on its way: the file is mapped for the image that its exec record tells of */
	SHRIKE_LOADER_IN_EXEC = 0x1,
};

/* A file that a process maps to execute; path_bytes of its path and a NUL follow. */
#define SHRIKE_MAX_BUILD_ID_BYTES 20 /* include/linux/buildid.h */
struct shrike_event_loader {
	struct shrike_event_header header;
	struct shrike_process_key process;
	__u32 flags; /* enum shrike_loader_flag */
	__u16 path_bytes; /* without the NUL */
	__u8 build_id_bytes; /* 0: it has none */
	__u8 reserved;
	__u8 build_id[SHRIKE_MAX_BUILD_ID_BYTES];
	__u32 padding;
};
_Static_assert(sizeof(struct shrike_event_loader) == 72, "wire size");

/* One hit of a hook, for all policies at once: words_count * 8 bytes of matched selectors
 * (for each policy at most its first matching selector), then argument_count arguments.
 */
struct shrike_event_hook {
	struct shrike_event_header header;
	struct shrike_process_key process;
	__u32 hook_id;
	__u32 generation;
	__u32 flags; /* enum shrike_hook_event_flag */
	__s32 override_error; /* 0 or -errno that the caller got */
	__u16 signal; /* signal sent, 0 if none */
	__u16 return_signal; /* signal sent when the function returned, 0 if none */
	__u16 words_count;
	__u16 argument_count;
};
_Static_assert(sizeof(struct shrike_event_hook) == 64, "wire size");

#endif
