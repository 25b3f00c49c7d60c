// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The program of a hooked kernel function: one for all policies on it. The same decision, entered in
 * three ways; user space loads the one that the plan needs and leaves out the others.
 */
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "action/run_actions.h"
#include "event/write_hook_event.h"
#include "extract/read_task.h"
#include "filter/match_arguments.h"
#include "filter/match_process.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* decide - match, act, post. Return: 0, or the error that the operation is refused with. */
static __always_inline int decide(void *context, struct task_state *state, struct scratch *scratch)
{
	for (__u32 word = 0; word < config.words && word < SHRIKE_MAX_WORDS; word++)
		scratch->alive[word] = config.all[word];
	if (config.flags & SHRIKE_HOOK_HAS_PROCESS && !match_process(scratch, state))
		return 0;
#pragma unroll
	for (__u32 number = 0; number < SHRIKE_MAX_ARGUMENTS; number++)
		scratch->arguments[number].is_read = 0;
	if (!match_arguments(context, scratch))
		return 0;
	run_actions(scratch);
	if (scratch->is_posted)
		write_hook_event(context, scratch, state);
	return scratch->override_error;
}

static __always_inline int run_hook(void *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_state *state = task_state(task->group_leader);
	struct scratch *scratch = take_scratch();
	int verdict;

	if (!scratch)
		return 0; /* fails open, counted */
	verdict = decide(context, state, scratch);
	return_scratch(scratch);
	return verdict;
}

/* Observation only: the cheapest way in. */
SEC("fentry/function")
int hook_function_entry(void *context)
{
	run_hook(context);
	return 0;
}

/* May refuse: what is returned goes to the caller instead of the function's own answer. */
SEC("fmod_ret/function")
int hook_function_modify_return(void *context)
{
	return run_hook(context);
}

SEC("lsm/file_open")
int hook_function_lsm(void *context)
{
	return run_hook(context);
}
