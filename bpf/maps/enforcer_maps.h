/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What NotifyEnforcer leaves for the calls that a policy's enforcer is on. */
#ifndef SHRIKE_ENFORCER_MAPS_H
#define SHRIKE_ENFORCER_MAPS_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "shrike_abi.h"

/* Purpose: what the next of an enforcer's calls of a thread is answered with. Key: the thread. Shared by all hooks,
 * freed by the kernel with the task: nothing that can fill up.
 */
struct enforcer_note {
	__u32 is_left; /* not yet obeyed */
	__s16 error; /* 0 or -errno */
	__u8 signal; /* 0: none */
	__u8 enforcer; /* number of the enforcer that it is for */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct enforcer_note);
} enforcer_notes SEC(".maps");

#endif
