/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where an argument is: a register, a parameter, a system call's struct pt_regs, a field of a tracepoint's
 * record, the result. Numbers only; what they mean is for read_argument.h.
 */
#ifndef SHRIKE_READ_PARAMETER_H
#define SHRIKE_READ_PARAMETER_H

#include "base/bounds.h"
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"
#include "shrike_abi.h"

/* context_address - the context as a plain address: the verifier allows few loads from the context
 * itself, and none at an offset that only the plan knows.
 */
static __always_inline __u64 context_address(struct scratch *scratch)
{
	return *(volatile __u64 *)&scratch->context;
}

/* register_offset - where a kprobe's registers hold parameter @index. */
static __always_inline __u32 register_offset(__u32 index)
{
	switch (index) {
	case 0:
		return bpf_core_field_offset(struct pt_regs, di);
	case 1:
		return bpf_core_field_offset(struct pt_regs, si);
	case 2:
		return bpf_core_field_offset(struct pt_regs, dx);
	case 3:
		return bpf_core_field_offset(struct pt_regs, cx);
	case 4:
		return bpf_core_field_offset(struct pt_regs, r8);
	default:
		return bpf_core_field_offset(struct pt_regs, r9);
	}
}

/* read_parameter - parameter @index of the hooked function, as a plain number.
 * By the helper, which the verifier inlines: a load from the context itself would give a typed
 * pointer, with which a program that serves every function can do nothing.
 */
static __always_inline __u64 read_parameter(void *context, struct scratch *scratch, __u32 index)
{
	__u64 value = 0;

	if (config.entry == SHRIKE_ENTRY_RAW_TRACEPOINT)
		bpf_probe_read_kernel(&value, sizeof(value),
				      (void *)(context_address(scratch) + index * 8));
	else if (config.entry == SHRIKE_ENTRY_REGISTERS ||
		 config.entry == SHRIKE_ENTRY_USER_REGISTERS)
		bpf_probe_read_kernel(&value, sizeof(value),
				      (void *)(context_address(scratch) + register_offset(index)));
	else if (config.entry == SHRIKE_ENTRY_USER_RETURN)
		value = index < CALL_REGISTERS ? scratch->call.registers[index] : 0;
	else
		bpf_get_func_arg(context, index, &value);
	return value;
}

static __always_inline __u64 read_result(void *context)
{
	__u64 value = 0;

	if (config.entry == SHRIKE_ENTRY_USER_RETURN)
		return context_register(context, 80); /* ax */
	bpf_get_func_ret(context, &value);
	return value;
}

/* read_number - the unsigned number of @bytes at @address. Little-endian. */
static __always_inline __u64 read_number(__u64 address, __u32 bytes)
{
	__u64 value = 0;

	opaque(bytes);
	if (bytes && bytes <= sizeof(value))
		bpf_probe_read_kernel(&value, bytes, (void *)address);
	return value;
}

/* read_part - a number of the structure at @address, in 64 bits. Little-endian. */
static __always_inline __u64 read_part(__u64 address, __u32 number)
{
	__u32 bytes = config.arguments[number].field_bytes;
	__u32 unused_bits;
	__u64 value = 0;

	opaque(bytes);
	if (!bytes || bytes > sizeof(value))
		return 0; /* the compiler of plans takes no such field for a number */
	bpf_probe_read_kernel(&value, bytes,
			      (void *)(address + config.arguments[number].field_offset));
	unused_bits = (sizeof(value) - bytes) * 8;
	if (config.arguments[number].field_is_signed)
		return (__u64)((__s64)(value << unused_bits) >> unused_bits);
	return value;
}

/* read_field - a number of the tracepoint's record. */
static __always_inline __u64 read_field(struct scratch *scratch, __u32 number)
{
	return read_part(context_address(scratch), number);
}

/* read_syscall_argument - argument @index of a syscall, whose function has a struct pt_regs * only. */
static __always_inline __u64 read_syscall_argument(void *context, struct scratch *scratch,
						   __u32 index)
{
	struct pt_regs *regs = (struct pt_regs *)read_parameter(context, scratch, 0);

	switch (index) {
	case 0:
		return BPF_CORE_READ(regs, di);
	case 1:
		return BPF_CORE_READ(regs, si);
	case 2:
		return BPF_CORE_READ(regs, dx);
	case 3:
		return BPF_CORE_READ(regs, r10);
	case 4:
		return BPF_CORE_READ(regs, r8);
	default:
		return BPF_CORE_READ(regs, r9);
	}
}

