/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One argument of a hit: from the register to a number or a text. */
#ifndef SHRIKE_READ_ARGUMENT_H
#define SHRIKE_READ_ARGUMENT_H

#include "base/bounds.h"
#include "base/error_count.h"
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/read_buffer.h"
#include "extract/read_dentry.h"
#include "extract/read_object.h"
#include "extract/read_path.h"
#include "extract/read_socket.h"
#include "extract/read_typed_path.h"
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
		bpf_probe_read_kernel(&value, sizeof(value), (void *)(context_address(scratch) + index * 8));
	else if (config.entry == SHRIKE_ENTRY_REGISTERS)
		bpf_probe_read_kernel(&value, sizeof(value),
				      (void *)(context_address(scratch) + register_offset(index)));
	else
		bpf_get_func_arg(context, index, &value);
	return value;
}

static __always_inline __u64 read_result(void *context)
{
	__u64 value = 0;

	bpf_get_func_ret(context, &value);
	return value;
}

/* read_field - a number of the tracepoint's record, in 64 bits. Little-endian. */
static __always_inline __u64 read_field(struct scratch *scratch, __u32 number)
{
	__u32 bytes = config.arguments[number].field_bytes;
	__u32 unused_bits;
	__u64 value = 0;

	opaque(bytes);
	if (!bytes || bytes > sizeof(value))
		return 0; /* the compiler of plans takes no such field for a number */
	bpf_probe_read_kernel(&value, bytes,
			      (void *)(context_address(scratch) + config.arguments[number].field_offset));
	unused_bits = (sizeof(value) - bytes) * 8;
	if (config.arguments[number].field_is_signed)
		return (__u64)((__s64)(value << unused_bits) >> unused_bits);
	return value;
}

/* read_syscall_argument - argument @index of a syscall, whose function has a struct pt_regs * only. */
static __always_inline __u64 read_syscall_argument(void *context, struct scratch *scratch, __u32 index)
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

/* read_record_text - a text that stands in the tracepoint's record. */
static __always_inline void read_record_text(struct scratch *scratch, struct argument_value *value,
					     __u32 number, __u32 text_index)
{
	char *to = &scratch->texts[text_index].bytes[TEXT_HEAD_BYTES];
	__u32 offset = config.arguments[number].field_offset;
	__u32 room = config.arguments[number].field_bytes;
	long bytes;

	if (config.arguments[number].source == SHRIKE_SOURCE_DATA_LOCATION) {
		/* include/trace/stages: length << 16 | offset from the record's start */
		__u32 location = read_field(scratch, number);

		offset = location & 0xffff;
		room = location >> 16;
	}
	opaque(room);
	if (room > SHRIKE_MAX_TEXT_BYTES)
		room = SHRIKE_MAX_TEXT_BYTES;
	bytes = bpf_probe_read_kernel_str(to, room, (void *)(context_address(scratch) + offset));
	if (bytes < 0) {
		value->flags = SHRIKE_ARGUMENT_ERROR;
		return;
	}
	if (bytes == 0) { /* no room: an empty text */
		*to = 0;
		bytes = 1;
	}
	value->text_start = TEXT_HEAD_BYTES;
	value->text_length = bytes - 1;
}

/* read_raw - an argument before its type is looked at. */
static __always_inline __u64 read_raw(void *context, struct scratch *scratch, __u32 number)
{
	switch (config.arguments[number].source) {
	case SHRIKE_SOURCE_SYSCALL:
		return read_syscall_argument(context, scratch, config.arguments[number].index);
	case SHRIKE_SOURCE_RETURN:
		return read_result(context);
	case SHRIKE_SOURCE_FIELD:
		return read_field(scratch, number);
	case SHRIKE_SOURCE_FIELD_TEXT:
	case SHRIKE_SOURCE_DATA_LOCATION:
		return 0;
	default:
		return read_parameter(context, scratch, config.arguments[number].index);
	}
}

static __always_inline bool is_in_record(__u32 source)
{
	return source == SHRIKE_SOURCE_FIELD_TEXT || source == SHRIKE_SOURCE_DATA_LOCATION;
}

#define UNIX_PATH_BYTES 108   /* include/uapi/linux/un.h */
#define DEVICE_NAME_BYTES 16  /* IFNAMSIZ */
#define AF_UNIX_NUMBER 1

