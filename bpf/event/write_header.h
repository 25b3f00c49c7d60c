/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The first bytes of every record. */
#ifndef SHRIKE_WRITE_HEADER_H
#define SHRIKE_WRITE_HEADER_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "shrike_abi.h"

static __always_inline void write_header(struct shrike_event_header *header, __u16 kind,
					 __u32 size_bytes)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	header->size_bytes = size_bytes;
	header->kind = kind;
	header->cpu = bpf_get_smp_processor_id();
	header->ktime_ns = bpf_ktime_get_ns();
	header->pid = pid_tgid >> 32;
	header->tid = (__u32)pid_tgid;
}

#endif
