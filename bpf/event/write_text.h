/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The bytes of a text buffer into a record. */
#ifndef SHRIKE_WRITE_TEXT_H
#define SHRIKE_WRITE_TEXT_H

#include "base/bounds.h"
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "maps/scratch_maps.h"

/* write_text - @bytes of @text from @start on, to offset @at of the record. Always inlined: kernels before
 * 6.7 do not take a dynamic pointer as an argument of a program's own function.
 */
static __always_inline void write_text(struct bpf_dynptr *record, __u32 at, struct text *text,
				       __u32 start, __u32 bytes)
{
	/* Verifier: start and bytes add up to TEXT_END at most, but it bounds them one by one; the tail of
	 * struct scratch is there for the sum of both bounds.
	 */
	opaque(bytes);
	if (bytes > SHRIKE_MAX_TEXT_BYTES)
		return;
	opaque(start);
	if (start > TEXT_END)
		return;
	bpf_dynptr_write(record, at, &text->bytes[start], bytes, 0);
}

#endif
