/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Facts of the calling process that may change between execs: ids, namespaces, capabilities. Each is read once
 * for all selectors and ANDed into scratch->alive.
 */
#ifndef SHRIKE_MATCH_FACTS_H
#define SHRIKE_MATCH_FACTS_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "extract/read_process_fact.h"
#include "filter/keep_alive.h"
#include "filter/match_number.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"

/* keep_masks - for each mask the selectors that live when the value has a bit of it, or when it has none. */
static __always_inline bool keep_masks(struct scratch *scratch, __u64 value, __u32 first,
				       __u32 count)
{
	for (__u32 pair = 0; pair < count && pair < SHRIKE_MAX_MASKS; pair++) {
		__u32 row = first + pair * 2;
		struct interval *found = bpf_map_lookup_elem(&number_intervals, &row);

		if (!found)
			return false; /* user space made all rows: cannot happen, fails open */
		if (!(value & found->start)) {
			row += 1;
			found = bpf_map_lookup_elem(&number_intervals, &row);
			if (!found)
				return false;
		}
		if (!keep_alive(scratch, found->alive))
			return false;
	}
	return true;
}

/* match_fact - look-up @number of the plan's. Return: whether any selector is left. */
static __noinline int match_fact(struct scratch *scratch, struct task_state *state, __u32 number)
{
	struct interval *found;
	__u64 value;

	if (number >= SHRIKE_MAX_FACTS)
		return false;
	value = read_fact(state, config.facts[number].fact);
	if (config.facts[number].has_masks)
		return keep_masks(scratch, value, config.facts[number].first,
				  config.facts[number].count);
	found = find_interval(&number_intervals, value, config.facts[number].first,
			      config.facts[number].count);
	if (!found)
		return false; /* the first interval starts at 0: cannot happen, fails open */
	return keep_alive(scratch, found->alive);
}

/* match_facts - all of them. @state: may be NULL. */
static __always_inline bool match_facts(struct scratch *scratch, struct task_state *state)
{
#pragma clang loop unroll(disable)
	for (__u32 number = 0; number < SHRIKE_MAX_FACTS; number++)
		if (number < config.fact_count && !match_fact(scratch, state, number))
			return false;
	return true;
}

#endif
