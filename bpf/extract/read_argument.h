/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One argument of a hit: from the register to a number or a text. */
#ifndef SHRIKE_READ_ARGUMENT_H
#define SHRIKE_READ_ARGUMENT_H

#include "base/bounds.h"
#include "base/error_count.h"
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/read_path.h"
#include "extract/read_socket.h"
#include "extract/read_typed_path.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"
#include "shrike_abi.h"

/* read_parameter - parameter @index of the hooked function, as a plain number.
 * By the helper, which the verifier inlines: a load from the context itself would give a typed
 * pointer, with which a program that serves every function can do nothing.
 */
static __always_inline __u64 read_parameter(void *context, __u32 index)
{
	__u64 value = 0;

	bpf_get_func_arg(context, index, &value);
	return value;
}

/* read_syscall_argument - argument @index of a syscall, whose function has a struct pt_regs * only. */
static __always_inline __u64 read_syscall_argument(void *context, __u32 index)
{
	struct pt_regs *regs = (struct pt_regs *)read_parameter(context, 0);

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

/* Stands behind a cut string in the place of its NUL: Equal compares the NUL, so it does not match. */
#define CUT_MARK 1

/* read_string - a NUL-terminated string of the kernel or of the process. */
static __always_inline void read_string(struct scratch *scratch, struct argument_value *value,
					__u32 text_index, __u64 address)
{
	char *to = &scratch->texts[text_index].bytes[TEXT_HEAD_BYTES];
	long bytes;

	/* The upper half of the address space is the kernel's. */
	if ((__s64)address < 0)
		bytes = bpf_probe_read_kernel_str(to, SHRIKE_MAX_TEXT_BYTES, (void *)address);
	else
		bytes = bpf_probe_read_user_str(to, SHRIKE_MAX_TEXT_BYTES, (void *)address);
	if (bytes <= 0) {
		value->flags = SHRIKE_ARGUMENT_ERROR;
		return;
	}
	value->text_start = TEXT_HEAD_BYTES;
	value->text_length = bytes - 1;
	if (bytes == SHRIKE_MAX_TEXT_BYTES) {
		value->flags = SHRIKE_ARGUMENT_TRUNCATED;
		to[SHRIKE_MAX_TEXT_BYTES - 1] = CUT_MARK;
	}
}

/* typed_parameter - parameter @index as a pointer that the verifier knows the type of.
 * A load from the context needs a constant offset in the instruction itself: kernels up to 6.17 refuse an
 * offset added to the register, which is what a compiler makes of context[index].
 */
static __always_inline void *typed_parameter(void *context, __u32 index)
{
	void *value = NULL;

#define LOAD_PARAMETER(number, offset)                                                           \
	case number:                                                                             \
		asm volatile("%0 = *(u64 *)(%1 + " #offset ")" : "=r"(value) : "r"(context));     \
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

/* read_typed_argument - a struct file or struct path whose type the verifier knows. */
static __always_inline void read_typed_argument(void *context, struct scratch *scratch, struct argument_value *value,
						__u32 number, __u32 text_index)
{
	void *pointer = typed_parameter(context, config.arguments[number].index);
	struct vfsmount *vfsmount;
	struct dentry *dentry;
	struct inode *inode;

	if (config.arguments[number].type == SHRIKE_ARGUMENT_FILE) {
		vfsmount = ((struct file *)pointer)->f_path.mnt;
		dentry = ((struct file *)pointer)->f_path.dentry;
	} else {
		vfsmount = ((struct path *)pointer)->mnt;
		dentry = ((struct path *)pointer)->dentry;
	}
	if (!dentry || !vfsmount || read_typed_path(scratch, text_index, vfsmount, dentry)) {
		value->flags = SHRIKE_ARGUMENT_ERROR;
		return;
	}
	inode = dentry->d_inode;
	if (inode)
		value->mode = inode->i_mode;
	value->flags = scratch->walk.flags;
	value->text_start = scratch->walk.start;
	value->text_length = scratch->walk.length;
}

static __always_inline void read_path_argument(struct scratch *scratch, struct argument_value *value,
					       __u32 text_index, __u64 address)
{
	struct path *path = (struct path *)address;
	struct dentry *dentry = BPF_CORE_READ(path, dentry);

	if (!dentry ||
	    read_path(scratch, text_index, (__u64)BPF_CORE_READ(path, mnt), (__u64)dentry,
		      (struct task_struct *)bpf_get_current_task())) {
		value->flags = SHRIKE_ARGUMENT_ERROR;
		return;
	}
	value->mode = BPF_CORE_READ(dentry, d_inode, i_mode);
	value->flags = scratch->walk.flags;
	value->text_start = scratch->walk.start;
	value->text_length = scratch->walk.length;
}

/* read_object - the structure that argument @number is. */
static __always_inline int read_object(struct scratch *scratch, __u32 number, __u64 raw)
{
	void *to = scratch->objects[number].bytes;

	switch (config.arguments[number].type) {
	case SHRIKE_ARGUMENT_SOCK:
		return read_sock(to, raw);
	case SHRIKE_ARGUMENT_SOCKET:
		return read_sock(to, (__u64)BPF_CORE_READ((struct socket *)raw, sk));
	case SHRIKE_ARGUMENT_SKB:
		return read_skb(to, raw);
	case SHRIKE_ARGUMENT_SOCKADDR:
		return read_sockaddr(to, raw);
	default:
		return -1;
	}
}

/* read_argument - read argument number @number of the plan, once a hit.
 * A function of its own in the program, or its code would stand there once an argument; the verifier
 * still sees the constant number of each call.
 */
static __noinline int read_argument(void *context, struct scratch *scratch, __u32 number)
{
	struct argument_value *value;
	__u32 text_index;
	__u64 raw;

	if (number >= SHRIKE_MAX_ARGUMENTS)
		return 0;
	value = &scratch->arguments[number];
	text_index = config.arguments[number].text_index;

	if (value->is_read)
		return 0;
	value->is_read = 1;
	value->flags = 0;
	value->mode = 0;
	value->text_start = TEXT_HEAD_BYTES;
	value->text_length = 0;

	if (config.arguments[number].is_typed) {
		if (text_index < SHRIKE_MAX_TEXT_ARGUMENTS)
			read_typed_argument(context, scratch, value, number, text_index);
		if (value->flags & SHRIKE_ARGUMENT_ERROR)
			count(SHRIKE_COUNTER_BAD_ARGUMENT);
		return 0;
	}
	if (config.arguments[number].source == SHRIKE_SOURCE_SYSCALL)
		raw = read_syscall_argument(context, config.arguments[number].index);
	else
		raw = read_parameter(context, config.arguments[number].index);

	switch (config.arguments[number].type) {
	case SHRIKE_ARGUMENT_INT32:
		value->scalar = (__s64)(__s32)raw;
		break;
	case SHRIKE_ARGUMENT_UINT32:
		value->scalar = (__u32)raw;
		break;
	case SHRIKE_ARGUMENT_INT8:
		value->scalar = (__s64)(__s8)raw;
		break;
	case SHRIKE_ARGUMENT_UINT8:
		value->scalar = (__u8)raw;
		break;
	case SHRIKE_ARGUMENT_INT16:
		value->scalar = (__s64)(__s16)raw;
		break;
	case SHRIKE_ARGUMENT_UINT16:
		value->scalar = (__u16)raw;
		break;
	case SHRIKE_ARGUMENT_STRING:
		if (text_index < SHRIKE_MAX_TEXT_ARGUMENTS)
			read_string(scratch, value, text_index, raw);
		break;
	case SHRIKE_ARGUMENT_FILE:
		if (text_index < SHRIKE_MAX_TEXT_ARGUMENTS)
			read_path_argument(scratch, value, text_index,
					   raw + bpf_core_field_offset(struct file, f_path));
		break;
	case SHRIKE_ARGUMENT_PATH:
		if (text_index < SHRIKE_MAX_TEXT_ARGUMENTS)
			read_path_argument(scratch, value, text_index, raw);
		break;
	default:
		value->scalar = raw;
		if (config.arguments[number].object_bytes && read_object(scratch, number, raw))
			value->flags = SHRIKE_ARGUMENT_ERROR;
		break;
	}
	if (value->flags & SHRIKE_ARGUMENT_ERROR)
		count(SHRIKE_COUNTER_BAD_ARGUMENT);
	return 0;
}

#endif
