/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* imaHash: the program that decides may not sleep, and hashing a file does. It leaves a note for the program behind it
 * on the same hook (hooks/hash.bpf.c), which sends the hash after the event; user space puts them together.
 */
#ifndef SHRIKE_WANT_HASH_H
#define SHRIKE_WANT_HASH_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "maps/hash_maps.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"

/* forget_hash - an earlier call was refused behind its note: it is no longer true. */
static __always_inline void forget_hash(void)
{
	struct hash_note *note = bpf_task_storage_get(&hash_notes, bpf_get_current_task_btf(), NULL,
						      0);

	if (note)
		note->record_ktime_ns = 0;
}

/* want_hash - the event to come wants a hash. Not of a call that is refused: the kernel asks no program behind a refusal.
 * Return: the note to finish when the event is out; NULL: there will be no hash.
 */
static __always_inline struct hash_note *want_hash(struct scratch *scratch)
{
	struct hash_note *note;

	if (!scratch->wants_hash || scratch->override_error)
		return NULL;
	note = bpf_task_storage_get(&hash_notes, bpf_get_current_task_btf(), NULL,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (note)
		scratch->event_flags |= SHRIKE_HOOK_HASH_FOLLOWS;
	return note;
}

#endif
