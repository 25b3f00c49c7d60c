// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Before the program that decides about a place in user space: brings the memory that it will read into the process's
 * pages. That program cannot wait for a page, and a string that nobody has touched yet, of a file that was just mapped,
 * would be none to it. This one may sleep, so it cannot be that program itself: sleepable programs have no longest-prefix
 * tables before Linux 7. It is attached last, so it is asked first. It decides nothing.
 */
#include "base/kernel_types.h"
#include "base/bounds.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/numbered_register.h"
#include "shrike_abi.h"

#define PAGE_BYTES 4096ul
/* Verifier: a text is looked at in pieces that fit the stack. */
#define PIECE_BYTES 128
#define MAX_PIECES (SHRIKE_MAX_TEXT_BYTES / (PIECE_BYTES - 1) + 2)

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* The same as of the program that decides. */
const volatile struct shrike_hook_config config SEC(".rodata.config");

struct text_walk {
	__u64 address;
	__u64 end;
};

/* read_saved - @bytes bytes of the saved registers. Little-endian. */
static __always_inline __u64 read_saved(void *context, __u32 offset, __u32 bytes)
{
	__u64 value = 0;

	opaque(bytes);
	if (bytes && bytes <= sizeof(value))
		bpf_probe_read_kernel(&value, bytes, context + offset);
	return value;
}

/* parameter_register - the number of the register that holds parameter @index. */
static __always_inline __u32 parameter_register(__u32 index)
{
	switch (index) {
	case 0:
		return 7;
	case 1:
		return 6;
	case 2:
		return 2;
	case 3:
		return 1;
	case 4:
		return 8;
	default:
		return 9;
	}
}

static __always_inline __u64 read_parameter(void *context, __u32 index)
{
	return read_saved(context, numbered_register(parameter_register(index)), sizeof(__u64));
}

static __always_inline __u64 page_after(__u64 address)
{
	return (address | (PAGE_BYTES - 1)) + 1;
}

/* touch - brings the page of @address in. Return: 0, or -errno where the process has no memory. */
static __always_inline long touch(__u64 address)
{
	char byte;

	return bpf_copy_from_user(&byte, sizeof(byte), (void *)address);
}

/* read_place - argument @number as an address. */
static __always_inline long read_place(void *context, __u32 number, __u64 *address)
{
	__u32 bytes = config.arguments[number].field_bytes;

	switch (config.arguments[number].source) {
	case SHRIKE_SOURCE_PARAMETER:
		*address = read_parameter(context, config.arguments[number].index);
		return 0;
	case SHRIKE_SOURCE_PROBE_REGISTER:
		*address = read_saved(context, config.arguments[number].field_offset, bytes);
		return 0;
	case SHRIKE_SOURCE_CONSTANT:
		*address = config.arguments[number].operand;
		return 0;
	case SHRIKE_SOURCE_REGISTER:
		*address = read_saved(
			context, numbered_register(config.arguments[number].base_register), bytes);
		return 0;
	case SHRIKE_SOURCE_USER_MEMORY:
		break;
	default:
		return -1; /* of the kernel: it is there */
	}
	*address = read_saved(context, numbered_register(config.arguments[number].base_register),
			      sizeof(__u64)) +
		   config.arguments[number].operand;
	if (config.arguments[number].index_register != SHRIKE_NO_REGISTER)
		*address += read_saved(context,
				       numbered_register(config.arguments[number].index_register),
				       sizeof(__u64))
			    << (config.arguments[number].index_shift & 3);
	opaque(bytes);
	if (!bytes || bytes > sizeof(*address))
		return -1;
	/* What is narrower than an address is none: zero it first, and it leads nowhere. */
	__u64 value = 0;

	if (bpf_copy_from_user(&value, bytes, (void *)*address))
		return -1;
	*address = value;
	return 0;
}

/* follow - along the pointers of a path to the value. Return: 0, or -1 where there is none. */
static __always_inline long follow(__u32 number, __u64 *address)
{
	__u32 bytes = config.paths[number].value_bytes;
	__u64 value = 0;

#pragma unroll
	for (__u32 step = 0; step < SHRIKE_MAX_LOADS; step++) {
		if (step >= config.paths[number].load_count)
			break;
		if (bpf_copy_from_user(&value, sizeof(value),
				       (void *)*address + config.paths[number].load_offsets[step]))
			return -1;
		*address = value;
	}
	*address += config.paths[number].value_offset;
	opaque(bytes);
	if (!bytes || bytes > sizeof(value))
		return 0;
	value = 0;
	if (bpf_copy_from_user(&value, bytes, (void *)*address))
		return -1;
	*address = value;
	return 0;
}

/* page_in_piece - one piece of a text; its pages, if they are not there. */
static long page_in_piece(__u32 number, struct text_walk *walk)
{
	__u64 address = walk->address;
	char piece[PIECE_BYTES];
	long bytes;

	if (address >= walk->end)
		return 1;
	bytes = bpf_probe_read_user_str(piece, sizeof(piece), (void *)address);
	if (bytes < 0) {
		if (touch(address))
			return 1;
		bytes = bpf_probe_read_user_str(piece, sizeof(piece), (void *)address);
		/* It goes on beyond its first page. */
		if (bytes < 0 && !touch(page_after(address)))
			bytes = bpf_probe_read_user_str(piece, sizeof(piece), (void *)address);
	}
	if (bytes != sizeof(piece))
		return 1;
	walk->address = address + sizeof(piece) - 1;
	return 0;
}

static __always_inline void page_in_text(__u64 address, __u64 bytes)
{
	struct text_walk walk = { .address = address, .end = address + bytes };

	bpf_loop(MAX_PIECES, page_in_piece, &walk, 0);
}

/* page_in_bytes - no more than a text buffer holds, which are two pages at most. */
static __always_inline void page_in_bytes(__u64 address, __u64 bytes)
{
	if (!bytes)
		return;
	if (bytes > SHRIKE_MAX_TEXT_BYTES)
		bytes = SHRIKE_MAX_TEXT_BYTES;
	if (!touch(address) && page_after(address) < address + bytes)
		touch(page_after(address));
}

static __noinline int page_in(void *context, __u32 number)
{
	__u64 address = 0;

	if (number >= SHRIKE_MAX_ARGUMENTS || read_place(context, number, &address))
		return 0;
	if (config.paths[number].is_path && follow(number, &address))
		return 0;
	if (config.arguments[number].type == SHRIKE_ARGUMENT_STRING)
		page_in_text(address, config.paths[number].text_bytes
					      ? config.paths[number].text_bytes
					      : SHRIKE_MAX_TEXT_BYTES);
	else if (config.arguments[number].type == SHRIKE_ARGUMENT_CHAR_BUF &&
		 config.arguments[number].size_index)
		page_in_bytes(address,
			      read_parameter(context, config.arguments[number].size_index - 1));
	return 0;
}

SEC("uprobe.s")
int hook_page_in(void *context)
{
#pragma unroll
	for (__u32 number = 0; number < SHRIKE_MAX_ARGUMENTS; number++)
		if (number < config.argument_count)
			page_in(context, number);
	return 0;
}
