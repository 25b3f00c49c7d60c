/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Look-ups on a part of an argument: a port, an address, the bits of a number. Each yields the selectors that
 * it leaves alive. The tables answer for every value, so there is no "not found" here.
 */
#ifndef SHRIKE_MATCH_DIMENSION_H
#define SHRIKE_MATCH_DIMENSION_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "extract/read_socket.h"
#include "filter/keep_alive.h"
#include "filter/match_expression.h"
#include "filter/match_number.h"
#include "filter/match_substring.h"
#include "filter/match_text.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"

#define NUMBER_BITS 64
#define FILE_TYPE_MASK 0170000 /* S_IFMT, inode(7) */

/* part_of_argument - the number that dimension @number looks up. */
static __always_inline __u64 part_of_argument(struct scratch *scratch, __u32 number)
{
	__u32 argument = config.dimensions[number].argument;
	__u32 offset = config.dimensions[number].offset_bytes;

	if (argument >= SHRIKE_MAX_ARGUMENTS || offset > SHRIKE_MAX_OBJECT_BYTES - sizeof(__u64))
		return 0;
	switch (config.dimensions[number].source) {
	case SHRIKE_VALUE_OBJECT_32:
		return *(__u32 *)&scratch->objects[argument].bytes[offset];
	case SHRIKE_VALUE_OBJECT_64:
		return *(__u64 *)&scratch->objects[argument].bytes[offset];
	case SHRIKE_VALUE_FILE_TYPE:
		return scratch->arguments[argument].mode & FILE_TYPE_MASK;
	case SHRIKE_VALUE_FAMILY:
		return (__u16)scratch->arguments[argument].mode;
	default:
		return scratch->arguments[argument].scalar;
	}
}

static __always_inline bool match_part_intervals(struct scratch *scratch, __u32 number)
{
	__u64 value = part_of_argument(scratch, number);
	struct interval *found;

	if (config.dimensions[number].is_signed)
		value ^= 1ull << 63; /* ascending from the most negative */
	found = find_interval(&number_intervals, value, config.dimensions[number].first,
			      config.dimensions[number].count);
	if (!found)
		return false; /* the first interval starts at 0: cannot happen, fails open */
	return keep_alive(scratch, found->alive);
}

/* match_part_bits - the selectors that name one of the value's bits, and those that ask for none.
 * Verifier: the value is read anew for each bit, so that it learns nothing from the bits before and the rounds
 * look alike to it.
 */
static __always_inline bool match_part_bits(struct scratch *scratch, __u32 number)
{
	__u32 row = config.dimensions[number].first + NUMBER_BITS;
	struct interval *named = bpf_map_lookup_elem(&number_intervals, &row);

	if (!named)
		return false; /* user space made all rows: cannot happen, fails open */
	if (!(part_of_argument(scratch, number) & named->start))
		return keep_alive(scratch, named->alive);
	for (__u32 word = 0; word < config.words && word < SHRIKE_MAX_WORDS; word++)
		scratch->gathered[word] = named->alive[word];
	for (__u32 bit = 0; bit < NUMBER_BITS; bit++) {
		__u64 value = part_of_argument(scratch, number);

		opaque(value);
		if (!(value >> bit & 1))
			continue;
		row = config.dimensions[number].first + bit;
		named = bpf_map_lookup_elem(&number_intervals, &row);
		if (!named)
			return false;
		for (__u32 word = 0; word < config.words && word < SHRIKE_MAX_WORDS; word++)
			scratch->gathered[word] |= named->alive[word];
	}
	return keep_alive(scratch, scratch->gathered);
}

