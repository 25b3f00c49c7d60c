/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The same path as read_path.h reads, from pointers that the verifier knows the types of.
 *
 * A trampoline or LSM program gets its arguments as typed pointers, and following a member is then one
 * load instead of a call of bpf_probe_read_kernel(). That is most of what a path costs. Whatever is not
 * plain (a deleted or pathless file, many names) is left to read_path(); a mount above the file is crossed by its
 * steps.
 */
#ifndef SHRIKE_READ_TYPED_PATH_H
#define SHRIKE_READ_TYPED_PATH_H

#include "base/bounds.h"
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/read_path.h"
#include "maps/scratch_maps.h"

/* Names that are walked by typed loads. Verifier: it follows each round by itself. */
#define TYPED_DEPTH 12

/* continue_walk - by untyped steps from where the typed walk has come. */
static __always_inline int continue_walk(struct scratch *scratch, __u32 text_index, __u32 start, __u64 vfsmount,
					 __u64 dentry, __u64 mount_root)
{
	struct path_walk *walk = &scratch->walk;
	struct scratch *context = scratch;

	walk->start = start;
	walk->total_bytes = TEXT_END - start;
	walk->dentry = dentry;
	walk->mount = (__u64)mount_of(vfsmount);
	walk->mount_root = mount_root;
	walk->is_done = 0;
	bpf_loop(PATH_MAX_DEPTH, walk_step, &context, 0);
	if (!walk->is_done)
		walk->flags |= SHRIKE_ARGUMENT_ERROR;
	return 0;
}

/* read_typed_path - as read_path(), of the current task. */
static __noinline int read_typed_path(struct scratch *scratch, __u32 text_index, struct vfsmount *vfsmount,
				      struct dentry *dentry)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct fs_struct *fs = task->fs;
	struct dentry *root_dentry = fs->root.dentry;
	struct vfsmount *root_mount = fs->root.mnt;
	struct dentry *mount_root = vfsmount->mnt_root;
	struct path_walk *walk = &scratch->walk;
	struct dentry *at = dentry;
	__u32 start = TEXT_END;

	if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return -1;
	if (!dentry->d_hash.pprev && dentry != mount_root) /* deleted, or no file of a file system */
		return read_path(scratch, text_index, (__u64)vfsmount, (__u64)dentry, task);
	scratch->texts[text_index].bytes[TEXT_END] = 0;

	for (int depth = 0; depth < TYPED_DEPTH; depth++) {
		struct dentry *parent = at->d_parent;
		__u32 length = at->d_name.len;

		if (at == mount_root || at == parent)
			break;
		if (length > NAME_MAX_BYTES || start < TEXT_HEAD_BYTES + 1 + length)
			return read_path(scratch, text_index, (__u64)vfsmount, (__u64)dentry, task);
		start -= length;
		opaque(start);
		if (start > TEXT_END)
			return -1;
		opaque(length);
		length &= NAME_MAX_BYTES;
		if (bpf_probe_read_kernel(&scratch->texts[text_index].bytes[start], length, at->d_name.name))
			return -1;
		start -= 1;
		opaque(start);
		if (start > TEXT_END)
			return -1;
		scratch->texts[text_index].bytes[start] = '/';
		at = parent;
	}
	walk->flags = 0;
	walk->start = start;
	if (at == root_dentry && vfsmount == root_mount) {
		if (start == TEXT_END) {
			scratch->texts[text_index].bytes[TEXT_END - 1] = '/';
			walk->start = TEXT_END - 1;
		}
		walk->length = TEXT_END - walk->start;
		return 0;
	}
	begin_walk(scratch, text_index, task);
	continue_walk(scratch, text_index, start, (__u64)vfsmount, (__u64)at, (__u64)mount_root);
	return finish_walk(scratch, text_index, (__u64)vfsmount, (__u64)dentry);
}

#endif
