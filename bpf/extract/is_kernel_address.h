/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whose memory an address is of. */
#ifndef SHRIKE_IS_KERNEL_ADDRESS_H
#define SHRIKE_IS_KERNEL_ADDRESS_H

#include "base/kernel_types.h"
#include "maps/policy_maps.h"
#include "shrike_abi.h"

/* is_kernel_address - the upper half of the address space is the kernel's. What a process has in its registers is
 * an address of its own, or nothing: it must not choose what is read of the kernel.
 */
static __always_inline bool is_kernel_address(__u64 address)
{
	return config.entry != SHRIKE_ENTRY_USER_REGISTERS &&
	       config.entry != SHRIKE_ENTRY_USER_RETURN && (__s64)address < 0;
}

/* leads_into_kernel - the same, of an address on the way to argument @number: what the kernel itself knows of the task
 * leads into the kernel wherever the program runs.
 */
static __always_inline bool leads_into_kernel(__u32 number, __u64 address)
{
	return config.arguments[number].source == SHRIKE_SOURCE_CURRENT_TASK
		       ? (__s64)address < 0
		       : is_kernel_address(address);
}

#endif
