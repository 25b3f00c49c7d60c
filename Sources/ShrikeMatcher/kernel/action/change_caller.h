/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* In user space there is no process to change: that it would be is in the verdict. */
#ifndef SHRIKE_CHANGE_CALLER_H
#define SHRIKE_CHANGE_CALLER_H

#include "maps/scratch_maps.h"

static inline void start_changes(void *context, struct scratch *scratch)
{
	scratch->has_changed = 0;
}

static inline long change_caller(struct scratch *scratch, __u32 bit)
{
	return 0;
}

static inline void put_registers(void *context, struct scratch *scratch)
{
}

#endif
