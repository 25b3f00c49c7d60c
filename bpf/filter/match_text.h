/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Texts: Equal, Prefix, Postfix and their negations, of all selectors in one look-up.
 *
 * The trie's longest match for a text tells everything about it: user space has worked out for each
 * node which selectors are alive when that node is the longest match (Equal is a prefix that
 * includes the final NUL). A trie holds several tables, told apart by the first four key bytes.
 * A value longer than the key goes on in another table: the node reached names it.
 */
#ifndef SHRIKE_MATCH_TEXT_H
#define SHRIKE_MATCH_TEXT_H

#include "base/bounds.h"
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "extract/read_path.h"
#include "maps/scratch_maps.h"
#include "shrike_abi.h"

/* Key of a trie, built in place before the text: nothing is copied. */
struct text_key {
	__u32 prefix_bits;
	__u32 table;
};

#define TEXT_TABLE_BITS 32
/* Look-ups of one text: PATH_MAX and its NUL in steps of SHRIKE_TEXT_KEY_BYTES. */
#define TEXT_MAX_LINKS 17

/* look_up_text - the longest match of the text at @start.
 * @length: without its NUL, which is there and counts.
 * @key_bytes: constant of the hook: text bytes of a key.
 */
static __always_inline struct shrike_text_value *look_up_text(void *trie, struct scratch *scratch,
							      __u32 text_index, __u32 table,
							      __u32 start, __u32 length,
							      __u32 key_bytes)
{
	struct text_key *key;
	__u32 bytes = length + 1;

	if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return NULL;
	start -= KEY_HEAD_BYTES;
	opaque(start);
	if (start > TEXT_END)
		return NULL;
	key = (struct text_key *)&scratch->texts[text_index].bytes[start];
	if (bytes > key_bytes)
		bytes = key_bytes;
	key->prefix_bits = TEXT_TABLE_BITS + bytes * 8;
	key->table = table;
	return bpf_map_lookup_elem(trie, key);
}

/* look_up_chained_text - the same where values may be longer than a key: the last node reached. */
static __always_inline struct shrike_text_value *
look_up_chained_text(void *trie, struct scratch *scratch, __u32 text_index, __u32 table,
		     __u32 start, __u32 length, __u32 key_bytes)
{
	struct shrike_text_value *reached = NULL;

	for (__u32 link = 0; link < TEXT_MAX_LINKS; link++) {
		struct shrike_text_value *value;
		__u32 head = start - KEY_HEAD_BYTES;
		__u64 overwritten, *under;

		/* From the second link on the key's head lies on the text itself. */
		if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
			break;
		opaque(head);
		if (head > TEXT_END)
			break;
		under = (__u64 *)&scratch->texts[text_index].bytes[head];
		overwritten = *under;
		value = look_up_text(trie, scratch, text_index, table, start, length, key_bytes);
		*under = overwritten;
		if (!value)
			break;
		reached = value;
		table = value->next_table;
		if (!table || length < key_bytes)
			break;
		start += key_bytes;
		length -= key_bytes;
	}
	return reached;
}

/* keep_reversed_tail - the end of the text, reversed, where look_up_reversed() wants it. */
static __always_inline void keep_reversed_tail(struct scratch *scratch, __u32 text_index,
					       __u32 bytes, __u32 last)
{
	for (__u32 i = 0; i < SHRIKE_TEXT_KEY_BYTES; i++) {
		__u32 at = last - i;

		if (i >= bytes)
			break;
		opaque(at);
		if (at > TEXT_END)
			break;
		scratch->reversed[KEY_HEAD_BYTES + i] = scratch->texts[text_index].bytes[at];
	}
}

/* look_up_reversed - the longest match of the text read from its end.
 * @is_cut: the path was too long; its end is in scratch->reversed already.
 */
static __always_inline struct shrike_text_value *
look_up_reversed(void *trie, struct scratch *scratch, __u32 text_index, __u32 table, __u32 start,
		 __u32 length, __u32 reverse_bytes, bool is_cut)
{
	struct text_key *key = (struct text_key *)scratch->reversed;
	__u32 bytes = length < reverse_bytes ? length : reverse_bytes;

	if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return NULL;
	if (!is_cut)
		keep_reversed_tail(scratch, text_index, bytes, start + length - 1);
	key->prefix_bits = TEXT_TABLE_BITS + bytes * 8;
	key->table = table;
	return bpf_map_lookup_elem(trie, key);
}

#endif
