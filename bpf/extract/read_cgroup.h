/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The control group that tells which container a process is in: of cgroup v2, or, where the containers' groups are in
 * version 1, of the one hierarchy that user space has chosen when the agent started.
 */
#ifndef SHRIKE_READ_CGROUP_H
#define SHRIKE_READ_CGROUP_H

#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "shrike_abi.h"

const volatile struct shrike_cgroup_config cgroup_config SEC(".rodata.cgroup");

/* task_cgroup - NULL when the read fails: the process then counts as in a group of which nothing is known. */
static __always_inline struct cgroup *task_cgroup(struct task_struct *task)
{
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	struct cgroup_subsys_state *state = NULL;
	__u64 at;

	if (!cgroup_config.hierarchy_id)
		return BPF_CORE_READ(set, dfl_cgrp);
	/* Not a static array index: the type above has one entry. */
	at = (__u64)set + bpf_core_field_offset(struct css_set, subsys) +
	     cgroup_config.controller * sizeof(void *);
	bpf_probe_read_kernel(&state, sizeof(state), (void *)at);
	return BPF_CORE_READ(state, cgroup);
}

static __always_inline __u64 read_cgroup_id(struct task_struct *task)
{
	return BPF_CORE_READ(task_cgroup(task), kn, id);
}

#endif
