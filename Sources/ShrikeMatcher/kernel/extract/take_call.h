/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* In user space the caller describes the arguments of a function that returns, too. */
#ifndef SHRIKE_TAKE_CALL_H
#define SHRIKE_TAKE_CALL_H

#include "maps/scratch_maps.h"

static inline void note_call(void *context)
{
}

static inline bool take_call(void *context, struct scratch *scratch)
{
	return true;
}

#endif
