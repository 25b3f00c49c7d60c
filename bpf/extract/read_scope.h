/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The workloads that a process belongs to: by its control group, or the nearest one above that is known. Children and
 * what a container makes below its own group are so in it, without being told of.
 */
#ifndef SHRIKE_READ_SCOPE_H
#define SHRIKE_READ_SCOPE_H

#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/read_cgroup.h"
#include "maps/scope_maps.h"

/* Groups looked at from the process's own upwards. */
#define SCOPE_LEVELS 32

static __always_inline __u64 read_scope(struct task_struct *task)
{
	struct cgroup *group = task_cgroup(task);
	__u64 id, *scopes;

	for (int level = 0; level < SCOPE_LEVELS && group; level++) {
		id = BPF_CORE_READ(group, kn, id);
		scopes = bpf_map_lookup_elem(&scope_masks, &id);
		if (scopes)
			return *scopes;
		group = BPF_CORE_READ(group, self.parent, cgroup);
	}
	id = 0;
	scopes = bpf_map_lookup_elem(&scope_masks, &id);
	return scopes ? *scopes : 0;
}

#endif
