/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The two rings. Sizes are set by user space before loading. */
#ifndef SHRIKE_EVENT_MAPS_H
#define SHRIKE_EVENT_MAPS_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>

/* What must not be lost: fork, exec, exit, enforcement. Observations cannot crowd it out. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} critical_ring SEC(".maps");

/* What a policy asked to see, and the tails of long command lines. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} observation_ring SEC(".maps");

#endif
