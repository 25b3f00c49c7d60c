/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a user space function was called with, from the probe on its entry to the one on its return. */
#ifndef SHRIKE_TAKE_CALL_H
#define SHRIKE_TAKE_CALL_H

#include "base/bounds.h"
#include "base/error_count.h"
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "maps/call_maps.h"
#include "maps/scratch_maps.h"

/* Offsets below are those of struct pt_regs, arch/x86/include/asm/ptrace.h.
 *
 * A uretprobe runs when `ret` has taken the return address off the stack.
 */
#define RETURN_ADDRESS_BYTES 8

/* note_call - the function has been entered, with these registers. */
static __always_inline void note_call(void *context)
{
	struct user_call_key key = {
		.thread = bpf_get_current_pid_tgid(),
		.stack = context_register(context, 152),
	};
	struct user_call call = {
		.registers = {
			context_register(context, 112), /* di */
			context_register(context, 104), /* si */
			context_register(context, 96), /* dx */
			context_register(context, 88), /* cx */
			context_register(context, 72), /* r8 */
			context_register(context, 64), /* r9 */
		},
	};

	/* What cannot be kept is counted when it is missed. */
	bpf_map_update_elem(&user_calls, &key, &call, BPF_ANY);
}

/* take_call - the function returns: what it was called with goes to scratch->call. Return: whether that is known. */
static __always_inline bool take_call(void *context, struct scratch *scratch)
{
	struct user_call_key key = {
		.thread = bpf_get_current_pid_tgid(),
		.stack = context_register(context, 152) - RETURN_ADDRESS_BYTES,
	};
	struct user_call *call = bpf_map_lookup_elem(&user_calls, &key);

	if (!call) {
		count(SHRIKE_COUNTER_LOST_USER_CALL);
		return false;
	}
	scratch->call = *call;
	bpf_map_delete_elem(&user_calls, &key);
	return true;
}

#endif
