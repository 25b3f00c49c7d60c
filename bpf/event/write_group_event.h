/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Control groups that come and go, so that user space knows a container before its first process. */
#ifndef SHRIKE_WRITE_GROUP_EVENT_H
#define SHRIKE_WRITE_GROUP_EVENT_H

#include "base/error_count.h"
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "event/write_header.h"
#include "extract/read_cgroup.h"
#include "maps/event_maps.h"

/* Is it in the hierarchy whose groups processes are known by? The number of cgroup v2 is 0: it is the first one made
 * (kernel/cgroup/cgroup.c).
 */
static __always_inline bool is_of_known_hierarchy(struct cgroup *group)
{
	return BPF_CORE_READ(group, root, hierarchy_id) == (int)cgroup_config.hierarchy_id;
}

static __always_inline void write_group_made(struct cgroup *group)
{
	struct shrike_event_group_made event = {};

	if (!is_of_known_hierarchy(group))
		return;
	write_header(&event.header, SHRIKE_EVENT_GROUP_MADE, sizeof(event));
	event.cgroup_id = BPF_CORE_READ(group, kn, id);
	event.parent_id = BPF_CORE_READ(group, self.parent, cgroup, kn, id);
	bpf_probe_read_kernel_str(event.name, sizeof(event.name), BPF_CORE_READ(group, kn, name));
	if (bpf_ringbuf_output(&critical_ring, &event, sizeof(event), 0))
		count(SHRIKE_COUNTER_LOST_GROUP);
}

static __always_inline void write_group_gone(struct cgroup *group)
{
	struct shrike_event_group_gone event = {};

	if (!is_of_known_hierarchy(group))
		return;
	write_header(&event.header, SHRIKE_EVENT_GROUP_GONE, sizeof(event));
	event.cgroup_id = BPF_CORE_READ(group, kn, id);
	if (bpf_ringbuf_output(&critical_ring, &event, sizeof(event), 0))
		count(SHRIKE_COUNTER_LOST_GROUP);
}

#endif
