/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Stacks of the hooked call: of the kernel, and of the process where it entered the kernel. They go into the record
 * itself: no table of stacks that could fill up.
 */
#ifndef SHRIKE_READ_STACK_H
#define SHRIKE_READ_STACK_H

#include "base/error_count.h"
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"
#include "shrike_abi.h"

#define STACK_BYTES (SHRIKE_MAX_STACK_FRAMES * 8)

/* counted - how many bytes of a stack there are; of one that could not be read none, which is counted. */
static __always_inline __u32 counted(long bytes)
{
	if (bytes < 0) {
		count(SHRIKE_COUNTER_NO_STACK);
		return 0;
	}
	return bytes;
}

/* read_stacks - those that some policy that matched wants. */
static __always_inline void read_stacks(void *context, struct scratch *scratch)
{
	scratch->kernel_stack_bytes = 0;
	scratch->user_stack_bytes = 0;
	if (scratch->stacks & SHRIKE_SELECTOR_KERNEL_STACK)
		scratch->kernel_stack_bytes = counted(
			bpf_get_stack(context, scratch->kernel_stack, STACK_BYTES, 0));
	if (scratch->stacks & SHRIKE_SELECTOR_USER_STACK)
		scratch->user_stack_bytes = counted(
			bpf_get_stack(context, scratch->user_stack, STACK_BYTES, BPF_F_USER_STACK));
}

#endif
