// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The program of a hook in the kernel: one for all policies on it. The same decision, entered in several
 * ways; user space loads the one that the plan needs, for the plan's function or tracepoint (the section
 * only names an example), and leaves out the others.
 */
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "action/change_caller.h"
#include "action/count_loss.h"
#include "action/limit_rate.h"
#include "action/notify_enforcer.h"
#include "action/refuse.h"
#include "action/run_actions.h"
#include "action/track_socket.h"
#include "action/want_hash.h"
#include "event/write_hook_event.h"
#include "extract/read_task.h"
#include "extract/take_call.h"
#include "filter/is_live.h"
#include "filter/match_arguments.h"
#include "filter/match_facts.h"
#include "filter/match_process.h"
#include "filter/screen_path.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* decide - match, act, post. Return: 0, or the error that the operation is refused with. */
static __always_inline long decide(void *context, struct scratch *scratch)
{
	struct task_state *state = NULL;
	struct hash_note *note = NULL;

	if (asks_for(SHRIKE_HOOK_HAS_HASH))
		forget_hash();
	for (__u32 word = 0; word < config.words && word < SHRIKE_MAX_WORDS; word++)
		scratch->alive[word] = config.all[word];
	if (asks_for(SHRIKE_HOOK_HAS_PROCESS | SHRIKE_HOOK_HAS_CHANGES | SHRIKE_HOOK_HAS_LINEAGE))
		state = current_state();
	if (asks_for(SHRIKE_HOOK_HAS_PROCESS) && !match_process(scratch, state))
		return 0;
	if (config.fact_count && !match_facts(scratch, state))
		return 0;
#pragma unroll
	for (__u32 number = 0; number < SHRIKE_MAX_ARGUMENTS; number++)
		if (number < config.argument_count)
			scratch->arguments[number].is_read = 0;
	if (!match_arguments(context, scratch))
		return 0;
	start_actions(scratch);
	if (asks_for(SHRIKE_HOOK_ON_RETURN)) {
		if (asks_for(SHRIKE_HOOK_REPORTS_ENTRY))
			note_entry(scratch, read_result(context));
		if (!match_results(context, scratch))
			return 0;
	}
	if (asks_for(SHRIKE_HOOK_CHANGES_REGISTERS | SHRIKE_HOOK_CHANGES_MEMORY))
		start_changes(context, scratch);
	run_actions(scratch);
	if (asks_for(SHRIKE_HOOK_TRACKS_SOCKETS))
		track_sockets(context, scratch);
	if (asks_for(SHRIKE_HOOK_HAS_RATE_LIMIT) && scratch->is_posted)
		limit_rate(context, scratch);
	if (scratch->is_posted) {
		if (asks_for(SHRIKE_HOOK_HAS_HASH))
			note = want_hash(scratch);
		if (write_hook_event(context, scratch, current_state()))
			count_loss(scratch);
		if (note) {
			note->hook_id = config.hook_id;
			note->record_ktime_ns = scratch->hook.header.ktime_ns;
		}
		if (asks_for(SHRIKE_HOOK_HAS_CHANGES) && state)
			keep_base(state, (struct task_struct *)bpf_get_current_task());
	}
	/* Behind the event, which tells what the function was called with. */
	if (asks_for(SHRIKE_HOOK_CHANGES_REGISTERS) && scratch->has_changed)
		put_registers(context, scratch);
	return refusal(scratch->override_error);
}

static __always_inline long run_hook(void *context)
{
	struct file_place place;
	struct scratch *scratch;
	long verdict, obeyed = 0;

	if (!is_live())
		return 0;
	if (config.enforcers)
		obeyed = refusal(obey_note());
	if (!config.words)
		return obeyed;
	if (config.screened && is_elsewhere(context, &place))
		return obeyed;
	scratch = take_scratch();
	if (!scratch)
		return obeyed; /* fails open, counted */
	if (config.entry != SHRIKE_ENTRY_TRAMPOLINE)
		scratch->context = (__u64)context;
	if (config.entry == SHRIKE_ENTRY_USER_RETURN && !take_call(context, scratch)) {
		return_scratch(scratch);
		return obeyed;
	}
	verdict = decide(context, scratch);
	return_scratch(scratch);
	return verdict ? verdict : obeyed;
}

/* Observation only: the cheapest way in. */
SEC("fentry/security_file_open")
int hook_function_entry(void *context)
{
	run_hook(context);
	return 0;
}

/* May refuse: what is returned goes to the caller instead of the function's own answer. */
SEC("fmod_ret/security_file_open")
long hook_function_modify_return(void *context)
{
	return run_hook(context);
}

SEC("lsm/file_open")
long hook_function_lsm(void *context)
{
	return run_hook(context);
}

/* The function has returned: arguments and result in one place. Nothing can be refused any more. */
SEC("fexit/security_file_open")
int hook_function_return(void *context)
{
	run_hook(context);
	return 0;
}

/* Where no trampoline can be put on the function: sees its entry through a breakpoint or ftrace. */
SEC("kprobe/security_file_open")
int hook_function_kprobe(void *context)
{
	run_hook(context);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int hook_raw_tracepoint(void *context)
{
	run_hook(context);
	return 0;
}

SEC("tp/sched/sched_process_exec")
int hook_tracepoint(void *context)
{
	run_hook(context);
	return 0;
}

/* A place in a user space file, in whatever process comes by. */
SEC("uprobe")
int hook_user_probe(void *context)
{
	run_hook(context);
	return 0;
}

/* The entry of a function whose return is hooked: keeps what it was called with, decides nothing. */
SEC("uprobe")
int hook_user_call(void *context)
{
	note_call(context);
	return 0;
}

/* A user space function has returned: what it was called with, and its result. */
SEC("uretprobe")
int hook_user_return(void *context)
{
	run_hook(context);
	return 0;
}
