/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lists of binaries and process ids whose descendants policies follow. User space changes them when policies
 * change; they cannot fill up at run time.
 */
#ifndef SHRIKE_LINEAGE_MAPS_H
#define SHRIKE_LINEAGE_MAPS_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "shrike_abi.h"

#define MAX_LINEAGE_NAMES 8192

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct shrike_lineage_control);
} lineage_control SEC(".maps");

/* Key: path padded with zeros. Value: the lists that name it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_RDONLY_PROG);
	__uint(max_entries, MAX_LINEAGE_NAMES);
	__uint(key_size, SHRIKE_MAX_BINARY_BYTES);
	__type(value, __u64);
} lineage_binaries SEC(".maps");

/* Value: the lists that name it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_RDONLY_PROG);
	__uint(max_entries, MAX_LINEAGE_NAMES);
	__type(key, struct shrike_lineage_pid);
	__type(value, __u64);
} lineage_pids SEC(".maps");

#endif
