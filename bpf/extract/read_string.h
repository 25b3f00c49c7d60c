/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Strings into a text buffer: of the kernel, of the process, of a tracepoint's record, of a short array. */
#ifndef SHRIKE_READ_STRING_H
#define SHRIKE_READ_STRING_H

#include "base/bounds.h"
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/is_kernel_address.h"
#include "extract/read_parameter.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"
#include "shrike_abi.h"

/* Stands behind a cut string in the place of its NUL: Equal compares the NUL, so it does not match. */
#define CUT_MARK 1

/* read_string - a NUL-terminated string of the kernel or of the process. */
static __always_inline void read_string(struct scratch *scratch, struct argument_value *value,
					__u32 number, __u32 text_index, __u64 address)
{
	char *to = &scratch->texts[text_index].bytes[TEXT_HEAD_BYTES];
	long bytes;

	if (leads_into_kernel(number, address))
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

/* read_record_words - an array that stands in the tracepoint's record. */
static __always_inline void read_record_words(struct scratch *scratch, struct argument_value *value,
					      __u32 number, __u32 text_index)
{
	char *to = &scratch->texts[text_index].bytes[TEXT_HEAD_BYTES];
	__u32 bytes = config.arguments[number].field_bytes;

	opaque(bytes);
	if (bytes > SHRIKE_MAX_TEXT_BYTES)
		bytes = SHRIKE_MAX_TEXT_BYTES;
	if (bpf_probe_read_kernel(
		    to, bytes,
		    (void *)(context_address(scratch) + config.arguments[number].field_offset)))
		value->flags = SHRIKE_ARGUMENT_ERROR;
	else
		value->text_length = bytes;
}

static __always_inline bool is_in_record(__u32 source)
{
	return source == SHRIKE_SOURCE_FIELD_TEXT || source == SHRIKE_SOURCE_DATA_LOCATION;
}

#define UNIX_PATH_BYTES 108 /* include/uapi/linux/un.h */
#define DEVICE_NAME_BYTES 16 /* IFNAMSIZ */
#define AF_UNIX_NUMBER 1

/* read_short_string - a string in an array of @limit bytes, which need not end in NUL. */
static __always_inline void read_short_string(struct scratch *scratch, struct argument_value *value,
					      __u32 number, __u32 text_index, __u64 address,
					      __u32 limit)
{
	char *to = &scratch->texts[text_index].bytes[TEXT_HEAD_BYTES];
	long bytes;

	/* One byte more than there can be, for the NUL that the helper writes. */
	if (leads_into_kernel(number, address))
		bytes = bpf_probe_read_kernel_str(to, limit + 1, (void *)address);
	else
		bytes = bpf_probe_read_user_str(to, limit + 1, (void *)address);
	if (bytes <= 0)
		value->flags = SHRIKE_ARGUMENT_ERROR;
	else
		value->text_length = bytes - 1;
}

/* read_unix_address - the path of a struct sockaddr_un. An abstract name is what follows its NUL. */
static __always_inline void read_unix_address(struct scratch *scratch, struct argument_value *value,
					      __u32 number, __u32 text_index, __u64 address)
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
	read_short_string(scratch, value, number, text_index, address, UNIX_PATH_BYTES);
}

#endif
