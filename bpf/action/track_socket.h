/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* TrackSock and UntrackSock: which process a socket belongs to, for the events of it that happen in another's time
 * (interrupts, timers, the network's kernel threads).
 */
#ifndef SHRIKE_TRACK_SOCKET_H
#define SHRIKE_TRACK_SOCKET_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "extract/read_argument.h"
#include "extract/read_task.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"
#include "maps/socket_maps.h"

static __always_inline bool is_socket(__u32 number)
{
	return config.arguments[number].type == SHRIKE_ARGUMENT_SOCK ||
	       config.arguments[number].type == SHRIKE_ARGUMENT_SOCKET;
}

/* socket_key - the address of the socket that argument @number is, or 0. It has been read. */
static __always_inline __u64 socket_key(struct scratch *scratch, __u32 number)
{
	if (scratch->arguments[number].flags & SHRIKE_ARGUMENT_ERROR)
		return 0;
	return ((struct shrike_sock *)scratch->objects[number].bytes)->cookie;
}

/* track_socket - argument @number is the current process's from now on, or nobody's. */
static __noinline int track_socket(void *context, struct scratch *scratch, __u32 number)
{
	struct task_state *state;
	__u64 key;

	if (number >= SHRIKE_MAX_ARGUMENTS)
		return 0;
	read_argument(context, scratch, number);
	key = socket_key(scratch, number);
	if (!key)
		return 0;
	if (scratch->untracked >> number & 1) {
		bpf_map_delete_elem(&socket_owners, &key);
		return 0;
	}
	state = task_state(bpf_get_current_task_btf()->group_leader);
	if (!state)
		return 0; /* counted: the socket's events name the process at hand */
	scratch->owner.process = state->key;
	scratch->owner.tid = (__u32)bpf_get_current_pid_tgid();
	scratch->owner.reserved = 0;
	bpf_map_update_elem(&socket_owners, &key, &scratch->owner, BPF_ANY);
	return 0;
}

/* track_sockets - what the matched selectors want of the hit's sockets. */
static __always_inline void track_sockets(void *context, struct scratch *scratch)
{
#pragma unroll
	for (__u32 number = 0; number < SHRIKE_MAX_ARGUMENTS; number++)
		if (number < config.argument_count && is_socket(number) &&
		    (scratch->tracked | scratch->untracked) >> number & 1)
			track_socket(context, scratch, number);
}

/* find_owner - the owner of the first of the hit's sockets that has one, into scratch->owner. All arguments have been
 * read. Return: whether there is one.
 */
static __always_inline bool find_owner(struct scratch *scratch)
{
	struct shrike_socket_owner *owner;
	__u64 key;

#pragma clang loop unroll(disable)
	for (__u32 number = 0; number < SHRIKE_MAX_ARGUMENTS; number++) {
		if (number >= config.argument_count || !is_socket(number))
			continue;
		key = socket_key(scratch, number);
		owner = key ? bpf_map_lookup_elem(&socket_owners, &key) : NULL;
		if (owner) {
			scratch->owner = *owner;
			return true;
		}
	}
	return false;
}

#endif
