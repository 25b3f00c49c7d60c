/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers: Equal, GT, LT, ranges and their negations, of all selectors in one binary search.
 *
 * The selectors' values cut the numbers into intervals; within one, every selector's answer is the
 * same. The table holds each interval's first number and its answer, ascending; the first
 * interval of an argument starts at 0. Signed numbers are shifted so that they ascend too.
 */
#ifndef SHRIKE_MATCH_NUMBER_H
#define SHRIKE_MATCH_NUMBER_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "filter/keep_alive.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"

struct interval {
	__u64 start;
	__u64 alive[]; /* config.words */
};

#define INTERVAL_SEARCH_STEPS 16 /* 65,536 intervals an argument */

/* find_interval - the last interval that starts at or below @number. */
static __always_inline struct interval *find_interval(void *intervals, __u64 number, __u32 first,
						      __u32 count)
{
	struct interval *found = bpf_map_lookup_elem(intervals, &first);
	__u32 low = first + 1, high = first + count;

	for (int step = 0; step < INTERVAL_SEARCH_STEPS && low < high; step++) {
		__u32 middle = low + (high - low) / 2;
		struct interval *at = bpf_map_lookup_elem(intervals, &middle);

		if (at && at->start <= number) {
			found = at;
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return found;
}

/* keep_row - AND the answer of a row of the table into the living selectors. Return: whether any is left. */
static __always_inline bool keep_row(struct scratch *scratch, __u32 row)
{
	struct interval *found = bpf_map_lookup_elem(&number_intervals, &row);

	if (!found)
		return false; /* user space made the row: cannot happen, fails open */
	return keep_alive(scratch, found->alive);
}

#endif
