/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One record a hit, whatever the number of policies:
 *
 *	struct shrike_event_hook          64 bytes
 *	first matches                     config.words * 8
 *	first matches at entry            the same, of a return hook with SHRIKE_HOOK_HAS_ENTRY
 *	struct shrike_socket_owner        24, with SHRIKE_HOOK_HAS_OWNER
 *	for each argument of the plan:
 *	    struct shrike_argument        16
 *	    payload                       number: 8; structure; text: its bytes, padded to 8
 *	stack of the kernel, of the process as far as SHRIKE_HOOK_KERNEL_STACK and SHRIKE_HOOK_USER_STACK say:
 *	    struct shrike_stack           8
 *	    addresses                     8 each
 */
#ifndef SHRIKE_WRITE_HOOK_EVENT_H
#define SHRIKE_WRITE_HOOK_EVENT_H

#include "action/track_socket.h"
#include "base/error_count.h"
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "event/write_hook_head.h"
#include "event/write_large_buffer.h"
#include "event/write_text.h"
#include "extract/read_argument.h"
#include "extract/read_stack.h"
#include "maps/event_maps.h"
#include "maps/policy_maps.h"
#include "maps/process_maps.h"
#include "maps/scratch_maps.h"

static __always_inline __u32 payload_bytes(struct scratch *scratch, __u32 number)
{
	struct argument_value *value = &scratch->arguments[number];

	if (value->flags & SHRIKE_ARGUMENT_ERROR)
		return 0;
	if (config.arguments[number].object_bytes)
		return config.arguments[number].object_bytes;
	if (config.arguments[number].text_index == SHRIKE_NO_TEXT)
		return sizeof(value->scalar);
	return value->text_length;
}

static __always_inline void write_payload(struct bpf_dynptr *record, __u32 at,
					  struct scratch *scratch, __u32 number, __u32 bytes)
{
	struct argument_value *value = &scratch->arguments[number];
	__u32 text_index = config.arguments[number].text_index;

	if (config.arguments[number].object_bytes) {
		bytes = config.arguments[number].object_bytes;
		if (bytes <= sizeof(scratch->objects[number]))
			bpf_dynptr_write(record, at, &scratch->objects[number], bytes, 0);
		return;
	}
	if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS) {
		bpf_dynptr_write(record, at, &value->scalar, sizeof(value->scalar), 0);
		return;
	}
	write_text(record, at, &scratch->texts[text_index], value->text_start, bytes);
}

/* write_stack - a stack of @bytes at @at. Verifier: that they fit is plain where they are read, and not here. */
static __always_inline void write_stack(struct bpf_dynptr *record, __u32 at, __u64 *frames,
					__u32 bytes)
{
	struct shrike_stack head = { .frame_count = bytes / 8 };

	bpf_dynptr_write(record, at, &head, sizeof(head), 0);
	opaque(bytes);
	if (bytes <= STACK_BYTES)
		bpf_dynptr_write(record, at + sizeof(head), frames, bytes, 0);
}

/* write_large_argument - the rest of the buffer at offset @at of the record, and its head anew. */
static __always_inline void write_large_argument(struct bpf_dynptr *record, __u32 at,
						 struct scratch *scratch, __u32 bytes)
{
	__u32 number = config.large_argument - 1;
	struct shrike_argument head = {};

	if (number >= SHRIKE_MAX_ARGUMENTS)
		return;
	head.type = config.arguments[number].type;
	head.mode = scratch->arguments[number].mode;
	head.size_bytes = write_rest(record, at + sizeof(head), scratch,
				     config.arguments[number].text_index, bytes);
	head.unused_bytes = bytes - head.size_bytes;
	if (head.size_bytes < head.mode)
		head.flags = SHRIKE_ARGUMENT_TRUNCATED;
	bpf_dynptr_write(record, at, &head, sizeof(head), 0);
}