/* read_short_string - a string in an array of @limit bytes, which need not end in NUL. */
static __always_inline void read_short_string(struct scratch *scratch, struct argument_value *value,
					      __u32 text_index, __u64 address, __u32 limit)
{
	char *to = &scratch->texts[text_index].bytes[TEXT_HEAD_BYTES];
	long bytes;

	/* One byte more than there can be, for the NUL that the helper writes. */
	if ((__s64)address < 0)
		bytes = bpf_probe_read_kernel_str(to, limit + 1, (void *)address);
	else
		bytes = bpf_probe_read_user_str(to, limit + 1, (void *)address);
	if (bytes <= 0)
		value->flags = SHRIKE_ARGUMENT_ERROR;
	else
		value->text_length = bytes - 1;
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

/* read_dentry_argument - a name inside its file system: mounts are not known of a dentry alone. */
static __always_inline void read_dentry_argument(struct scratch *scratch, struct argument_value *value,
						 __u32 text_index, __u64 address)
{
	if (!address || read_dentry_path(scratch, text_index, address)) {
		value->flags = SHRIKE_ARGUMENT_ERROR;
		return;
	}
	value->mode = BPF_CORE_READ((struct dentry *)address, d_inode, i_mode);
	value->flags = scratch->walk.flags;
	value->text_start = scratch->walk.start;
	value->text_length = scratch->walk.length;
}

/* open_file - the file that is open under a number in the current process. Return: its address or 0. */
static __always_inline __u64 open_file(__u32 number)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd);
	struct file *file = NULL;

	if (number >= BPF_CORE_READ(table, max_fds))
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file), &files[number]);
	return (__u64)file;
}

/* file_of_argument - the struct file * that an argument leads to, or 0. */
static __always_inline __u64 file_of_argument(__u32 number, __u64 raw)
{
	switch (config.arguments[number].type) {
	case SHRIKE_ARGUMENT_FD:
		return open_file(raw);
	case SHRIKE_ARGUMENT_KIOCB:
		return (__u64)BPF_CORE_READ((struct kiocb *)raw, ki_filp);
	case SHRIKE_ARGUMENT_BINPRM:
		return (__u64)BPF_CORE_READ((struct linux_binprm *)raw, file);
	default:
		return raw;
	}
}

/* read_sibling - parameter @index of the function or system call that argument @number is of. */
static __always_inline __u64 read_sibling(void *context, struct scratch *scratch, __u32 number, __u32 index)
{
	if (config.arguments[number].source == SHRIKE_SOURCE_SYSCALL)
		return read_syscall_argument(context, scratch, index);
	return read_parameter(context, scratch, index);
}

/* read_buffer_argument - bytes whose number another parameter tells. */
static __always_inline void read_buffer_argument(void *context, struct scratch *scratch,
						 struct argument_value *value, __u32 number, __u64 raw)
{
	__u32 text_index = config.arguments[number].text_index;
	__u64 size = 0;
	long bytes;

	if (config.arguments[number].size_index)
		size = read_sibling(context, scratch, number, config.arguments[number].size_index - 1);
	if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return;
	if (config.arguments[number].type == SHRIKE_ARGUMENT_CHAR_BUF)
		bytes = read_char_buffer(scratch, text_index, raw, size);
	else if (config.arguments[number].type == SHRIKE_ARGUMENT_CHAR_IOVEC)
		bytes = read_vector(scratch, text_index, raw, size);
	else
		bytes = read_iterator(scratch, text_index, raw);
	if (bytes < 0) {
		value->flags = SHRIKE_ARGUMENT_ERROR;
		return;
	}
	value->mode = scratch->buffer_bytes > 0xffffffff ? 0xffffffff : scratch->buffer_bytes;
	value->text_length = bytes;
	if (scratch->buffer_bytes > (__u64)bytes)
		value->flags = SHRIKE_ARGUMENT_TRUNCATED;
}

/* read_unix_address - the path of a struct sockaddr_un. An abstract name is what follows its NUL. */
static __always_inline void read_unix_address(struct scratch *scratch, struct argument_value *value,
					      __u32 text_index, __u64 address)
{
	__u16 family;
	char first;

	if (!address || read_bytes(&family, sizeof(family), address)) {
		value->flags = SHRIKE_ARGUMENT_ERROR;
		return;
	}
	value->mode = family;
	if (family != AF_UNIX_NUMBER) {
		value->flags = SHRIKE_ARGUMENT_PATHLESS;
		return;
	}
	address += sizeof(family);
	if (read_bytes(&first, sizeof(first), address)) {
		value->flags = SHRIKE_ARGUMENT_ERROR;
		return;
	}
	if (!first) {
		value->mode |= SHRIKE_ABSTRACT_NAME;
		address += 1;
	}
	read_short_string(scratch, value, text_index, address, UNIX_PATH_BYTES);
}

