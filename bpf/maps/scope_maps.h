/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which workloads a control group belongs to, as user space tells it. */
#ifndef SHRIKE_SCOPE_MAPS_H
#define SHRIKE_SCOPE_MAPS_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "shrike_abi.h"

#define MAX_KNOWN_CGROUPS 16384

/* Purpose: scopes of policies. Key: id of a control group, 0 for those of which nothing is known. Value: a bit for each
 * scope. Changes when containers and policies come and go; when it is full, user space is told and the group counts
 * as not known.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_RDONLY_PROG);
	__uint(max_entries, MAX_KNOWN_CGROUPS);
	__type(key, __u64);
	__type(value, __u64);
} scope_masks SEC(".maps");

#endif
