/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whose sockets are whose: TrackSock writes it, UntrackSock takes out of it, events of sockets read it. */
#ifndef SHRIKE_SOCKET_MAPS_H
#define SHRIKE_SOCKET_MAPS_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "shrike_abi.h"

/* Purpose: the process that a socket was tracked in. Key: address of struct sock. Shared by all hooks. The
 * owner that was asked for least lately goes when it is full: its events then name the process at hand, as those
 * of sockets that nobody tracks do. Nothing is decided by it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, SHRIKE_MAX_TRACKED_SOCKETS);
	__type(key, __u64);
	__type(value, struct shrike_socket_owner);
} socket_owners SEC(".maps");

#endif
