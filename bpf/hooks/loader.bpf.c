// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Files that processes map to execute, with their build ids: the kernel looks these up for perf events that ask for it,
 * before the data goes to each of them (kernel/events/core.c). User space opens one such event on each CPU and never
 * reads it.
 */
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "base/bounds.h"
#include "base/error_count.h"
#include "event/write_header.h"
#include "extract/read_task.h"
#include "maps/event_maps.h"
#include "maps/process_maps.h"
#include "maps/scratch_maps.h"
#include "shrike_abi.h"

#define PROT_EXEC_BIT 0x4

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* kernel/events/core.c; its own type, but BTF has it */
struct perf_mmap_event {
	const char *file_name;
	__u32 prot;
	__u8 build_id[SHRIKE_MAX_BUILD_ID_BYTES];
	__u32 build_id_size;
} __attribute__((preserve_access_index));

/* write_load - one record, put together where texts are. Return: not 0 when its ring has no room. */
static __always_inline long write_load(struct perf_mmap_event *event, struct scratch *scratch)
{
	struct shrike_event_loader *load = (void *)scratch->texts[0].bytes;
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_state *state;
	long bytes;

	bytes = bpf_probe_read_kernel_str(load + 1, SHRIKE_MAX_TEXT_BYTES - sizeof(*load),
					  BPF_CORE_READ(event, file_name));
	/* Memory without a file has a name like //anon or [vdso]. */
	if (bytes <= 2 || ((char *)(load + 1))[0] != '/' || ((char *)(load + 1))[1] == '/')
		return 0;
	opaque(bytes);
	if (bytes < 0 || bytes > (long)(SHRIKE_MAX_TEXT_BYTES - sizeof(*load)))
		return 0;
	write_header(&load->header, SHRIKE_EVENT_LOADER, sizeof(*load) + bytes);
	state = task_state(task->group_leader);
	__builtin_memset(&load->process, 0, sizeof(load->process));
	if (state)
		load->process = state->key;
	/* The new image is known when its exec is told of, a moment later. */
	load->flags = BPF_CORE_READ_BITFIELD_PROBED(task, in_execve) ? SHRIKE_LOADER_IN_EXEC : 0;
	load->path_bytes = bytes - 1;
	load->build_id_bytes = BPF_CORE_READ(event, build_id_size);
	if (load->build_id_bytes > SHRIKE_MAX_BUILD_ID_BYTES)
		load->build_id_bytes = 0;
	bpf_probe_read_kernel(load->build_id, sizeof(load->build_id),
			      __builtin_preserve_access_index(&event->build_id));
	return bpf_ringbuf_output(&observation_ring, load, sizeof(*load) + bytes, 0);
}

SEC("fentry/perf_event_mmap_output")
int hook_loader(__u64 *context)
{
	struct perf_mmap_event *event = (void *)context[1];
	struct scratch *scratch;

	if (!(BPF_CORE_READ(event, prot) & PROT_EXEC_BIT))
		return 0;
	scratch = take_scratch();
	if (!scratch)
		return 0; /* counted */
	if (write_load(event, scratch))
		count(SHRIKE_COUNTER_LOST_OBSERVATION);
	return_scratch(scratch);
	return 0;
}