/* match_part_address - the longest block that holds the address. */
static __always_inline bool match_part_address(struct scratch *scratch, __u32 number)
{
	struct text_key *key =
		(struct text_key *)scratch->reversed; /* free: no text is being reversed */
	__u32 argument = config.dimensions[number].argument;
	__u32 offset = config.dimensions[number].offset_bytes;
	__u32 table = config.dimensions[number].first;
	struct shrike_text_value *found;
	__u8 *address;
	__u32 family;

	if (argument >= SHRIKE_MAX_ARGUMENTS || offset > SHRIKE_MAX_OBJECT_BYTES - IPV6_BYTES)
		return false;
	address = &scratch->objects[argument].bytes[offset];
	family = *(__u32 *)&scratch->objects[argument].bytes[0];
	__builtin_memcpy(scratch->reversed + KEY_HEAD_BYTES, address, IPV6_BYTES);
	if (family == AF_INET_NUMBER) {
		key->prefix_bits = TEXT_TABLE_BITS + IPV4_BYTES * 8;
	} else if (family == AF_INET6_NUMBER) {
		table += 1;
		key->prefix_bits = TEXT_TABLE_BITS + IPV6_BYTES * 8;
	} else {
		table += 2;
		key->prefix_bits = TEXT_TABLE_BITS;
	}
	key->table = table;
	found = bpf_map_lookup_elem(&text_values, key);
	if (!found)
		return false; /* each table holds the block of all addresses: cannot happen, fails open */
	return keep_alive(scratch, (const volatile __u64 *)found + 1);
}

/* match_whole_buffer - Equal on bytes among which there may be NULs: the table holds values of this length only. */
static __always_inline bool match_whole_buffer(struct scratch *scratch, __u32 number)
{
	__u32 argument = config.dimensions[number].argument;
	struct shrike_text_value *found = NULL;
	struct argument_value *value;
	__u32 table;

	if (argument >= SHRIKE_MAX_ARGUMENTS)
		return false;
	value = &scratch->arguments[argument];
	table = config.dimensions[number].first | value->text_length << SHRIKE_EXACT_LENGTH_SHIFT;
	/* Of a cut buffer the length is not known: no value is as long. */
	if (value->text_length && !value->flags && !asks_for(SHRIKE_HOOK_CHAINED))
		found = look_up_text(&text_values, scratch, config.arguments[argument].text_index,
				     table, value->text_start, value->text_length - 1,
				     config.text_key_bytes);
	else if (value->text_length && !value->flags)
		found = look_up_chained_text(&text_values, scratch,
					     config.arguments[argument].text_index, table,
					     value->text_start, value->text_length - 1,
					     config.text_key_bytes);
	if (!found)
		return keep_row(scratch, config.dimensions[number].count);
	return keep_alive(scratch, (const volatile __u64 *)found + 1);
}

/* match_gained - does this capability set have what another one has not? */
static __always_inline bool match_gained(struct scratch *scratch, __u32 number)
{
	__u32 argument = config.dimensions[number].argument;
	__u32 old = config.dimensions[number].offset_bytes;

	if (argument >= SHRIKE_MAX_ARGUMENTS || old >= SHRIKE_MAX_ARGUMENTS)
		return false;
	if (scratch->arguments[old].flags) /* could not be read: only those that do not ask go on */
		return keep_row(scratch, config.dimensions[number].first);
	return keep_row(scratch,
			config.dimensions[number].first + !!(scratch->arguments[argument].scalar &
							     ~scratch->arguments[old].scalar));
}

/* match_dimension - look-up @number of the plan. Return: whether any selector is left. */
static __noinline int match_dimension(struct scratch *scratch, __u32 number)
{
	if (number >= SHRIKE_MAX_DIMENSIONS)
		return false;
	switch (config.dimensions[number].kind) {
	case SHRIKE_DIMENSION_INTERVALS:
		return match_part_intervals(scratch, number);
	case SHRIKE_DIMENSION_BITS:
		return match_part_bits(scratch, number);
	case SHRIKE_DIMENSION_ADDRESS:
		return match_part_address(scratch, number);
	case SHRIKE_DIMENSION_EXACT:
		return match_whole_buffer(scratch, number);
	case SHRIKE_DIMENSION_GAINED:
		return match_gained(scratch, number);
	case SHRIKE_DIMENSION_EXPRESSION:
		return match_expression(scratch, number);
	case SHRIKE_DIMENSION_SUBSTRING:
		return match_substrings(scratch, number);
	default:
		return true;
	}
}

#endif
