/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The fixed part of a record of a hit. */
#ifndef SHRIKE_WRITE_HOOK_HEAD_H
#define SHRIKE_WRITE_HOOK_HEAD_H

#include "base/kernel_types.h"
#include "event/write_header.h"
#include "maps/policy_maps.h"
#include "maps/process_maps.h"
#include "maps/scratch_maps.h"
#include "shrike_abi.h"

/* Payloads of arguments are multiples of eight bytes. */
#define PADDED(bytes) (((bytes) + 7) & ~7u)

/* write_hook_head - what scratch has come to. @state: may be NULL. @size: of the whole record, in bytes. */
static __always_inline void write_hook_head(struct shrike_event_hook *hook, struct scratch *scratch,
					    struct task_state *state, __u32 size)
{
	write_header(&hook->header, SHRIKE_EVENT_HOOK, size);
	if (state) {
		hook->process = state->key;
	} else {
		scratch->event_flags |= SHRIKE_HOOK_UNKNOWN_PROCESS;
		hook->process.ktime_ns = 0;
		hook->process.pid = hook->header.pid;
	}
	hook->process.reserved = 0;
	hook->hook_id = config.hook_id;
	hook->generation = config.generation;
	hook->flags = scratch->event_flags;
	hook->override_error = scratch->override_error;
	hook->signal = scratch->signal;
	hook->return_signal = scratch->return_signal;
	hook->words_count = config.words;
	hook->argument_count = config.argument_count;
}

#endif
