/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every failing return is counted, so that the daemon can show what the kernel side could not do. */
#ifndef SHRIKE_ERROR_COUNT_H
#define SHRIKE_ERROR_COUNT_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "shrike_abi.h"

/* Purpose: losses and errors by place. Key: enum shrike_counter. Per CPU: no contention. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SHRIKE_COUNTER_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

/* count - a function of its own in the program: there are many places that count, and few that ever do. */
static __noinline void count(__u32 counter)
{
	__u64 *value = bpf_map_lookup_elem(&counters, &counter);

	if (value)
		__sync_fetch_and_add(value, 1); /* a preempted program may count on the same CPU */
}

#endif
