/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Of each policy its first matching selector, and what that selector does. All of it happens here, in
 * the kernel, before any event is written: rings and user space have no say in it.
 */
#ifndef SHRIKE_RUN_ACTIONS_H
#define SHRIKE_RUN_ACTIONS_H

#include "base/error_count.h"
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "action/change_caller.h"
#include "action/notify_enforcer.h"
#include "base/bounds.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"

#define SIGKILL_NUMBER 9

/* lowest_bit - number of the lowest set bit of @word, which is not 0: as many as there are bits below it. The compiler
 * must not see what this comes to, or it makes a table of it, which is one more map.
 */
static __always_inline __u32 lowest_bit(__u64 word)
{
	__u64 below = (word & -word) - 1;

	opaque(below);
	below -= below >> 1 & 0x5555555555555555;
	below = (below & 0x3333333333333333) + (below >> 2 & 0x3333333333333333);
	below = (below + (below >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return below * 0x0101010101010101 >> 56;
}

/* is_done - no selector is left behind the cursor. One word tells without another step. */
static __always_inline bool is_done(struct scratch *scratch)
{
	__u32 cursor = scratch->cursor;

	if (cursor >= config.words * 64)
		return true;
	return config.words == 1 && !(scratch->alive[0] >> cursor % 64);
}

/* next_bit - the first selector of @set (scratch->alive or scratch->first) at or behind scratch->cursor in its word.
 * Return: bit number; SHRIKE_MAX_SELECTORS when the word has no more (the cursor is then at the next).
 */
static __always_inline __u32 next_bit(struct scratch *scratch, __u64 *set)
{
	__u32 cursor = scratch->cursor;
	__u32 index = cursor / 64;
	__u64 word;

	if (index >= SHRIKE_MAX_WORDS)
		return SHRIKE_MAX_SELECTORS;
	word = set[index] & (~0ull << (cursor % 64));
	if (!word) {
		scratch->cursor = (index + 1) * 64;
		return SHRIKE_MAX_SELECTORS;
	}
	return index * 64 + lowest_bit(word);
}

/* send_signal - to the current process, unless it is being killed already. */
static __always_inline void send_signal(struct scratch *scratch, __u8 number)
{
	scratch->is_enforced = 1;
	if (bpf_send_signal(number)) {
		scratch->event_flags |= SHRIKE_HOOK_SIGNAL_FAILED;
		count(SHRIKE_COUNTER_SIGNAL_FAILED);
	} else if (asks_for(SHRIKE_HOOK_ON_RETURN)) {
		scratch->event_flags |= SHRIKE_HOOK_RETURN_SIGNAL_SENT;
		scratch->return_signal = number;
	} else {
		scratch->event_flags |= SHRIKE_HOOK_SIGNAL_SENT;
		scratch->signal = number;
	}
}

/* count_hit - what the selector of @bit did as its policy's first match. A caller that an earlier policy
 * kills already is not killed twice, and is counted for each that asked for it. In a return hook the
 * refusal was counted at entry.
 */
static __always_inline void count_hit(struct scratch *scratch, __u32 bit,
				      struct shrike_selector_config *selector)
{
	struct shrike_selector_hits *hits = bpf_map_lookup_elem(&selector_hits, &bit);
	__u8 signal = asks_for(SHRIKE_HOOK_ON_RETURN) ? selector->return_signal : selector->signal;

	if (!hits)
		return;
	__sync_fetch_and_add(&hits->matches, 1); /* preempted: two runs on one CPU */
	if (signal && !(scratch->event_flags & SHRIKE_HOOK_SIGNAL_FAILED))
		__sync_fetch_and_add(&hits->signals, 1);
	if (selector->flags & (SHRIKE_SELECTOR_OVERRIDE | SHRIKE_SELECTOR_CHANGES) &&
	    !asks_for(SHRIKE_HOOK_ON_RETURN) && !(scratch->event_flags & SHRIKE_HOOK_CHANGE_FAILED))
		__sync_fetch_and_add(&hits->overrides, 1);
}

/* act_on_next - one step: the next policy's first match, or the next word. */
static long act_on_next(__u32 step, struct scratch **context)
{
	struct scratch *scratch = *context;
	struct shrike_selector_config *selector;
	__u32 bit;

	bit = next_bit(scratch, scratch->alive);
	if (bit >= SHRIKE_MAX_SELECTORS)
		return is_done(scratch);
	selector = bpf_map_lookup_elem(&selector_actions, &bit);
	if (!selector)
		return 1;
	scratch->first[bit / 64 % SHRIKE_MAX_WORDS] |= 1ull << (bit % 64);
	scratch->cursor = selector->policy_end;
	if (selector->flags & SHRIKE_SELECTOR_POST)
		scratch->is_posted = 1;
	if (asks_for(SHRIKE_HOOK_HAS_STACKS))
		scratch->stacks |= selector->flags &
				   (SHRIKE_SELECTOR_KERNEL_STACK | SHRIKE_SELECTOR_USER_STACK);
	if (may_ask_for(SHRIKE_HOOK_HAS_HASH) && selector->flags & SHRIKE_SELECTOR_HASH)
		scratch->wants_hash = 1;
	if (asks_for(SHRIKE_HOOK_LEAVES_NOTES)) {
		if (selector->flags & SHRIKE_SELECTOR_FORGET_NOTE)
			forget_note();
		if (selector->flags & SHRIKE_SELECTOR_NOTIFY) {
			scratch->is_enforced = 1;
			leave_note(selector);
		}
	}
	if (may_ask_for(SHRIKE_HOOK_TRACKS_SOCKETS)) {
		scratch->tracked |= selector->tracked_arguments;
		scratch->untracked |= selector->untracked_arguments;
	}
	if (asks_for(SHRIKE_HOOK_ON_RETURN)) {
		if (selector->return_signal && scratch->return_signal != SIGKILL_NUMBER)
			send_signal(scratch, selector->return_signal);
		count_hit(scratch, bit, selector);
		return is_done(scratch);
	}
	if (selector->flags & SHRIKE_SELECTOR_OVERRIDE) {
		scratch->is_enforced = 1;
		/* The policy that was loaded first decides the error; all of them deny. */
		if (!(scratch->event_flags & SHRIKE_HOOK_OVERRIDDEN) &&
		    !(asks_for(SHRIKE_HOOK_CHANGES_REGISTERS) && change_caller(scratch, bit))) {
			scratch->event_flags |= SHRIKE_HOOK_OVERRIDDEN;
			scratch->override_error = selector->override_error;
		}
	} else if (asks_for(SHRIKE_HOOK_CHANGES_MEMORY) &&
		   selector->flags & SHRIKE_SELECTOR_CHANGES) {
		scratch->is_enforced = 1;
		change_caller(scratch, bit);
	}
	if (selector->signal && scratch->signal != SIGKILL_NUMBER)
		send_signal(scratch, selector->signal);
	count_hit(scratch, bit, selector);
	return is_done(scratch);
}

/* can_signal - what bpf_send_signal() asks of the current process (kernel/trace/bpf_trace.c). */
static __always_inline bool can_signal(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return !(BPF_CORE_READ(task, flags) & (SHRIKE_PF_KTHREAD | SHRIKE_PF_EXITING)) &&
	       BPF_CORE_READ(task, tgid) != 1;
}

/* note_next - one step: what the next policy's match at entry did. Nothing is done here. */
static long note_next(__u32 step, struct scratch **context)
{
	struct scratch *scratch = *context;
	struct shrike_selector_config *selector;
	__u32 bit;

	if (scratch->cursor >= config.words * 64)
		return 1;
	bit = next_bit(scratch, scratch->alive);
	if (bit >= SHRIKE_MAX_SELECTORS)
		return 0;
	selector = bpf_map_lookup_elem(&selector_actions, &bit);
	if (!selector)
		return 1;
	scratch->entry_first[bit / 64 % SHRIKE_MAX_WORDS] |= 1ull << (bit % 64);
	scratch->cursor = selector->policy_end;
	if (selector->flags & SHRIKE_SELECTOR_OVERRIDE) {
		scratch->is_enforced = 1;
		/* Refused by somebody else before: then it was not this that denied. */
		if (scratch->result == selector->override_error) {
			scratch->event_flags |= SHRIKE_HOOK_OVERRIDDEN;
			scratch->override_error = selector->override_error;
		}
	}
	if (selector->signal && scratch->signal != SIGKILL_NUMBER && can_signal()) {
		scratch->is_enforced = 1;
		scratch->event_flags |= SHRIKE_HOOK_SIGNAL_SENT;
		scratch->signal = selector->signal;
	}
	return 0;
}

/* start_actions - forget what the slot's last user did. */
static __always_inline void start_actions(struct scratch *scratch)
{
	scratch->is_posted = 0;
	scratch->is_enforced = 0;
	scratch->stacks = 0;
	scratch->event_flags = 0;
	scratch->signal = 0;
	scratch->return_signal = 0;
	scratch->override_error = 0;
	scratch->wants_hash = 0;
	scratch->tracked = 0;
	scratch->untracked = 0;
}

/* note_entry - in a return hook: which selectors acted when the function was entered, from scratch->alive as
 * the process and the arguments leave it. The arguments are the same ones, so the answer is; nothing has to
 * be kept from one program to the other, for however long the function sleeps.
 * @result: what the function returned.
 */
static __always_inline void note_entry(struct scratch *scratch, __s32 result)
{
	struct scratch *context = scratch;

	for (__u32 word = 0; word < config.words && word < SHRIKE_MAX_WORDS; word++)
		scratch->entry_first[word] = 0;
	scratch->result = result;
	scratch->cursor = 0;
	scratch->event_flags = SHRIKE_HOOK_HAS_ENTRY;
	bpf_loop(SHRIKE_MAX_SELECTORS + SHRIKE_MAX_WORDS, note_next, &context, 0);
}

/* run_actions - act on scratch->alive; the result is in scratch->first and the fields beside it. */
static __always_inline void run_actions(struct scratch *scratch)
{
	struct scratch *context = scratch;

	for (__u32 word = 0; word < config.words && word < SHRIKE_MAX_WORDS; word++)
		scratch->first[word] = 0;
	scratch->cursor = 0;
	/* Each step passes a selector or a word. */
	bpf_loop(SHRIKE_MAX_SELECTORS + SHRIKE_MAX_WORDS, act_on_next, &context, 0);
}

#endif
