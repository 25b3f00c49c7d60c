/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The executable of a process: its resolved path, kept with the task at exec. */
#ifndef SHRIKE_READ_BINARY_H
#define SHRIKE_READ_BINARY_H

#include "base/bounds.h"
#include "extract/read_path.h"
#include "maps/process_maps.h"
#include "maps/scratch_maps.h"

/* The text buffer that a binary's path is read into, before any argument is. */
#define BINARY_TEXT_INDEX 0

/* read_file_path - the path of @file into text buffer @text_index. */
static __always_inline int read_file_path(struct scratch *scratch, __u32 text_index, __u64 file,
					  struct task_struct *task)
{
	struct file *of = (struct file *)file;

	return read_path(scratch, text_index, (__u64)BPF_CORE_READ(of, f_path.mnt),
			 (__u64)BPF_CORE_READ(of, f_path.dentry), task);
}

/* keep_path - copy the path that scratch->walk has just read into a task's state.
 * Longer ones are not cut, since a cut path would match what the whole one does not.
 */
static __always_inline void keep_path(struct kept_path *kept, struct scratch *scratch,
				      __u32 text_index)
{
	__u32 start = scratch->walk.start;
	__u32 bytes;

	if (scratch->walk.flags || text_index >= SHRIKE_MAX_TEXT_ARGUMENTS || start > TEXT_END) {
		kept->bytes = scratch->walk.flags & SHRIKE_ARGUMENT_TRUNCATED ? BINARY_TOO_LONG : 0;
		return;
	}
	bytes = TEXT_END - start + 1;
	if (bytes > SHRIKE_MAX_BINARY_BYTES) {
		kept->bytes = BINARY_TOO_LONG;
		return;
	}
	opaque(bytes);
	if (bytes > SHRIKE_MAX_BINARY_BYTES)
		return;
	opaque(start);
	if (start > TEXT_END)
		return;
	bpf_probe_read_kernel(kept->text, bytes, &scratch->texts[text_index].bytes[start]);
	kept->bytes = bytes;
}

/* show_kept_path - a kept path in a text buffer, as if it had just been walked to. Return: whether it is there. */
static __always_inline bool show_kept_path(struct scratch *scratch, __u32 text_index,
					   struct kept_path *kept)
{
	__u32 bytes = kept->bytes;
	__u32 start;

	if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS || !bytes)
		return false;
	start = TEXT_END + 1 - bytes;
	scratch->walk.start = start;
	scratch->walk.length = bytes - 1;
	scratch->walk.flags = 0;
	opaque(start);
	if (start > TEXT_END)
		return false;
	/* Alone, so that it stays one comparison of the register that is passed on. */
	opaque(bytes);
	if (bytes > SHRIKE_MAX_BINARY_BYTES)
		return false;
	bpf_probe_read_kernel(&scratch->texts[text_index].bytes[start], bytes, kept->text);
	return true;
}

#endif