/* read_compat_argument - argument @index of a system call of a 32-bit program: in other registers, of 32 bits. */
static __always_inline __u32 read_compat_argument(void *context, struct scratch *scratch,
						  __u32 index)
{
	struct pt_regs *regs = (struct pt_regs *)read_parameter(context, scratch, 0);

	switch (index) {
	case 0:
		return BPF_CORE_READ(regs, bx);
	case 1:
		return BPF_CORE_READ(regs, cx);
	case 2:
		return BPF_CORE_READ(regs, dx);
	case 3:
		return BPF_CORE_READ(regs, si);
	case 4:
		return BPF_CORE_READ(regs, di);
	default:
		return BPF_CORE_READ(regs, bp);
	}
}

/* compat_argument - the same in 64 bits, as the argument's type has it. */
static __always_inline __u64 compat_argument(void *context, struct scratch *scratch, __u32 number)
{
	__u32 value = read_compat_argument(context, scratch, config.arguments[number].index);

	return config.arguments[number].field_is_signed ? (__u64)(__s64)(__s32)value : value;
}

/* typed_parameter - parameter @index as a pointer that the verifier knows the type of.
 * A load from the context needs a constant offset in the instruction itself: kernels up to 6.17 refuse an
 * offset added to the register, which is what a compiler makes of context[index].
 */
static __always_inline void *typed_parameter(void *context, __u32 index)
{
	void *value = NULL;

#define LOAD_PARAMETER(number, offset)                                                        \
	case number:                                                                          \
		asm volatile("%0 = *(u64 *)(%1 + " #offset ")" : "=r"(value) : "r"(context)); \
		break

	switch (index) {
		LOAD_PARAMETER(0, 0);
		LOAD_PARAMETER(1, 8);
		LOAD_PARAMETER(2, 16);
		LOAD_PARAMETER(3, 24);
		LOAD_PARAMETER(4, 32);
		LOAD_PARAMETER(5, 40);
	}
#undef LOAD_PARAMETER
	return value;
}

/* is_null_parameter - parameter @index is no pointer at all, as the file of memory without one is (mmap_file).
 * By its number, not by the pointer of typed_parameter(): kernels from 6.3 on trust that the pointers of an LSM hook
 * lead somewhere. The verifier takes a comparison of such a pointer with NULL out of the program, and a load through
 * NULL then is no error that is caught but the end of the kernel.
 */
static __always_inline bool is_null_parameter(void *context, __u32 index)
{
	__u64 value = 0;

	bpf_get_func_arg(context, index, &value);
	return !value;
}

/* read_raw - an argument before its type is looked at. */
static __always_inline __u64 read_raw(void *context, struct scratch *scratch, __u32 number)
{
	switch (config.arguments[number].source) {
	case SHRIKE_SOURCE_SYSCALL:
		return read_syscall_argument(context, scratch, config.arguments[number].index);
	case SHRIKE_SOURCE_COMPAT_SYSCALL:
		return compat_argument(context, scratch, number);
	case SHRIKE_SOURCE_RETURN:
		return read_result(context);
	case SHRIKE_SOURCE_FIELD:
		return read_field(scratch, number);
	case SHRIKE_SOURCE_FIELD_TEXT:
	case SHRIKE_SOURCE_DATA_LOCATION:
		return 0;
	case SHRIKE_SOURCE_CURRENT_TASK:
		return bpf_get_current_task();
	case SHRIKE_SOURCE_PROBE_REGISTER:
		return read_part(context_address(scratch), number);
	case SHRIKE_SOURCE_SYSCALL_REGISTER:
		return read_part(read_parameter(context, scratch, 0), number);
	default:
		return read_parameter(context, scratch, config.arguments[number].index);
	}
}

/* read_sibling - parameter @index of the function or system call that argument @number is of. */
static __always_inline __u64 read_sibling(void *context, struct scratch *scratch, __u32 number,
					  __u32 index)
{
	if (config.arguments[number].source == SHRIKE_SOURCE_SYSCALL)
		return read_syscall_argument(context, scratch, index);
	if (config.arguments[number].source == SHRIKE_SOURCE_COMPAT_SYSCALL)
		return read_compat_argument(context, scratch, index);
	return read_parameter(context, scratch, index);
}

#endif
