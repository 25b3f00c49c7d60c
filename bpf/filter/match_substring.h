/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* SubString: one automaton finds all values of all selectors in a text; each byte is one look-up. */
#ifndef SHRIKE_MATCH_SUBSTRING_H
#define SHRIKE_MATCH_SUBSTRING_H

#include "base/bounds.h"
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "filter/keep_alive.h"
#include "filter/match_number.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"

/* step_automaton - one byte. What ended with the byte before is gathered first. */
static long step_automaton(__u32 step, struct scratch **context)
{
	struct scratch *scratch = *context;
	__u32 state = scratch->automaton.state, at = scratch->automaton.at;
	__u32 text_index = scratch->automaton.text_index, row;
	struct shrike_automaton_state *entry = bpf_map_lookup_elem(&automaton_states, &state);
	struct interval *found;

	if (!entry || text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return 1;
	if (entry->found_row) {
		row = entry->found_row - 1;
		found = bpf_map_lookup_elem(&number_intervals, &row);
		if (found)
			for (__u32 word = 0; word < config.words && word < SHRIKE_MAX_WORDS; word++)
				scratch->gathered[word] |= found->alive[word];
	}
	if (at >= scratch->automaton.end)
		return 1;
	opaque(at);
	if (at > TEXT_END)
		return 1;
	scratch->automaton.state = entry->next[(__u8)scratch->texts[text_index].bytes[at]];
	scratch->automaton.at = at + 1;
	return 0;
}

/* match_substrings - the automaton of dimension @number over its argument's text. Of a cut text what there is of it
 * decides: a value that is found is there.
 */
static __always_inline bool match_substrings(struct scratch *scratch, __u32 number)
{
	struct scratch *context = scratch;
	__u32 argument = config.dimensions[number].argument;
	__u32 row = config.dimensions[number].count;
	struct interval *base = bpf_map_lookup_elem(&number_intervals, &row);

	if (!base || argument >= SHRIKE_MAX_ARGUMENTS)
		return false; /* user space made the row: cannot happen, fails open */
	for (__u32 word = 0; word < config.words && word < SHRIKE_MAX_WORDS; word++)
		scratch->gathered[word] = base->alive[word];
	scratch->automaton.state = config.dimensions[number].first;
	scratch->automaton.text_index = config.arguments[argument].text_index;
	scratch->automaton.at = scratch->arguments[argument].text_start;
	scratch->automaton.end = scratch->automaton.at + scratch->arguments[argument].text_length;
	bpf_loop(SHRIKE_MAX_TEXT_BYTES + 1, step_automaton, &context, 0);
	return keep_alive(scratch, scratch->gathered);
}

#endif
