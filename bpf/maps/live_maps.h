/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which generation of each hook decides. A changed plan is attached beside the one that it replaces and
 * does nothing yet; then user space writes its number here, and from that store on it is the one that decides,
 * and the other does nothing: no call goes undecided, and none is decided twice.
 */
#ifndef SHRIKE_LIVE_MAPS_H
#define SHRIKE_LIVE_MAPS_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "shrike_abi.h"

/* Key: hook_id. Value: generation; 0: none. Shared by all hooks of one daemon. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, SHRIKE_MAX_HOOKS);
	__type(key, __u32);
	__type(value, __u32);
} live_generations SEC(".maps");

#endif
