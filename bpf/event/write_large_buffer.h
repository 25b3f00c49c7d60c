/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A buffer of more bytes than a text buffer holds, whole into one record (`maxData`): from the process's memory, a text
 * buffer's worth at a time.
 */
#ifndef SHRIKE_WRITE_LARGE_BUFFER_H
#define SHRIKE_WRITE_LARGE_BUFFER_H

#include "base/bounds.h"
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "extract/read_socket.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"

#define DATA_CHUNKS (SHRIKE_MAX_DATA_BYTES / SHRIKE_MAX_TEXT_BYTES + 1)

/* large_bytes - the room that argument @number takes beyond its text; 0: it is not reported so. The ring of what
 * must not be lost is small: what is enforced is reported with the buffer's start.
 */
static __always_inline __u32 large_bytes(struct scratch *scratch, __u32 number)
{
	__u32 bytes = scratch->arguments[number].mode;

	if (config.large_argument != number + 1 || scratch->is_enforced ||
	    scratch->arguments[number].flags != SHRIKE_ARGUMENT_TRUNCATED)
		return 0;
	return bytes > SHRIKE_MAX_DATA_BYTES ? SHRIKE_MAX_DATA_BYTES : bytes;
}

/* write_rest - the bytes behind those of the text, up to @bytes, to where they belong behind offset @at of the record;
 * the text is overwritten.
 * Return: how many bytes of the buffer are there now.
 * Verifier: how far it is is kept in memory, so that of a round it knows the number alone, and follows what comes behind
 * the loop once.
 */
static __always_inline __u32 write_rest(struct bpf_dynptr *record, __u32 at,
					struct scratch *scratch, __u32 text_index, __u32 bytes)
{
	volatile __u32 *done = &scratch->large_done;
	char *chunk;

	if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return SHRIKE_MAX_TEXT_BYTES;
	*done = SHRIKE_MAX_TEXT_BYTES;
	chunk = &scratch->texts[text_index].bytes[TEXT_HEAD_BYTES];
#pragma clang loop unroll(disable)
	for (__u32 number = 1; number < DATA_CHUNKS; number++) {
		__u32 from = *done, more;

		if (from >= bytes)
			break;
		more = bytes - from;
		opaque(more);
		if (more > SHRIKE_MAX_TEXT_BYTES)
			more = SHRIKE_MAX_TEXT_BYTES;
		if (read_bytes(chunk, more, scratch->large_address + from))
			break; /* not in memory: what is there is reported */
		bpf_dynptr_write(record, at + from, chunk, more, 0);
		*done = from + more;
	}
	return *done;
}

#endif
