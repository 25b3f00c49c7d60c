/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the program that decides about an LSM hook to the one behind it that may sleep: which event wants a hash. */
#ifndef SHRIKE_HASH_MAPS_H
#define SHRIKE_HASH_MAPS_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>

struct hash_note {
	__u64 record_ktime_ns; /* 0: nothing is wanted */
	__u32 hook_id;
	__u32 reserved;
};

/* Purpose: the event of the call that the task is in, if it wants a hash. Key: the calling thread. Exists only in tasks
 * that had such an event; freed by the kernel with the task.
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct hash_note);
} hash_notes SEC(".maps");

#endif
