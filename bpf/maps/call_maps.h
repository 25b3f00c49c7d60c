/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls of a user space function that are on their way, for the hook on its return. */
#ifndef SHRIKE_CALL_MAPS_H
#define SHRIKE_CALL_MAPS_H

#include "base/kernel_types.h"
#include "base/user_call.h"
#include <bpf/bpf_helpers.h>
#include "shrike_abi.h"

/* Purpose: what a function was called with, for the program that sees it return. A hook's own; the one that replaces it
 * takes it over, with the calls in it. Calls that never return (longjmp, an exception, the end of the process) stay: the
 * one that was there longest goes when it is full. A return whose call is not there is counted.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, SHRIKE_MAX_USER_CALLS);
	__type(key, struct user_call_key);
	__type(value, struct user_call);
} user_calls SEC(".maps");

#endif
