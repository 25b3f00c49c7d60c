// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The program of a hook whose one argument is a file or a path and of which no policy asks for more than the process, the
 * path and what is done then: most hooks are so. It decides and reports what function.bpf.c would, which could take its
 * place; but what is not in a program costs neither the verifier, which takes it out of the other one piece by piece, nor
 * a call. User space chooses, by what is said of SHRIKE_FILE_HOOK_FLAGS.
 */
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "shrike_abi.h"

#define POSSIBLE_FLAGS SHRIKE_FILE_HOOK_FLAGS
#define POSSIBLE_ARGUMENTS 1

#include "action/count_loss.h"
#include "action/refuse.h"
#include "action/run_actions.h"
#include "event/write_file_event.h"
#include "extract/read_task.h"
#include "filter/is_live.h"
#include "filter/match_facts.h"
#include "filter/match_file.h"
#include "filter/match_process.h"
#include "filter/screen_path.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* decide - match, act, post. Return: 0, or the error that the operation is refused with. */
static __always_inline long decide(void *context, struct scratch *scratch, struct file_place *place)
{
	struct task_state *state = NULL;

	for (__u32 word = 0; word < config.words && word < SHRIKE_MAX_WORDS; word++)
		scratch->alive[word] = config.all[word];
	scratch->arguments[0].is_read = 0;
	if (asks_for(SHRIKE_HOOK_HAS_PROCESS | SHRIKE_HOOK_HAS_LINEAGE))
		state = current_state();
	if (asks_for(SHRIKE_HOOK_HAS_PROCESS) && !match_process(scratch, state))
		return 0;
	if (config.fact_count && !match_facts(scratch, state))
		return 0;
	if (!match_file(context, scratch, place))
		return 0;
	start_actions(scratch);
	run_actions(scratch);
	if (scratch->is_posted) {
		if (!scratch->arguments[0].is_read)
			read_file(context, scratch, place->mount, place->dentry);
		if (write_file_event(scratch, current_state()))
			count_loss(scratch);
	}
	return refusal(scratch->override_error);
}

static __always_inline long run_hook(void *context)
{
	struct file_place place = {};
	struct scratch *scratch;
	long verdict;

	if (!is_live())
		return 0;
	if (config.screened && is_elsewhere(context, &place))
		return 0;
	scratch = take_scratch();
	if (!scratch)
		return 0; /* fails open, counted */
	verdict = decide(context, scratch, &place);
	return_scratch(scratch);
	return verdict;
}

/* The ways in of function.bpf.c that give the verifier the type of a parameter before the function has run. */

SEC("fentry/security_file_open")
int hook_function_entry(void *context)
{
	run_hook(context);
	return 0;
}

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