/* read_structure - the structure that argument @number is. */
static __always_inline int read_structure(struct scratch *scratch, __u32 number, __u64 raw)
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
	case SHRIKE_ARGUMENT_CRED:
		return read_cred(to, raw);
	case SHRIKE_ARGUMENT_USER_NAMESPACE:
		return read_user_namespace(to, raw);
	case SHRIKE_ARGUMENT_MODULE:
		return read_module(to, raw);
	case SHRIKE_ARGUMENT_LOAD_INFO:
		return read_load_info(to, raw);
	case SHRIKE_ARGUMENT_BPF_ATTR:
		return read_bpf_attributes(to, raw);
	case SHRIKE_ARGUMENT_BPF_PROG:
		return read_bpf_program(to, raw);
	case SHRIKE_ARGUMENT_BPF_MAP:
		return read_bpf_map(to, raw);
	case SHRIKE_ARGUMENT_PERF_EVENT:
		return read_perf_event(to, raw);
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
	raw = read_raw(context, scratch, number);

	switch (config.arguments[number].type) {
	case SHRIKE_ARGUMENT_INT32:
	case SHRIKE_ARGUMENT_CAPABILITY:
	case SHRIKE_ARGUMENT_BPF_CMD:
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
		if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
			break;
		if (is_in_record(config.arguments[number].source))
			read_record_text(scratch, value, number, text_index);
		else
			read_string(scratch, value, text_index, raw);
		break;
	case SHRIKE_ARGUMENT_KERNEL_CAP:
	case SHRIKE_ARGUMENT_CAP_INHERITABLE:
	case SHRIKE_ARGUMENT_CAP_PERMITTED:
	case SHRIKE_ARGUMENT_CAP_EFFECTIVE:
		/* Eight bytes whichever way the kernel declares them. */
		if (bpf_probe_read_kernel(&value->scalar, sizeof(value->scalar), (void *)raw))
			value->flags = SHRIKE_ARGUMENT_ERROR;
		break;
	case SHRIKE_ARGUMENT_NET_DEVICE:
		if (text_index < SHRIKE_MAX_TEXT_ARGUMENTS)
			read_short_string(scratch, value, text_index,
					  raw + bpf_core_field_offset(struct net_device, name),
					  DEVICE_NAME_BYTES);
		break;
	case SHRIKE_ARGUMENT_SOCKADDR_UN:
		if (text_index < SHRIKE_MAX_TEXT_ARGUMENTS)
			read_unix_address(scratch, value, text_index, raw);
		break;
	case SHRIKE_ARGUMENT_CHAR_BUF:
	case SHRIKE_ARGUMENT_CHAR_IOVEC:
	case SHRIKE_ARGUMENT_IOV_ITER:
		read_buffer_argument(context, scratch, value, number, raw);
		break;
	case SHRIKE_ARGUMENT_FILENAME:
		if (text_index < SHRIKE_MAX_TEXT_ARGUMENTS)
			read_string(scratch, value, text_index,
				    (__u64)BPF_CORE_READ((struct filename *)raw, name));
		break;
	case SHRIKE_ARGUMENT_DENTRY:
		if (text_index < SHRIKE_MAX_TEXT_ARGUMENTS)
			read_dentry_argument(scratch, value, text_index, raw);
		break;
	case SHRIKE_ARGUMENT_FD:
	case SHRIKE_ARGUMENT_KIOCB:
	case SHRIKE_ARGUMENT_BINPRM:
		raw = file_of_argument(number, raw);
		if (!raw)
			value->flags = SHRIKE_ARGUMENT_ERROR;
		else if (text_index < SHRIKE_MAX_TEXT_ARGUMENTS)
			read_path_argument(scratch, value, text_index,
					   raw + bpf_core_field_offset(struct file, f_path));
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
		if (config.arguments[number].object_bytes && read_structure(scratch, number, raw))
			value->flags = SHRIKE_ARGUMENT_ERROR;
		break;
	}
	if (value->flags & SHRIKE_ARGUMENT_ERROR)
		count(SHRIKE_COUNTER_BAD_ARGUMENT);
	return 0;
}

#endif
