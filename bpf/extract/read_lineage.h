/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a process descends from: for each list of binaries or process ids that policies follow a bit, set when
 * the process or one that it descends from is a member. A bit that is set stays: over fork, exec, and the end of
 * all ancestors.
 *
 * When a list comes up, user space lets the task iterator visit all tasks until nothing changes any more. A
 * process that forks meanwhile is brought up to date first (lineage_generation), so no child slips through.
 */
#ifndef SHRIKE_READ_LINEAGE_H
#define SHRIKE_READ_LINEAGE_H

#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/read_task.h"
#include "maps/lineage_maps.h"
#include "maps/process_maps.h"

static __always_inline struct shrike_lineage_control *followed_lists(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&lineage_control, &zero);
}

/* own_lineage - the lists that name the process itself. */
static __noinline __u64 own_lineage(struct task_state *state, struct task_struct *leader)
{
	struct shrike_lineage_pid pid = {};
	__u64 lists = 0, *named;

	if (state->binary.bytes && state->binary.bytes <= SHRIKE_MAX_BINARY_BYTES) {
		named = bpf_map_lookup_elem(&lineage_binaries, state->binary.text);
		if (named)
			lists |= *named;
	}
	pid.pid = BPF_CORE_READ(leader, tgid);
	named = bpf_map_lookup_elem(&lineage_pids, &pid);
	if (named)
		lists |= *named;
	pid.pid = read_namespace_pid(leader);
	pid.is_namespace = 1;
	if (pid.pid) {
		named = bpf_map_lookup_elem(&lineage_pids, &pid);
		if (named)
			lists |= *named;
	}
	return lists;
}

/* ancestor_lineage - what a child of @leader inherits now. */
static __noinline __u64 ancestor_lineage(struct task_struct *leader)
{
	struct task_state *state = bpf_task_storage_get(&task_states, leader, NULL, 0);

	if (!state)
		return 0;
	return state->lineage | own_lineage(state, leader);
}

/* update_lineage - add what is known of the process and its parent. @leader: of the group.
 * What further ancestors know reaches the process by the visits to those between: most have lower process ids, and are
 * visited before it. Verifier: each step to a parent has it look through all names of the kernel's types (6.12).
 */
static __always_inline void update_lineage(struct task_state *state, struct task_struct *leader,
					   struct shrike_lineage_control *lists)
{
	__u64 inherited = ancestor_lineage(leader->real_parent->group_leader) & lists->live;

	__sync_fetch_and_or(&state->parent_lineage, inherited);
	__sync_fetch_and_or(&state->lineage,
			    (inherited | own_lineage(state, leader)) & lists->live);
	state->lineage_generation = lists->generation;
}

/* current_lineage - bring a process up to date before a child or a thread takes over what it has. */
static __always_inline void current_lineage(struct task_state *state, struct task_struct *leader,
					    struct shrike_lineage_control *lists)
{
	if (state->lineage_generation != lists->generation)
		update_lineage(state, leader, lists);
}

#endif
