/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One argument of a hit: from the register to a number or a text. */
#ifndef SHRIKE_READ_ARGUMENT_H
#define SHRIKE_READ_ARGUMENT_H

#include "base/bounds.h"
#include "base/error_count.h"
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/follow_path.h"
#include "extract/read_buffer.h"
#include "extract/read_dentry.h"
#include "extract/read_object.h"
#include "extract/read_parameter.h"
#include "extract/read_path.h"
#include "extract/read_socket.h"
#include "extract/read_string.h"
#include "extract/read_typed_argument.h"
#include "extract/read_user_place.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"
#include "shrike_abi.h"

static __always_inline void read_path_argument(struct scratch *scratch,
					       struct argument_value *value, __u32 text_index,
					       __u64 address)
{
	struct path *path = (struct path *)address;
	struct dentry *dentry = BPF_CORE_READ(path, dentry);

	if (!dentry || read_path(scratch, text_index, (__u64)BPF_CORE_READ(path, mnt),
				 (__u64)dentry, (struct task_struct *)bpf_get_current_task())) {
		value->flags = SHRIKE_ARGUMENT_ERROR;
		return;
	}
	value->mode = BPF_CORE_READ(dentry, d_inode, i_mode);
	value->flags = scratch->walk.flags;
	value->text_start = scratch->walk.start;
	value->text_length = scratch->walk.length;
}

/* read_dentry_argument - a name inside its file system: mounts are not known of a dentry alone. */
static __always_inline void read_dentry_argument(struct scratch *scratch,
						 struct argument_value *value, __u32 text_index,
						 __u64 address)
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

#define TS_COMPAT 0x2 /* arch/x86/include/asm/thread_info.h: amid a system call of 32 bits */

static __always_inline bool is_compat_task(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;
}

/* result_size - how many bytes the function says that it has put into a buffer; none when it failed. */
static __always_inline __u64 result_size(void *context)
{
	__s32 result = read_result(context); /* no call moves more (MAX_RW_COUNT) */

	return result < 0 ? 0 : result;
}

/* read_buffer_argument - bytes whose number another parameter tells. */
static __always_inline void read_buffer_argument(void *context, struct scratch *scratch,
						 struct argument_value *value, __u32 number,
						 __u64 raw)
{
	__u32 text_index = config.arguments[number].text_index;
	__u64 size = 0;
	long bytes;

	if (config.arguments[number].size_field_bytes)
		size = read_number(context_address(scratch) +
					   config.arguments[number].size_field_offset,
				   config.arguments[number].size_field_bytes);
	else if (config.arguments[number].size_index)
		size = read_sibling(context, scratch, number,
				    config.arguments[number].size_index - 1);
	else if (config.arguments[number].is_result_sized)
		size = result_size(context);
	if (config.large_argument == number + 1)
		scratch->large_address = raw;
	if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return;
	if (config.arguments[number].type == SHRIKE_ARGUMENT_CHAR_BUF)
		bytes = read_char_buffer(scratch, text_index, raw, size);
	else if (config.arguments[number].type == SHRIKE_ARGUMENT_CHAR_IOVEC) {
		scratch->vector_is_compat = config.arguments[number].source ==
					    SHRIKE_SOURCE_COMPAT_SYSCALL;
		bytes = read_vector(scratch, text_index, raw, size);
	} else
		bytes = read_iterator(scratch, text_index, raw);
	if (bytes < 0) {
		value->flags = SHRIKE_ARGUMENT_ERROR;
		return;
	}
	if (config.arguments[number].is_result_sized) {
		__u64 most = result_size(context);

		if (scratch->buffer_bytes > most)
			scratch->buffer_bytes = most;
		if ((__u64)bytes > most)
			bytes = most;
	}
	value->mode = scratch->buffer_bytes > 0xffffffff ? 0xffffffff : scratch->buffer_bytes;
	value->text_length = bytes;
	if (scratch->buffer_bytes > (__u64)bytes)
		value->flags = SHRIKE_ARGUMENT_TRUNCATED;
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

/* points_into_kernel - the caller of a system call gives an address of the kernel where one of its own belongs: it
 * must not choose what is read.
 */
static __always_inline bool points_into_kernel(__u32 number, __u64 raw)
{
	return config.arguments[number].source == SHRIKE_SOURCE_SYSCALL && (__s64)raw < 0 &&
	       config.arguments[number].type != SHRIKE_ARGUMENT_FD &&
	       (config.arguments[number].text_index != SHRIKE_NO_TEXT ||
		config.arguments[number].object_bytes);
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
	if (config.arguments[number].source >= SHRIKE_SOURCE_REGISTER) {
		raw = 0;
		if (read_user_place(scratch, number, &raw)) {
			value->flags = SHRIKE_ARGUMENT_ERROR;
			count(SHRIKE_COUNTER_BAD_ARGUMENT);
			return 0;
		}
	} else {
		raw = read_raw(context, scratch, number);
		if (points_into_kernel(number, raw)) {
			value->flags = SHRIKE_ARGUMENT_ERROR;
			count(SHRIKE_COUNTER_BAD_ARGUMENT);
			return 0;
		}
	}
	if (config.paths[number].is_path) {
		value->mode = follow_path(number, &raw);
		if (value->mode) {
			value->flags = SHRIKE_ARGUMENT_ERROR | SHRIKE_ARGUMENT_BAD_POINTER;
			count(SHRIKE_COUNTER_BAD_ARGUMENT);
			return 0;
		}
	}

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
	case SHRIKE_ARGUMENT_SYSCALL:
		value->scalar = (__u32)raw | (is_compat_task() ? SHRIKE_COMPAT_SYSCALL : 0);
		break;
	case SHRIKE_ARGUMENT_STRING:
		if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
			break;
		if (is_in_record(config.arguments[number].source))
			read_record_text(scratch, value, number, text_index);
		else if (config.paths[number].text_bytes)
			read_short_string(scratch, value, number, text_index, raw,
					  config.paths[number].text_bytes);
		else
			read_string(scratch, value, number, text_index, raw);
		break;
	case SHRIKE_ARGUMENT_WORDS:
		if (text_index < SHRIKE_MAX_TEXT_ARGUMENTS)
			read_record_words(scratch, value, number, text_index);
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
			read_short_string(scratch, value, number, text_index,
					  raw + bpf_core_field_offset(struct net_device, name),
					  DEVICE_NAME_BYTES);
		break;
	case SHRIKE_ARGUMENT_SOCKADDR_UN:
		if (text_index < SHRIKE_MAX_TEXT_ARGUMENTS)
			read_unix_address(scratch, value, number, text_index, raw);
		break;
	case SHRIKE_ARGUMENT_CHAR_BUF:
	case SHRIKE_ARGUMENT_CHAR_IOVEC:
	case SHRIKE_ARGUMENT_IOV_ITER:
		read_buffer_argument(context, scratch, value, number, raw);
		break;
	case SHRIKE_ARGUMENT_FILENAME:
		if (text_index < SHRIKE_MAX_TEXT_ARGUMENTS)
			read_string(scratch, value, number, text_index,
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
