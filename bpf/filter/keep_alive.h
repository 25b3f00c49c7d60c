/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What every look-up ends in: its answer is taken from the selectors that are still alive. */
#ifndef SHRIKE_KEEP_ALIVE_H
#define SHRIKE_KEEP_ALIVE_H

#include "base/kernel_types.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"

/* keep_alive - AND a look-up's answer into the living selectors. Return: whether any is left. */
static __always_inline bool keep_alive(struct scratch *scratch, const volatile __u64 *answer)
{
	__u64 left = 0;

	for (__u32 word = 0; word < config.words && word < SHRIKE_MAX_WORDS; word++) {
		scratch->alive[word] &= answer[word];
		left |= scratch->alive[word];
	}
	return left != 0;
}

#endif
