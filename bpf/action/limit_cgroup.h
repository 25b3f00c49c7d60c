/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Forks, execs and exits of one control group, when the operator limits them: what is above the limit of a CPU is not
 * sent, and a record says when that begins. Enforcement knows nothing of it.
 */
#ifndef SHRIKE_LIMIT_CGROUP_H
#define SHRIKE_LIMIT_CGROUP_H

#include "base/error_count.h"
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "event/write_header.h"
#include "extract/read_cgroup.h"
#include "maps/event_maps.h"

const volatile struct shrike_process_config process_config SEC(".rodata.process");

/* Purpose: how much a control group does. Key: its id. Holds no security state: the oldest are forgotten, and start
 * anew. Sized by user space.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, struct shrike_cgroup_rate);
} cgroup_rates SEC(".maps");

static __always_inline void send_throttle_start(struct task_struct *task, __u64 cgroup_id)
{
	struct shrike_event_throttle event = {};

	write_header(&event.header, SHRIKE_EVENT_THROTTLE, sizeof(event));
	event.cgroup_id = cgroup_id;
	bpf_probe_read_kernel_str(event.name, sizeof(event.name),
				  BPF_CORE_READ(task_cgroup(task), kn, name));
	if (bpf_ringbuf_output(&critical_ring, &event, sizeof(event), 0))
		count(SHRIKE_COUNTER_LOST_THROTTLE);
}

/* is_throttled - may this control group not send another record now? */
static __noinline bool is_throttled(struct task_struct *task)
{
	struct shrike_cgroup_rate *rate;
	__u64 cgroup_id, now, last;

	if (!process_config.cgroup_events || !task)
		return false;
	cgroup_id = read_cgroup_id(task);
	now = bpf_ktime_get_ns();
	rate = bpf_map_lookup_elem(&cgroup_rates, &cgroup_id);
	if (!rate) {
		struct shrike_cgroup_rate first = { .window_ns = now, .count = 1 };

		bpf_map_update_elem(&cgroup_rates, &cgroup_id, &first, BPF_NOEXIST);
		return false;
	}
	if (now - rate->window_ns >= process_config.cgroup_interval_ns) {
		rate->window_ns = now;
		rate->count = 0;
	}
	rate->count++;
	if (rate->count <= process_config.cgroup_events)
		return false;
	last = rate->last_over_ns;
	rate->last_over_ns = now;
	count(SHRIKE_COUNTER_THROTTLED);
	if (!last || now - last > SHRIKE_THROTTLE_END_NS)
		send_throttle_start(task, cgroup_id);
	return true;
}

#endif