/* write_hook_event - post the hit to the ring of its importance; a full ring is counted. */
static __always_inline long write_hook_event(void *context, struct scratch *scratch,
					     struct task_state *state)
{
	__u32 sets = asks_for(SHRIKE_HOOK_REPORTS_ENTRY) ? 2 : 1;
	__u32 size = sizeof(struct shrike_event_hook) + sets * config.words * 8;
	__u32 at = size;
	__u32 large = 0, large_at = 0;
	bool has_owner = false;
	struct bpf_dynptr record;
	long failed;

#pragma unroll
	for (__u32 number = 0; number < SHRIKE_MAX_ARGUMENTS; number++) {
		if (number < config.argument_count) {
			read_argument(context, scratch, number);
			size += sizeof(struct shrike_argument);
			if (config.large_argument == number + 1)
				large = large_bytes(scratch, number);
			if (config.large_argument == number + 1 && large)
				size += PADDED(large);
			else
				size += PADDED(payload_bytes(scratch, number));
		}
	}

	if (asks_for(SHRIKE_HOOK_HAS_STACKS)) {
		read_stacks(context, scratch);
		if (scratch->stacks & SHRIKE_SELECTOR_KERNEL_STACK) {
			scratch->event_flags |= SHRIKE_HOOK_KERNEL_STACK;
			size += sizeof(struct shrike_stack) + scratch->kernel_stack_bytes;
		}
		if (scratch->stacks & SHRIKE_SELECTOR_USER_STACK) {
			scratch->event_flags |= SHRIKE_HOOK_USER_STACK;
			size += sizeof(struct shrike_stack) + scratch->user_stack_bytes;
		}
	}
	if (asks_for(SHRIKE_HOOK_HAS_SOCKETS) && find_owner(scratch)) {
		has_owner = true;
		scratch->event_flags |= SHRIKE_HOOK_HAS_OWNER;
		size += sizeof(scratch->owner);
	}
	write_hook_head(&scratch->hook, scratch, state, size);

	if (scratch->is_enforced)
		failed = bpf_ringbuf_reserve_dynptr(&critical_ring, size, 0, &record);
	else
		failed = bpf_ringbuf_reserve_dynptr(&observation_ring, size, 0, &record);
	if (failed) {
		count(scratch->is_enforced ? SHRIKE_COUNTER_LOST_ENFORCEMENT
					   : SHRIKE_COUNTER_LOST_OBSERVATION);
		bpf_ringbuf_discard_dynptr(&record, 0); /* the verifier wants it on this way too */
		return failed;
	}
	bpf_dynptr_write(&record, 0, &scratch->hook, sizeof(scratch->hook), 0);
	bpf_dynptr_write(&record, sizeof(scratch->hook), scratch->first, config.words * 8, 0);
	if (asks_for(SHRIKE_HOOK_REPORTS_ENTRY))
		bpf_dynptr_write(&record, sizeof(scratch->hook) + config.words * 8,
				 scratch->entry_first, config.words * 8, 0);
	if (has_owner) {
		bpf_dynptr_write(&record, at, &scratch->owner, sizeof(scratch->owner), 0);
		at += sizeof(scratch->owner);
	}
#pragma unroll
	for (__u32 number = 0; number < SHRIKE_MAX_ARGUMENTS; number++) {
		if (number < config.argument_count) {
			struct shrike_argument head = {
				.type = config.arguments[number].type,
				.flags = scratch->arguments[number].flags,
				.size_bytes = payload_bytes(scratch, number),
				.mode = scratch->arguments[number].mode,
			};

			bpf_dynptr_write(&record, at, &head, sizeof(head), 0);
			if (head.size_bytes)
				write_payload(&record, at + sizeof(head), scratch, number,
					      head.size_bytes);
			if (config.large_argument == number + 1 && large) {
				large_at = at;
				at += sizeof(head) + PADDED(large);
			} else {
				at += sizeof(head) + PADDED(head.size_bytes);
			}
		}
	}
	if (asks_for(SHRIKE_HOOK_HAS_STACKS)) {
		if (scratch->stacks & SHRIKE_SELECTOR_KERNEL_STACK) {
			write_stack(&record, at, scratch->kernel_stack,
				    scratch->kernel_stack_bytes);
			at += sizeof(struct shrike_stack) + scratch->kernel_stack_bytes;
		}
		if (scratch->stacks & SHRIKE_SELECTOR_USER_STACK)
			write_stack(&record, at, scratch->user_stack, scratch->user_stack_bytes);
	}
	if (config.large_argument && large)
		write_large_argument(&record, large_at, scratch, large);
	bpf_ringbuf_submit_dynptr(&record, 0);
	return 0;
}

#endif
