// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The process sensor: fork, exec and exit from the scheduler's tracepoints, control groups, and the iterator that
 * seeds what was there before. It owns the maps that all other programs share.
 */
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "action/limit_cgroup.h"
#include "event/write_exec_event.h"
#include "event/write_group_event.h"
#include "event/write_header.h"
#include "extract/read_binary.h"
#include "extract/read_cgroup.h"
#include "extract/read_lineage.h"
#include "extract/read_process_fact.h"
#include "extract/read_task.h"
#include "extract/remember_image.h"
#include "maps/enforcer_maps.h"
#include "maps/event_maps.h"
#include "maps/hash_maps.h"
#include "maps/live_maps.h"
#include "maps/process_maps.h"
#include "maps/scope_maps.h"
#include "maps/scratch_maps.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* inherit - what a child has of its parent: all but who it is, and what is known of that. */
static __always_inline void inherit(struct task_state *to, struct task_state *from)
{
	const __u32 start = offsetof(struct task_state, class_stamp);
	const __u32 end = offsetof(struct task_state, parent_binary);

	_Static_assert(offsetof(struct task_state, told) + sizeof(to->told) == start,
		       "what is in front is the child's own");
	_Static_assert(end + sizeof(to->parent_binary) == sizeof(*to),
		       "what is behind is another binary");
	__builtin_memcpy(&to->class_stamp, &from->class_stamp, end - start);
	to->parent_binary = from->binary;
	to->parent_stamp = from->class_stamp;
	to->parent_lineage = from->lineage;
}

/* A child is a copy of its parent until it execs; a new thread is no new process. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *parent, struct task_struct *child)
{
	struct shrike_lineage_control *lists = followed_lists();
	struct task_struct *leader = parent->group_leader;
	struct task_state *from, *to;
	struct shrike_event_fork event = {};
	bool is_seeded;

	from = task_state(leader);
	if (from && lists && lists->live)
		current_lineage(from, leader, lists);
	if (child->pid != child->tgid) {
		remember_image(child, from);
		return 0;
	}
	to = bpf_task_storage_get(&task_states, child, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	/* The child is in the list of tasks already: seed_task may have told of it under a key of its own, which stays. */
	is_seeded = to && __sync_lock_test_and_set(&to->told, 1);

	write_header(&event.header, SHRIKE_EVENT_FORK, sizeof(event));
	event.header.pid = child->tgid;
	event.header.tid = child->pid;
	event.process.ktime_ns = event.header.ktime_ns;
	event.process.pid = child->tgid;
	event.nspid = read_namespace_pid(child);
	event.cgroup_id = read_cgroup_id(child);
	event.flags = SHRIKE_PROCESS_EXECVE;
	if (from) {
		event.parent = from->key;
		event.flags |= from->flags & SHRIKE_PROCESS_IN_INIT_TREE;
	} else {
		event.parent.pid = parent->tgid;
	}
	if (event.nspid == 1)
		event.flags |= SHRIKE_PROCESS_IN_INIT_TREE;
	if (to) {
		if (from)
			inherit(to, from);
		if (lists && lists->live)
			to->lineage |= own_lineage(to, child) & lists->live;
		if (!to->has_base)
			keep_base(to, child);
		if (!is_seeded)
			to->key = event.process;
		to->flags = event.flags;
		to->forked = 1;
	} else {
		count(SHRIKE_COUNTER_NO_TASK_STATE);
	}
	if (is_seeded)
		return 0;
	if (is_throttled(child)) {
		if (to)
			to->told = 0;
		return 0;
	}
	if (bpf_ringbuf_output(&critical_ring, &event, sizeof(event), 0))
		count(SHRIKE_COUNTER_LOST_FORK);
	return 0;
}

/* exec_parent - the image that the new one descends from.
 * After a fork, and when nobody has told user space of the image that this exec replaces (it forked just before the
 * sensor was attached), it is the parent of now (a subreaper, when the forking one is gone); else the image that
 * this exec replaced.
 */
static __always_inline struct shrike_process_key exec_parent(struct task_struct *task,
							     struct task_state *state)
{
	struct task_state *parent;
	struct shrike_process_key key;

	if (!state->forked && state->told)
		return state->key;
	parent = task_state(task->real_parent->group_leader);
	if (parent)
		return parent->key;
	key.ktime_ns = 0;
	key.pid = BPF_CORE_READ(task, real_parent, tgid);
	key.reserved = 0;
	return key;
}

