/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is known of a process, kept in the task itself: nothing that can fill up, nothing to evict. */
#ifndef SHRIKE_PROCESS_MAPS_H
#define SHRIKE_PROCESS_MAPS_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "shrike_abi.h"

/* kept_path.bytes when the path did not fit: it is walked again when needed. */
#define BINARY_TOO_LONG 0xffff

/* The path of an executable, padded with zeros: a key of binary tables. */
struct kept_path {
	__u16 bytes; /* with the final NUL; 0: not read yet */
	__u16 reserved[3];
	char text[SHRIKE_MAX_BINARY_BYTES];
};

struct task_state {
	struct shrike_process_key key; /* ktime_ns 0: not set yet */
	__u32 flags; /* enum shrike_process_flag */
	/* The process forked and has not exec'd since: its next exec's parent is its parent. */
	__u16 forked;
	__u16 reserved_forked;
	__u32 exited; /* the exit event is out */
	__u32 told; /* user space knows this image, by a record or a seed */
	/* The classes of binary, and above them the generation of the table that says so, in one word:
	 * threads of the process may write it at once. See filter/match_process.h.
	 */
	__u64 class_stamp;
	__u64 parent_stamp; /* the same of parent_binary */
	/* What filters on changes compare with: the process at its last exec or reported hit. */
	struct shrike_namespaces namespaces;
	__u64 permitted, effective, inheritable;
	__u32 has_base; /* those four are known */
	/* See extract/read_lineage.h. */
	__u32 lineage_generation;
	__u64 lineage, parent_lineage;
	struct kept_path binary;
	/* Of the image that forked this process, as it was then; it may be gone since. */
	struct kept_path parent_binary;
};

/* Purpose: state of a thread group. Key: its leader. Freed by the kernel with the task. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_state);
} task_states SEC(".maps");

/* Purpose: the image that a thread belongs to, since the thread may become its process's leader: when it
 * calls execve(2) the old leader's task goes, and with it the state of the group. Key: a thread that is no
 * leader.
 */
struct thread_image {
	struct shrike_process_key key;
	__u32 flags;
	__u16 forked;
	__u16 told;
	__u64 lineage, parent_lineage;
	struct kept_path parent_binary;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread_image);
} thread_images SEC(".maps");

#endif
