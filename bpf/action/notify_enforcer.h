/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* NotifyEnforcer and CleanupEnforcerNotification: a hook that decides early, for example where system calls are entered,
 * leaves a note for its thread, and the next call that the policy's enforcer is on obeys it.
 */
#ifndef SHRIKE_NOTIFY_ENFORCER_H
#define SHRIKE_NOTIFY_ENFORCER_H

#include "base/error_count.h"
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "maps/enforcer_maps.h"
#include "maps/policy_maps.h"

/* leave_note - for this thread. A note that is there and was not obeyed is replaced, and counted. */
static __always_inline void leave_note(struct shrike_selector_config *selector)
{
	struct enforcer_note *note = bpf_task_storage_get(
		&enforcer_notes, bpf_get_current_task_btf(), NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!note) {
		count(SHRIKE_COUNTER_NO_ENFORCER_NOTE); /* fails open */
		return;
	}
	if (note->is_left)
		count(SHRIKE_COUNTER_MISSED_ENFORCER_NOTE);
	note->error = selector->note_error;
	note->signal = selector->note_signal;
	note->enforcer = selector->note_enforcer;
	note->is_left = 1;
}

/* forget_note - the call that it was for did not come. */
static __always_inline void forget_note(void)
{
	struct enforcer_note *note = bpf_task_storage_get(&enforcer_notes,
							  bpf_get_current_task_btf(), NULL, 0);

	if (!note || !note->is_left)
		return;
	note->is_left = 0;
	count(SHRIKE_COUNTER_MISSED_ENFORCER_NOTE);
}

/* obey_note - on a call of enforcers. Return: 0, or the error that the call is refused with. */
static __always_inline long obey_note(void)
{
	struct enforcer_note *note = bpf_task_storage_get(&enforcer_notes,
							  bpf_get_current_task_btf(), NULL, 0);

	if (!note || !note->is_left || !(config.enforcers >> (note->enforcer % 64) & 1))
		return 0;
	note->is_left = 0;
	if (note->signal && bpf_send_signal(note->signal))
		count(SHRIKE_COUNTER_SIGNAL_FAILED);
	return note->error;
}

#endif
