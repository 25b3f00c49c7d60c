/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* In user space an argument is what the caller describes, already read: this puts it where the kernel's own
 * read_argument() leaves it, so that everything behind it is the same code. The context is the array of
 * descriptions, one an argument of the plan, and the function's result behind them.
 */
#ifndef SHRIKE_READ_ARGUMENT_H
#define SHRIKE_READ_ARGUMENT_H

#include <string.h>
#include "base/kernel_types.h"
#include "extract/read_path.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"
#include "shrike_abi.h"
#include "shrike_matcher.h"

/* Stands behind a cut text in the place of its NUL, as in extract/read_string.h. */
#define MATCHER_CUT_MARK 1

static inline __u64 read_result(void *context)
{
	return ((const struct shrike_matcher_call *)context)->result;
}

static inline bool is_path_type(__u32 type)
{
	switch (type) {
	case SHRIKE_ARGUMENT_FILE:
	case SHRIKE_ARGUMENT_PATH:
	case SHRIKE_ARGUMENT_FD:
	case SHRIKE_ARGUMENT_DENTRY:
	case SHRIKE_ARGUMENT_KIOCB:
	case SHRIKE_ARGUMENT_BINPRM:
		return true;
	default:
		return false;
	}
}

/* store_text - a path ends at TEXT_END, everything else starts at TEXT_HEAD_BYTES; of what is too long the
 * beginning is there, and of a path its end, reversed.
 */
static inline void store_text(struct scratch *scratch, struct argument_value *value, __u32 number,
			      const struct shrike_matcher_argument *given)
{
	struct text *text = &scratch->texts[config.arguments[number].text_index];
	__u32 type = config.arguments[number].type;
	__u32 length = given->text_bytes;
	__u32 most = is_path_type(type) || type == SHRIKE_ARGUMENT_CHAR_BUF ||
				     type == SHRIKE_ARGUMENT_CHAR_IOVEC ||
				     type == SHRIKE_ARGUMENT_IOV_ITER
			     ? SHRIKE_MAX_TEXT_BYTES
			     : SHRIKE_MAX_TEXT_BYTES - 1;
	bool is_cut = length > most;

	if (is_cut) {
		value->flags |= SHRIKE_ARGUMENT_TRUNCATED;
		if (is_path_type(type))
			for (__u32 i = 0; i < SHRIKE_TEXT_KEY_BYTES; i++)
				scratch->reversed[KEY_HEAD_BYTES + i] = given->text[length - 1 - i];
		length = most;
		/* Of a path that is too long whole names are kept. */
		while (is_path_type(type) && length && given->text[length] != '/')
			length--;
	}
	value->text_start = TEXT_HEAD_BYTES;
	if (is_path_type(type) && !is_cut)
		value->text_start = TEXT_END - length;
	value->text_length = length;
	memcpy(&text->bytes[value->text_start], given->text, length);
	text->bytes[value->text_start + length] = 0;
	if (is_cut)
		text->bytes[value->text_start + length] = is_path_type(type) ? '/'
									     : MATCHER_CUT_MARK;
}

static __noinline int read_argument(void *context, struct scratch *scratch, __u32 number)
{
	const struct shrike_matcher_call *call = context;
	const struct shrike_matcher_argument *given = &call->arguments[number];
	struct argument_value *value = &scratch->arguments[number];

	if (value->is_read)
		return 0;
	value->is_read = 1;
	value->flags = given->flags;
	value->mode = given->mode;
	value->scalar = given->scalar;
	value->text_start = TEXT_HEAD_BYTES;
	value->text_length = 0;
	memset(scratch->objects[number].bytes, 0, sizeof(scratch->objects[number].bytes));
	memcpy(scratch->objects[number].bytes, given->object, sizeof(given->object));
	if (config.arguments[number].text_index < SHRIKE_MAX_TEXT_ARGUMENTS)
		store_text(scratch, value, number, given);
	return 0;
}

#endif
