/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which generation of each hook decides. A changed plan is attached beside the one that it replaces and
 * does nothing yet; then user space writes its number here, and from that store on it is the one that decides,
 * and the other does nothing. See filter/is_live.h for the calls that are on their way just then.
 */
#ifndef SHRIKE_LIVE_MAPS_H
#define SHRIKE_LIVE_MAPS_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "shrike_abi.h"

/* Key: hook_id. Value: generation, with SHRIKE_GENERATION_REPLACES for some seconds after it became live in
 * place of another; 0: none decides. Shared by all hooks of one daemon.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, SHRIKE_MAX_HOOKS);
	__type(key, __u32);
	__type(value, __u32);
} live_generations SEC(".maps");

struct turn {
	__u32 hook_id;
	__u32 generation; /* of the newer program */
	__u32 decided;
};

/* Purpose: what the newer of two programs did in the call that the task is in. Key: the calling thread.
 * Exists only in tasks that call a hook while it is replaced; freed by the kernel with the task.
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct turn);
} turns SEC(".maps");

#endif
