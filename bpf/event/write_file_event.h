/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The record of a hit whose one argument is a path. It is put together around the path where that stands, and goes to its
 * ring in one piece; what is in it is what event/write_hook_event.h has.
 */
#ifndef SHRIKE_WRITE_FILE_EVENT_H
#define SHRIKE_WRITE_FILE_EVENT_H

#include "base/bounds.h"
#include "base/error_count.h"
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "event/write_hook_head.h"
#include "maps/event_maps.h"
#include "maps/policy_maps.h"
#include "maps/process_maps.h"
#include "maps/scratch_maps.h"

/* write_file_event - post the hit to the ring of its importance; a full ring is counted.
 * The path is in the first text buffer, which has room for the head before it, and has been looked up: the head of the
 * look-up's key is written over.
 */
static __always_inline long write_file_event(struct scratch *scratch, struct task_state *state)
{
	struct argument_value *value = &scratch->arguments[0];
	__u32 words_bytes = config.words * 8;
	__u32 head_bytes = sizeof(struct shrike_event_hook) + words_bytes +
			   sizeof(struct shrike_argument);
	__u32 bytes = value->flags & SHRIKE_ARGUMENT_ERROR ? 0 : value->text_length;
	__u32 start = value->text_start - head_bytes;
	__u32 size = head_bytes + PADDED(bytes);
	struct shrike_argument *argument;
	__u64 *first;
	char *record;
	long failed;

	/* Verifier: both hold by how the text was made. */
	opaque(start);
	if (start > TEXT_END)
		return -1;
	opaque(size);
	if (size > TEXT_HEAD_BYTES + SHRIKE_MAX_TEXT_BYTES)
		return -1;
	record = &scratch->texts[0].bytes[start];
	write_hook_head((struct shrike_event_hook *)record, scratch, state, size);
	first = (__u64 *)(record + sizeof(struct shrike_event_hook));
	for (__u32 word = 0; word < config.words && word < SHRIKE_MAX_WORDS; word++)
		first[word] = scratch->first[word];
	argument = (struct shrike_argument *)(record + sizeof(struct shrike_event_hook) +
					      words_bytes);
	argument->type = config.arguments[0].type;
	argument->flags = value->flags;
	argument->size_bytes = bytes;
	argument->mode = value->mode;
	argument->unused_bytes = 0;
	if (scratch->is_enforced)
		failed = bpf_ringbuf_output(&critical_ring, record, size, 0);
	else
		failed = bpf_ringbuf_output(&observation_ring, record, size, 0);
	if (failed)
		count(scratch->is_enforced ? SHRIKE_COUNTER_LOST_ENFORCEMENT
					   : SHRIKE_COUNTER_LOST_OBSERVATION);
	return failed;
}

#endif
