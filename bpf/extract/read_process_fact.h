/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Facts of the calling process that policies ask for: each is read when a plan needs it, and only then. */
#ifndef SHRIKE_READ_PROCESS_FACT_H
#define SHRIKE_READ_PROCESS_FACT_H

#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/read_scope.h"
#include "extract/read_task.h"
#include "maps/process_maps.h"
#include "shrike_abi.h"

#define NAMESPACE_KINDS (sizeof(struct shrike_namespaces) / sizeof(__u32))

/* read_namespace - inode of the task's namespace number @kind, as in struct shrike_namespaces. */
static __always_inline __u32 read_namespace(struct task_struct *task, __u32 kind)
{
	struct nsproxy *all = BPF_CORE_READ(task, nsproxy);

	switch (kind) {
	case 0:
		return BPF_CORE_READ(all, uts_ns, ns.inum);
	case 1:
		return BPF_CORE_READ(all, ipc_ns, ns.inum);
	case 2:
		return BPF_CORE_READ(all, mnt_ns, ns.inum);
	case 3:
		return read_pid_namespace(task);
	case 4:
		return BPF_CORE_READ(all, pid_ns_for_children, ns.inum);
	case 5:
		return BPF_CORE_READ(all, net_ns, ns.inum);
	case 6:
		return BPF_CORE_READ(all, time_ns, ns.inum);
	case 7:
		return BPF_CORE_READ(all, time_ns_for_children, ns.inum);
	case 8:
		return BPF_CORE_READ(all, cgroup_ns, ns.inum);
	default:
		return BPF_CORE_READ(task, cred, user_ns, ns.inum);
	}
}

/* read_capabilities - one of the task's sets. @offset: of the set in struct cred. */
static __always_inline __u64 read_capabilities(struct task_struct *task, __u64 offset)
{
	__u64 set = 0;

	bpf_probe_read_kernel(&set, sizeof(set),
			      (void *)((__u64)BPF_CORE_READ(task, cred) + offset));
	return set;
}

#define PERMITTED_OFFSET bpf_core_field_offset(struct cred, cap_permitted)
#define EFFECTIVE_OFFSET bpf_core_field_offset(struct cred, cap_effective)
#define INHERITABLE_OFFSET bpf_core_field_offset(struct cred, cap_inheritable)

/* keep_base - from now on, changes are those from what the task is at this moment. */
static __always_inline void keep_base(struct task_state *state, struct task_struct *task)
{
	read_namespaces(&state->namespaces, task);
	state->permitted = read_capabilities(task, PERMITTED_OFFSET);
	state->effective = read_capabilities(task, EFFECTIVE_OFFSET);
	state->inheritable = read_capabilities(task, INHERITABLE_OFFSET);
	state->has_base = 1;
}

static __always_inline __u64 namespace_changes(struct task_state *state, struct task_struct *task)
{
	struct shrike_namespaces now;
	__u64 changes = 0;

	read_namespaces(&now, task);
	changes |= (now.uts != state->namespaces.uts) << 0;
	changes |= (now.ipc != state->namespaces.ipc) << 1;
	changes |= (now.mnt != state->namespaces.mnt) << 2;
	changes |= (now.pid != state->namespaces.pid) << 3;
	changes |= (now.pid_for_children != state->namespaces.pid_for_children) << 4;
	changes |= (now.net != state->namespaces.net) << 5;
	changes |= (now.time != state->namespaces.time) << 6;
	changes |= (now.time_for_children != state->namespaces.time_for_children) << 7;
	changes |= (now.cgroup != state->namespaces.cgroup) << 8;
	changes |= (now.user != state->namespaces.user) << 9;
	return changes;
}

/* changes_of - bits of a fact that are not as they were; 0 when it is not known how they were.
 * @state: may be NULL.
 */
static __always_inline __u64 changes_of(struct task_state *state, struct task_struct *task,
					__u32 fact)
{
	if (!state || !state->has_base)
		return 0;
	switch (fact) {
	case SHRIKE_FACT_PERMITTED_CHANGES:
		return read_capabilities(task, PERMITTED_OFFSET) ^ state->permitted;
	case SHRIKE_FACT_EFFECTIVE_CHANGES:
		return read_capabilities(task, EFFECTIVE_OFFSET) ^ state->effective;
	case SHRIKE_FACT_INHERITABLE_CHANGES:
		return read_capabilities(task, INHERITABLE_OFFSET) ^ state->inheritable;
	default:
		return namespace_changes(state, task);
	}
}

/* read_fact - a fact of the calling process. @state: may be NULL. */
static __always_inline __u64 read_fact(struct task_state *state, __u32 fact)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	switch (fact) {
	case SHRIKE_FACT_PID:
		return bpf_get_current_pid_tgid() >> 32;
	case SHRIKE_FACT_NAMESPACE_PID:
		return read_namespace_pid(BPF_CORE_READ(task, group_leader));
	case SHRIKE_FACT_PERMITTED:
		return read_capabilities(task, PERMITTED_OFFSET);
	case SHRIKE_FACT_EFFECTIVE:
		return read_capabilities(task, EFFECTIVE_OFFSET);
	case SHRIKE_FACT_INHERITABLE:
		return read_capabilities(task, INHERITABLE_OFFSET);
	case SHRIKE_FACT_SCOPE:
		return read_scope(task);
	case SHRIKE_FACT_LINEAGE:
		return state ? state->lineage : 0;
	case SHRIKE_FACT_PARENT_LINEAGE:
		return state ? state->parent_lineage : 0;
	case SHRIKE_FACT_PERMITTED_CHANGES:
	case SHRIKE_FACT_EFFECTIVE_CHANGES:
	case SHRIKE_FACT_INHERITABLE_CHANGES:
	case SHRIKE_FACT_NAMESPACE_CHANGES:
		return changes_of(state, task, fact);
	default:
		return read_namespace(task, fact - SHRIKE_FACT_NAMESPACE);
	}
}

#endif
