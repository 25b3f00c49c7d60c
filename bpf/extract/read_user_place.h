/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arguments of static probes of user space: where the compiler had them at the probe, as the file's notes say. */
#ifndef SHRIKE_READ_USER_PLACE_H
#define SHRIKE_READ_USER_PLACE_H

#include "base/bounds.h"
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "extract/numbered_register.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"
#include "shrike_abi.h"

static __always_inline __u64 read_register(struct scratch *scratch, __u32 number)
{
	__u64 value = 0;

	bpf_probe_read_kernel(
		&value, sizeof(value),
		(void *)(*(volatile __u64 *)&scratch->context + numbered_register(number)));
	return value;
}

/* user_address - where argument @number is, which is in memory. */
static __always_inline __u64 user_address(struct scratch *scratch, __u32 number)
{
	__u64 address = read_register(scratch, config.arguments[number].base_register) +
			config.arguments[number].operand;

	if (config.arguments[number].index_register != SHRIKE_NO_REGISTER)
		address += read_register(scratch, config.arguments[number].index_register)
			   << (config.arguments[number].index_shift & 3);
	return address;
}

/* read_user_place - argument @number, in 64 bits. Little-endian. Return: 0, or -1 for memory that is not there. */
/* Programs that change nothing of the caller do without. */
__attribute__((unused)) static __noinline int read_user_place(struct scratch *scratch, __u32 number,
							      __u64 *result)
{
	__u64 value = 0;
	__u32 unused_bits, bytes;

	if (number >= SHRIKE_MAX_ARGUMENTS)
		return -1;
	bytes = config.arguments[number].field_bytes;
	opaque(bytes);
	if (!bytes || bytes > sizeof(value))
		return -1; /* the compiler of plans knows no such argument */
	if (config.arguments[number].source == SHRIKE_SOURCE_CONSTANT) {
		value = config.arguments[number].operand;
	} else if (config.arguments[number].source == SHRIKE_SOURCE_USER_MEMORY) {
		if (bpf_probe_read_user(&value, bytes, (void *)user_address(scratch, number)))
			return -1;
	} else {
		value = read_register(scratch, config.arguments[number].base_register);
	}
	unused_bits = (sizeof(value) - bytes) * 8;
	opaque(unused_bits);
	unused_bits &= 63; /* what a shift may be */
	if (config.arguments[number].field_is_signed)
		value = (__u64)((__s64)(value << unused_bits) >> unused_bits);
	else
		value = (value << unused_bits) >> unused_bits;
	*result = value;
	return 0;
}

#endif
