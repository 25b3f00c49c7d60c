/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Facts of a task: identity, credentials, namespaces. */
#ifndef SHRIKE_READ_TASK_H
#define SHRIKE_READ_TASK_H

#include "base/error_count.h"
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "maps/process_maps.h"
#include "shrike_abi.h"

#define NS_PER_TICK 10000000ull /* USER_HZ is 100 on every supported architecture */

/* The key that user space makes of /proc/PID/stat: start in whole clock ticks since boot. */
static __always_inline __u64 start_key_ns(struct task_struct *leader)
{
	__u64 ticks = BPF_CORE_READ(leader, start_boottime) / NS_PER_TICK;

	return (ticks ? ticks : 1) * NS_PER_TICK;
}

/* read_namespace_pid - pid in the innermost pid namespace; 0 in the host's. */
static __always_inline __u32 read_namespace_pid(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);
	int number = 0;
	__u64 at;

	if (!level)
		return 0;
	/* Not a static array index: numbers[] is as long as the namespace is deep. */
	at = (__u64)pid + bpf_core_field_offset(struct pid, numbers) +
	     (__u64)level * bpf_core_type_size(struct upid);
	bpf_probe_read_kernel(&number, sizeof(number),
			      (void *)(at + bpf_core_field_offset(struct upid, nr)));
	return number;
}

static __always_inline __u32 read_pid_namespace(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);
	struct pid_namespace *ns = NULL;
	__u64 at;

	at = (__u64)pid + bpf_core_field_offset(struct pid, numbers) +
	     (__u64)level * bpf_core_type_size(struct upid);
	bpf_probe_read_kernel(&ns, sizeof(ns),
			      (void *)(at + bpf_core_field_offset(struct upid, ns)));
	return BPF_CORE_READ(ns, ns.inum);
}

static __always_inline __u32 read_auid(struct task_struct *task)
{
	if (!bpf_core_field_exists(task->loginuid)) /* CONFIG_AUDIT */
		return ~0u;
	return BPF_CORE_READ(task, loginuid.val);
}

static __always_inline void read_credentials(struct shrike_credentials *to, struct cred *cred)
{
	to->uid = BPF_CORE_READ(cred, uid.val);
	to->gid = BPF_CORE_READ(cred, gid.val);
	to->euid = BPF_CORE_READ(cred, euid.val);
	to->egid = BPF_CORE_READ(cred, egid.val);
	to->suid = BPF_CORE_READ(cred, suid.val);
	to->sgid = BPF_CORE_READ(cred, sgid.val);
	to->fsuid = BPF_CORE_READ(cred, fsuid.val);
	to->fsgid = BPF_CORE_READ(cred, fsgid.val);
	to->securebits = BPF_CORE_READ(cred, securebits);
	to->reserved = 0;
	/* Eight bytes whichever way the kernel declares them, so no CO-RE size check here. */
	bpf_probe_read_kernel(
		&to->permitted, sizeof(__u64),
		(void *)((__u64)cred + bpf_core_field_offset(struct cred, cap_permitted)));
	bpf_probe_read_kernel(
		&to->effective, sizeof(__u64),
		(void *)((__u64)cred + bpf_core_field_offset(struct cred, cap_effective)));
	bpf_probe_read_kernel(
		&to->inheritable, sizeof(__u64),
		(void *)((__u64)cred + bpf_core_field_offset(struct cred, cap_inheritable)));
}

static __always_inline void read_namespaces(struct shrike_namespaces *to, struct task_struct *task)
{
	struct nsproxy *all = BPF_CORE_READ(task, nsproxy);

	to->uts = BPF_CORE_READ(all, uts_ns, ns.inum);
	to->ipc = BPF_CORE_READ(all, ipc_ns, ns.inum);
	to->mnt = BPF_CORE_READ(all, mnt_ns, ns.inum);
	to->pid = read_pid_namespace(task);
	to->pid_for_children = BPF_CORE_READ(all, pid_ns_for_children, ns.inum);
	to->net = BPF_CORE_READ(all, net_ns, ns.inum);
	to->time = BPF_CORE_READ(all, time_ns, ns.inum);
	to->time_for_children = BPF_CORE_READ(all, time_ns_for_children, ns.inum);
	to->cgroup = BPF_CORE_READ(all, cgroup_ns, ns.inum);
	to->user = BPF_CORE_READ(task, cred, user_ns, ns.inum);
}

/* make_task_state - fill the state of a group that is older than the agent, or whose leader was one of its
 * threads until just now: so rarely that it is a function of its own in the program. Whoever is first (an iterator at start, a hook, an exec) sets the key.
 */
static __noinline void make_task_state(struct task_state *state, struct task_struct *leader)
{
	struct thread_image *image = bpf_task_storage_get(&thread_images, leader, NULL, 0);
	__u64 key_ns;

	state->key.pid = BPF_CORE_READ(leader, tgid);
	if (image) {
		state->flags = image->flags;
		state->forked = image->forked;
		state->told = image->told;
		state->lineage = image->lineage;
		state->parent_lineage = image->parent_lineage;
		state->parent_binary = image->parent_binary;
		key_ns = image->key.ktime_ns;
	} else {
		if (read_namespace_pid(leader) == 1)
			state->flags |= SHRIKE_PROCESS_IN_INIT_TREE;
		key_ns = start_key_ns(leader);
	}
	__sync_val_compare_and_swap(&state->key.ktime_ns, 0, key_ns);
}

/* task_state - what is known of a thread group, made from the task itself when nothing is.
 * @leader: the group's leader.
 * Return: NULL (counted) only when the kernel has no memory for it or is busy with this very task.
 */
static __always_inline struct task_state *task_state(struct task_struct *leader)
{
	struct task_state *state = bpf_task_storage_get(&task_states, leader, NULL,
							BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!state) {
		count(SHRIKE_COUNTER_NO_TASK_STATE);
		return NULL;
	}
	if (!state->key.ktime_ns)
		make_task_state(state, leader);
	return state;
}

/* current_state - what is known of the calling process; looked up when it is needed. */
static __always_inline struct task_state *current_state(void)
{
	return task_state(bpf_get_current_task_btf()->group_leader);
}

#endif
