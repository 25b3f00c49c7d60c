/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From what a hook hands over along the pointers that a policy names (`resolve`) to the value. User space has worked
 * the offsets out from the running kernel's types; here they are constants.
 */
#ifndef SHRIKE_FOLLOW_PATH_H
#define SHRIKE_FOLLOW_PATH_H

#include "base/bounds.h"
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "extract/is_kernel_address.h"
#include "maps/policy_maps.h"
#include "shrike_abi.h"

/* read_on_way - @bytes bytes at @address, which is on the way to argument @number. Return: 0, or -errno. */
static __always_inline long read_on_way(__u32 number, void *to, __u32 bytes, __u64 address)
{
	if (leads_into_kernel(number, address))
		return bpf_probe_read_kernel(to, bytes, (void *)address);
	return bpf_probe_read_user(to, bytes, (void *)address);
}

/* read_value - the number or pointer at @address, in 64 bits. Little-endian. Return: 0, or -errno. */
static __always_inline long read_value(__u32 number, __u64 address, __u64 *value)
{
	__u32 bytes = config.paths[number].value_bytes;
	__u32 unused_bits;
	__u64 read = 0;

	opaque(bytes);
	if (!bytes || bytes > sizeof(read))
		return -1; /* the compiler of plans makes no such path */
	if (read_on_way(number, &read, bytes, address))
		return -1;
	unused_bits = (sizeof(read) - bytes) * 8;
	if (config.paths[number].is_signed)
		read = (__u64)((__s64)(read << unused_bits) >> unused_bits);
	*value = read;
	return 0;
}

/* is_forbidden - what the caller of a system call hands over, or has in its memory, leads into the kernel: it must not
 * choose what is read there.
 */
static __always_inline bool is_forbidden(__u32 number, __u64 address)
{
	return (config.arguments[number].source == SHRIKE_SOURCE_SYSCALL ||
		config.arguments[number].source == SHRIKE_SOURCE_SYSCALL_REGISTER) &&
	       (__s64)address < 0;
}

/* follow_path - of argument @number, from @raw, which becomes the value, or the address of what stands there.
 * Return: 0, or the number of the pointer that could not be read, counted from 1; the value itself is the last.
 */
static __always_inline __u32 follow_path(__u32 number, __u64 *raw)
{
	__u64 address = *raw;

#pragma unroll
	for (__u32 step = 0; step < SHRIKE_MAX_LOADS; step++) {
		__u64 next = 0;

		if (step >= config.paths[number].load_count)
			break;
		if (is_forbidden(number, address) ||
		    read_on_way(number, &next, sizeof(next),
				address + config.paths[number].load_offsets[step]))
			return step + 1;
		address = next;
	}
	if (is_forbidden(number, address))
		return config.paths[number].load_count + 1;
	if (!config.paths[number].value_bytes) {
		/* What a null pointer points at is nowhere. */
		if (!address)
			return config.paths[number].load_count + 1;
		*raw = address + config.paths[number].value_offset;
		return 0;
	}
	if (read_value(number, address + config.paths[number].value_offset, raw))
		return config.paths[number].load_count + 1;
	return 0;
}

#endif
