/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What selectors say of the text of an argument. */
#ifndef SHRIKE_MATCH_TEXT_ARGUMENT_H
#define SHRIKE_MATCH_TEXT_ARGUMENT_H

#include "base/kernel_types.h"
#include "filter/keep_alive.h"
#include "filter/match_text.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"
#include "shrike_abi.h"

/* keep_text_answer - the same for a text: the node reached, or what holds when nothing matched.
 * Verifier: the mask behind @found may only be addressed where @found is known not to be NULL, so this
 * is no conditional expression.
 */
static __always_inline bool keep_text_answer(struct scratch *scratch,
					     struct shrike_text_value *found,
					     const volatile __u64 *otherwise)
{
	if (!found)
		return keep_alive(scratch, otherwise);
	return keep_alive(scratch, (const volatile __u64 *)found + 1);
}

/* is_filtered - some living selector filters on argument @number. */
static __always_inline bool is_filtered(struct scratch *scratch, __u32 number)
{
	__u64 interested = 0;

	for (__u32 word = 0; word < config.words && word < SHRIKE_MAX_WORDS; word++)
		interested |= scratch->alive[word] & config.filtered[number][word];
	return interested != 0;
}

/* drop_filtered - no filter on argument @number can match: its selectors go, positive or negative. */
static __always_inline bool drop_filtered(struct scratch *scratch, __u32 number)
{
	__u64 left = 0;

	for (__u32 word = 0; word < config.words && word < SHRIKE_MAX_WORDS; word++) {
		scratch->alive[word] &= ~config.filtered[number][word];
		left |= scratch->alive[word];
	}
	return left != 0;
}

/* is_end_unknown - a string or buffer was cut: unlike a path's, its end was not read. */
static __always_inline bool is_end_unknown(struct scratch *scratch, __u32 number)
{
	if (!config.arguments[number].has_reverse)
		return false;
	if (config.arguments[number].type != SHRIKE_ARGUMENT_STRING &&
	    config.arguments[number].type != SHRIKE_ARGUMENT_CHAR_BUF)
		return false;
	return scratch->arguments[number].flags & SHRIKE_ARGUMENT_TRUNCATED;
}

static __always_inline bool match_text(struct scratch *scratch, __u32 number)
{
	struct argument_value *value = &scratch->arguments[number];
	__u32 text_index = config.arguments[number].text_index;
	struct shrike_text_value *found;

	if (config.arguments[number].has_forward) {
		__u32 table = config.arguments[number].forward_table;
		__u32 length = value->text_length;

		/* The NUL behind a text is part of it; what is behind a buffer is nothing. */
		if (config.arguments[number].type == SHRIKE_ARGUMENT_CHAR_BUF)
			length -= 1;
		if (asks_for(SHRIKE_HOOK_CHAINED))
			found = look_up_chained_text(&text_values, scratch, text_index, table,
						     value->text_start, length,
						     config.text_key_bytes);
		else
			found = look_up_text(&text_values, scratch, text_index, table,
					     value->text_start, length, config.text_key_bytes);
		if (!keep_text_answer(scratch, found, config.forward_default[number]))
			return false;
	}
	if (config.arguments[number].has_reverse && !is_end_unknown(scratch, number)) {
		found = look_up_reversed(&text_values, scratch, text_index,
					 config.arguments[number].reverse_table, value->text_start,
					 value->text_length, config.reverse_key_bytes,
					 value->flags & SHRIKE_ARGUMENT_TRUNCATED);
		if (!keep_text_answer(scratch, found, config.reverse_default[number]))
			return false;
	}
	return true;
}

#endif
