// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The iterator that tells tasks what they descend from. It is loaded when the first policy asks for it; what forks and
 * executes from then on is process.bpf.c's.
 */
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/read_binary.h"
#include "extract/read_lineage.h"
#include "extract/read_path.h"
#include "extract/read_task.h"
#include "extract/remember_image.h"
#include "maps/lineage_maps.h"
#include "maps/process_maps.h"
#include "maps/scratch_maps.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* follow_thread - what its group descends from, for when the thread becomes its leader. */
static __always_inline void follow_thread(struct task_struct *thread)
{
	struct task_state *group = task_state(thread->group_leader);
	struct thread_image *image;

	if (!group)
		return;
	image = bpf_task_storage_get(&thread_images, thread, NULL, 0);
	if (!image) {
		remember_image(thread, group);
		return;
	}
	image->lineage = group->lineage;
	image->parent_lineage = group->parent_lineage;
}

/* keep_executable - the path of a process older than the agent, whom no exec has told of. */
static __always_inline void keep_executable(struct task_state *state, struct task_struct *task)
{
	struct scratch *scratch;
	__u64 file;

	if (state->binary.bytes || BPF_CORE_READ(task, flags) & SHRIKE_PF_KTHREAD)
		return;
	file = (__u64)BPF_CORE_READ(task, mm, exe_file);
	if (!file)
		return;
	scratch = take_scratch();
	if (!scratch)
		return;
	if (!read_file_path(scratch, BINARY_TEXT_INDEX, file, task))
		keep_path(&state->binary, scratch, BINARY_TEXT_INDEX);
	return_scratch(scratch);
}

/* follow_task - one visit of a task when the followed lists have changed: forgets lists that are gone, adds what is
 * known of its ancestors. Writes a byte when there was something to add: there is another round then.
 */
SEC("iter/task")
int follow_task(struct bpf_iter__task *context)
{
	struct shrike_lineage_control *lists = followed_lists();
	struct task_struct *task = context->task;
	struct task_state *state;
	__u64 before, before_parent;
	__u8 changed = 1;

	if (!task || !lists)
		return 0;
	if (task->pid != task->tgid) {
		follow_thread(task);
		return 0;
	}
	state = task_state(task);
	if (!state)
		return 0;
	keep_executable(state, task);
	__sync_fetch_and_and(&state->lineage, lists->live);
	__sync_fetch_and_and(&state->parent_lineage, lists->live);
	before = state->lineage;
	before_parent = state->parent_lineage;
	update_lineage(state, task, lists);
	if (state->lineage != before || state->parent_lineage != before_parent)
		bpf_seq_write(context->meta->seq, &changed, sizeof(changed));
	return 0;
}
