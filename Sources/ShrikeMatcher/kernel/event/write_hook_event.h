/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* In user space no record is written: that there would be one is part of the verdict, see scratch->is_posted. */
#ifndef SHRIKE_WRITE_HOOK_EVENT_H
#define SHRIKE_WRITE_HOOK_EVENT_H

#include "extract/read_argument.h"
#include "maps/process_maps.h"
#include "maps/scratch_maps.h"

static __always_inline long write_hook_event(void *context, struct scratch *scratch,
					     struct task_state *state)
{
	(void)context;
	(void)scratch;
	(void)state;
	return 0;
}

#endif