/* Runs in the new image, whose only thread is now the leader, whichever thread called execve(2). */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct task_state *state = task_state(task);
	struct shrike_lineage_control *lists = followed_lists();
	struct scratch *scratch = take_scratch();
	bool is_told;

	if (!scratch) {
		count(SHRIKE_COUNTER_LOST_EXEC);
		return 0;
	}
	write_header(&scratch->exec.header, SHRIKE_EVENT_EXEC, 0);
	scratch->exec.process.ktime_ns = scratch->exec.header.ktime_ns;
	scratch->exec.process.pid = scratch->exec.header.pid;
	scratch->exec.process.reserved = 0;
	scratch->exec.flags = SHRIKE_PROCESS_EXECVE;
	if (state) {
		scratch->exec.parent = exec_parent(task, state);
		scratch->exec.replaced = state->key;
		if (state->forked)
			scratch->exec.flags |= SHRIKE_PROCESS_CLONE;
		scratch->exec.flags |= state->flags & SHRIKE_PROCESS_IN_INIT_TREE;
	} else {
		scratch->exec.parent = scratch->exec.process;
		scratch->exec.parent.ktime_ns = 0;
		scratch->exec.replaced = scratch->exec.parent;
	}
	if (state) {
		/* exe_file is the interpreter of a script, as it is what runs. */
		state->binary.bytes = 0;
		__builtin_memset(state->binary.text, 0, sizeof(state->binary.text));
		state->class_stamp = 0;
		if (!read_file_path(scratch, BINARY_TEXT_INDEX,
				    (__u64)BPF_CORE_READ(task, mm, exe_file), task))
			keep_path(&state->binary, scratch, BINARY_TEXT_INDEX);
		if (lists && lists->live) {
			current_lineage(state, task, lists);
			state->lineage |= own_lineage(state, task) & lists->live;
		}
	}
	read_credentials(&scratch->exec.credentials, BPF_CORE_READ(task, cred));
	read_namespaces(&scratch->exec.namespaces, task);
	is_told = !is_throttled(task);
	if (is_told)
		write_exec_event(scratch, task, bprm);
	/* Only now: a child that executes meanwhile must not name a parent that no record has told of yet. */
	if (state) {
		state->key = scratch->exec.process;
		state->flags = scratch->exec.flags;
		state->namespaces = scratch->exec.namespaces;
		state->permitted = scratch->exec.credentials.permitted;
		state->effective = scratch->exec.credentials.effective;
		state->inheritable = scratch->exec.credentials.inheritable;
		state->has_base = 1;
		state->forked = 0;
		state->told = is_told;
	}
	return_scratch(scratch);
	return 0;
}

/* The tracepoint fires for each thread; the group has ended when nobody is left to run. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
	struct shrike_event_exit event = {};
	struct task_state *state;

	if (BPF_CORE_READ(task, signal, live.counter) != 0)
		return 0;
	state = task_state(task->group_leader);
	/* Two last threads may both see that nobody is left: one of them reports it. */
	if (state && __sync_lock_test_and_set(&state->exited, 1))
		return 0;
	/* The end of a process that user space knows is told always: there are no more of them than were let through. */
	if ((!state || !state->told) && is_throttled(task))
		return 0;
	/* Whom user space does not know it need not take off its list; see seed_task for those that it learns of now. */
	if (state && !state->told)
		return 0;
	write_header(&event.header, SHRIKE_EVENT_EXIT, sizeof(event));
	if (state)
		event.process = state->key;
	else
		event.process.pid = event.header.pid;
	event.exit_code = task->exit_code;
	if (bpf_ringbuf_output(&critical_ring, &event, sizeof(event), 0))
		count(SHRIKE_COUNTER_LOST_EXIT);
	return 0;
}

/* Under cgroup_mutex, which whoever joins the group takes too: no process is in it yet (kernel/cgroup/cgroup.c). */
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(group_made, struct cgroup *group)
{
	write_group_made(group);
	return 0;
}

/* No process is in it any more. */
SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(group_gone, struct cgroup *group)
{
	write_group_gone(group);
	return 0;
}

/* seed_task - state for a process older than the agent, and what user space cannot see in procfs. */
SEC("iter/task")
int seed_task(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct shrike_task_seed seed = {};
	struct task_struct *parent;
	struct task_state *state;

	if (!task || task->pid != task->tgid)
		return 0;
	/* It has ended, perhaps before anybody was told of ends: nothing would take it off the list again. */
	if (!BPF_CORE_READ(task, signal, live.counter))
		return 0;
	state = task_state(task);
	if (!state)
		return 0;
	if (!state->has_base)
		keep_base(state, task);
	/* Now: an exec that gives it another one after `told` is set names this one as the image that it replaces. */
	seed.process = state->key;
	/* Forked or executed since the sensor was attached: its own record tells it. */
	if (__sync_lock_test_and_set(&state->told, 1))
		return 0;
	/* process_exit sets this one and looks at the other: either it tells of the end, or the end is seen here. */
	if (*(volatile __u32 *)&state->exited)
		return 0;
	seed.flags = SHRIKE_PROCESS_PROCFS | (state->flags & SHRIKE_PROCESS_IN_INIT_TREE);
	parent = BPF_CORE_READ(task, real_parent, group_leader);
	seed.parent.pid = BPF_CORE_READ(parent, tgid);
	seed.parent.ktime_ns = seed.parent.pid ? start_key_ns(parent) : 1;
	seed.cgroup_id = read_cgroup_id(task);
	seed.auid = read_auid(task);
	seed.nspid = read_namespace_pid(task);
	seed.is_kernel_thread = (task->flags & SHRIKE_PF_KTHREAD) != 0;
	read_credentials(&seed.credentials, BPF_CORE_READ(task, cred));
	read_namespaces(&seed.namespaces, task);
	bpf_probe_read_kernel_str(seed.comm, sizeof(seed.comm), task->comm);
	bpf_seq_write(context->meta->seq, &seed, sizeof(seed));
	return 0;
}
