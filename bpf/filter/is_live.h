/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether this program decides at its hook, or another generation of it does. */
#ifndef SHRIKE_IS_LIVE_H
#define SHRIKE_IS_LIVE_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "maps/live_maps.h"
#include "maps/policy_maps.h"
#include "shrike_abi.h"

/* take_turn - notes for the older program of this call whether this one decided. Without memory for the note
 * the older one decides too: twice rather than not at all.
 */
static __noinline int take_turn(__u32 decided)
{
	struct turn *turn = bpf_task_storage_get(&turns, bpf_get_current_task_btf(), 0,
						 BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!turn)
		return 0;
	turn->hook_id = config.hook_id;
	turn->generation = config.generation;
	turn->decided = decided;
	return 0;
}

/* was_decided - the newer program, @live, decided in the call that this program is in. */
static __noinline int was_decided(__u32 live)
{
	struct turn *turn = bpf_task_storage_get(&turns, bpf_get_current_task_btf(), 0, 0);

	return turn && turn->hook_id == config.hook_id && turn->generation == live && turn->decided;
}

/* is_live - this program is the one that decides.
 *
 * One store of user space makes a newer program live. A call can be between the two programs at that time.
 * The kernel runs the newer first (trampolines and kprobes: a list that grows at its head): it looked before the
 * store and left the call to the older, which looks after it. So the newer one notes what it did and the older
 * goes by the note: no call goes undecided, and none is decided twice. Some seconds later user space takes the
 * flag away, and the notes cost nothing more. A call that was kept for longer between the two programs (the
 * kernel can preempt it there) still has its note; without one it is decided, perhaps twice, never not at all.
 * Programs on tracepoints run in the other order: there such a call can be told twice.
 */
static __always_inline bool is_live(void)
{
	__u32 hook = config.hook_id;
	__u32 *word = bpf_map_lookup_elem(&live_generations, &hook);
	__u32 live;

	if (!word)
		return false;
	live = *(volatile __u32 *)word;
	if (live == config.generation)
		return true;
	if (live == (config.generation | SHRIKE_GENERATION_REPLACES)) {
		take_turn(1);
		return true;
	}
	if ((live & ~SHRIKE_GENERATION_REPLACES) < config.generation) {
		/* Its turn is still to come; 0: nobody decides. */
		if (live)
			take_turn(0);
		return false;
	}
	return !was_decided(live & ~SHRIKE_GENERATION_REPLACES);
}

#endif
