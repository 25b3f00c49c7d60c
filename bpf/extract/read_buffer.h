/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Buffers: bytes of the process or of the kernel into a text buffer. Each returns how many bytes were stored, or
 * -1; scratch->buffer_bytes is how many there are.
 */
#ifndef SHRIKE_READ_BUFFER_H
#define SHRIKE_READ_BUFFER_H

#include "base/bounds.h"
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/read_socket.h"
#include "maps/scratch_maps.h"
#include "shrike_abi.h"

/* Parts of an iovec array that are read: the kernel takes no more (UIO_MAXIOV). */
#define VECTOR_PARTS 1024

/* read_char_buffer - @size bytes at @address. */
static __noinline long read_char_buffer(struct scratch *scratch, __u32 text_index, __u64 address,
					__u64 size)
{
	char *to;

	if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return -1;
	to = &scratch->texts[text_index].bytes[TEXT_HEAD_BYTES];
	scratch->buffer_bytes = size;
	opaque(size);
	if (size > SHRIKE_MAX_TEXT_BYTES)
		size = SHRIKE_MAX_TEXT_BYTES;
	if (!size)
		return 0;
	if (read_bytes(to, size, address))
		return -1;
	return size;
}

/* What a 32-bit program calls a struct iovec; include/linux/compat.h. */
struct compat_vector {
	__u32 base;
	__u32 bytes;
};

/* read_part_place - where part @part of the array is. */
static __always_inline long read_part_place(struct scratch *scratch, __u32 part,
					    struct iovec *vector)
{
	struct compat_vector compat;

	if (!scratch->vector_is_compat)
		return read_bytes(vector, sizeof(*vector),
				  scratch->vector_address + part * sizeof(*vector));
	if (read_bytes(&compat, sizeof(compat), scratch->vector_address + part * sizeof(compat)))
		return -1;
	vector->iov_base = (void *)(__u64)compat.base;
	vector->iov_len = compat.bytes;
	return 0;
}

/* add_part - one step: the next part behind what is stored. Its state is in scratch, so that the verifier finds all
 * steps alike.
 */
static long add_part(__u32 part, struct scratch **context)
{
	struct scratch *scratch = *context;
	__u32 text_index = scratch->vector_text;
	__u64 stored = scratch->buffer_stored;
	struct iovec vector;
	__u64 bytes;

	if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return 1;
	if (read_part_place(scratch, part, &vector)) {
		scratch->buffer_failed = 1;
		return 1;
	}
	scratch->buffer_bytes += vector.iov_len;
	bytes = vector.iov_len;
	if (stored >= SHRIKE_MAX_TEXT_BYTES || !bytes)
		return 0;
	if (bytes > SHRIKE_MAX_TEXT_BYTES - stored)
		bytes = SHRIKE_MAX_TEXT_BYTES - stored;
	/* Verifier: the sum is in bounds, but it knows each for itself only; struct scratch has room behind the texts. */
	opaque(stored);
	opaque(bytes);
	if (stored >= SHRIKE_MAX_TEXT_BYTES || bytes > SHRIKE_MAX_TEXT_BYTES)
		return 1;
	if (read_bytes(&scratch->texts[text_index].bytes[TEXT_HEAD_BYTES + stored], bytes,
		       (__u64)vector.iov_base)) {
		scratch->buffer_failed = 1;
		return 1;
	}
	scratch->buffer_stored = stored + bytes;
	return 0;
}

/* read_vector - the parts of an array of @count struct iovec, one behind the other. */
static __noinline long read_vector(struct scratch *scratch, __u32 text_index, __u64 address,
				   __u64 count)
{
	struct scratch *context = scratch;

	if (count > VECTOR_PARTS)
		count = VECTOR_PARTS;
	scratch->vector_address = address;
	scratch->vector_text = text_index;
	scratch->buffer_bytes = 0;
	scratch->buffer_stored = 0;
	scratch->buffer_failed = 0;
	bpf_loop(count, add_part, &context, 0);
	if (scratch->buffer_failed)
		return -1;
	return scratch->buffer_stored;
}

/* read_iterator - the rest of the current part of an iterator over the process's memory; nothing of others. */
static __noinline long read_iterator(struct scratch *scratch, __u32 text_index, __u64 address)
{
	struct iov_iter *iterator = (struct iov_iter *)address;
	__u64 base, size, offset;
	__u32 type;

	scratch->buffer_bytes = 0;
	if (!address)
		return -1;
	type = BPF_CORE_READ(iterator, iter_type);
	offset = BPF_CORE_READ(iterator, iov_offset);
	if (bpf_core_enum_value_exists(enum iter_type, ITER_UBUF) &&
	    type == bpf_core_enum_value(enum iter_type, ITER_UBUF)) {
		base = (__u64)BPF_CORE_READ(iterator, ubuf);
		size = BPF_CORE_READ(iterator, count) + offset;
	} else if (type == bpf_core_enum_value(enum iter_type, ITER_IOVEC)) {
		struct iovec *vector;

		if (bpf_core_field_exists(iterator->__iov))
			vector = (struct iovec *)BPF_CORE_READ(iterator, __iov);
		else
			vector = (struct iovec *)BPF_CORE_READ(
				(struct iov_iter___before_6_4 *)iterator, iov);
		base = (__u64)BPF_CORE_READ(vector, iov_base);
		size = BPF_CORE_READ(vector, iov_len);
	} else {
		return 0;
	}
	if (offset > size)
		return 0;
	return read_char_buffer(scratch, text_index, base + offset, size - offset);
}

#endif
