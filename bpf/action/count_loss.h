/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A record that found no room in its ring: each policy that was to get an event of it is told so in its counters. */
#ifndef SHRIKE_COUNT_LOSS_H
#define SHRIKE_COUNT_LOSS_H

#include "action/run_actions.h"
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"

/* lose_next - one step: the next policy's match, or the next word. */
static long lose_next(__u32 step, struct scratch **context)
{
	struct scratch *scratch = *context;
	struct shrike_selector_config *selector;
	struct shrike_selector_hits *hits;
	__u32 bit;

	if (scratch->cursor >= config.words * 64)
		return 1;
	bit = next_bit(scratch, scratch->first);
	if (bit >= SHRIKE_MAX_SELECTORS)
		return 0;
	scratch->cursor = bit + 1;
	selector = bpf_map_lookup_elem(&selector_actions, &bit);
	hits = bpf_map_lookup_elem(&selector_hits, &bit);
	if (selector && hits && selector->flags & SHRIKE_SELECTOR_POST)
		__sync_fetch_and_add(&hits->lost, 1);
	return 0;
}

/* count_loss - of the policies in scratch->first. */
static __always_inline void count_loss(struct scratch *scratch)
{
	struct scratch *context = scratch;

	scratch->cursor = 0;
	bpf_loop(SHRIKE_MAX_SELECTORS + SHRIKE_MAX_WORDS, lose_next, &context, 0);
}

#endif
