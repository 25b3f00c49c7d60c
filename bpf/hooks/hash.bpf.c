// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Behind the program that decides about an LSM hook: hashes the hook's file for the event that wants it. It may sleep,
 * so it cannot be that program itself: sleepable programs have no longest-prefix tables before Linux 7.
 */
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "event/write_header.h"
#include "maps/event_maps.h"
#include "maps/hash_maps.h"
#include "shrike_abi.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct shrike_hash_config config SEC(".rodata.config");

/* hook_file - the hook's first parameter as a file: itself, or that of the program that is being executed. NULL when
 * there is none.
 * A load from the context needs its offset in the instruction itself, and only the number tells whether the pointer
 * is one; see extract/read_parameter.h.
 */
static __always_inline struct file *hook_file(void *context)
{
	void *parameter = NULL;
	__u64 number = 0;

	bpf_get_func_arg(context, 0, &number);
	if (!number)
		return NULL;

	asm volatile("%0 = *(u64 *)(%1 + 0)" : "=r"(parameter) : "r"(context));
	if (config.is_binprm)
		return ((struct linux_binprm *)parameter)->file;
	return parameter;
}

SEC("lsm.s/file_open")
int hook_hash(void *context)
{
	struct hash_note *note = bpf_task_storage_get(&hash_notes, bpf_get_current_task_btf(), NULL,
						      0);
	struct shrike_event_hash event = {};
	struct file *file;
	long algorithm;

	if (!note || !note->record_ktime_ns || note->hook_id != config.hook_id)
		return 0;
	event.record_ktime_ns = note->record_ktime_ns;
	note->record_ktime_ns = 0;
	write_header(&event.header, SHRIKE_EVENT_HASH, sizeof(event));
	file = hook_file(context);
	algorithm = file ? bpf_ima_file_hash(file, event.digest, sizeof(event.digest)) : -1;
	event.algorithm = algorithm;
	bpf_ringbuf_output(&observation_ring, &event, sizeof(event), 0);
	return 0;
}
