/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The same path as read_path.h reads, from pointers that the verifier knows the types of.
 *
 * A trampoline or LSM program gets its arguments as typed pointers, and following a member is then one
 * load instead of a call of bpf_probe_read_kernel(). That is most of what a path costs. Whatever is not
 * plain (a deleted or pathless file, many names) is left to read_path().
 */
#ifndef SHRIKE_READ_TYPED_PATH_H
#define SHRIKE_READ_TYPED_PATH_H

#include "base/bounds.h"
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/read_path.h"
#include "maps/scratch_maps.h"

/* What a step needs of a dentry and of a mount, each read at once: the members have stood side by side in all
 * kernels since 3.18. Where they do not, plain_layout() says so and the general walk does it.
 */
struct dentry_step {
	__u64 parent;
	struct qstr name;
};

struct mount_step {
	__u64 parent;
	__u64 mountpoint;
};

static __always_inline bool plain_layout(void)
{
	return bpf_core_field_offset(struct dentry, d_name) ==
		       bpf_core_field_offset(struct dentry, d_parent) + 8 &&
	       bpf_core_field_offset(struct mount, mnt_mountpoint) ==
		       bpf_core_field_offset(struct mount, mnt_parent) + 8;
}

/* cross_and_climb - from the root of a mount, over its mount point, to the process's root in the mount that
 * holds both; by untyped reads.
 * Return: where the text starts by now, or 0 when the general walk has to do it (more mounts, many names).
 */
static __always_inline __u32 cross_and_climb(struct scratch *scratch, __u32 text_index, __u32 start,
					     __u64 mount, __u64 root_dentry, __u64 root_mount)
{
	struct dentry_step step;
	struct mount_step above;
	__u64 dentry;

	if (!plain_layout() ||
	    bpf_probe_read_kernel(
		    &above, sizeof(above),
		    (void *)(mount + bpf_core_field_offset(struct mount, mnt_parent))) ||
	    above.parent != root_mount)
		return 0;
	dentry = above.mountpoint;
	for (int depth = 0; depth < TYPED_DEPTH; depth++) {
		__u32 length;

		if (dentry == root_dentry)
			return start;
		if (bpf_probe_read_kernel(
			    &step, sizeof(step),
			    (void *)(dentry + bpf_core_field_offset(struct dentry, d_parent))))
			return 0;
		length = step.name.len;
		/* The root of the mount, which is not the process's: another mount is to be crossed. */
		if (step.parent == dentry || length > NAME_MAX_BYTES ||
		    start < TEXT_HEAD_BYTES + 1 + length)
			return 0;
		start -= length;
		opaque(start);
		if (start > TEXT_END)
			return 0;
		opaque(length);
		length &= NAME_MAX_BYTES;
		if (bpf_probe_read_kernel(&scratch->texts[text_index].bytes[start], length,
					  step.name.name))
			return 0;
		start -= 1;
		opaque(start);
		if (start > TEXT_END)
			return 0;
		scratch->texts[text_index].bytes[start] = '/';
		dentry = step.parent;
	}
	return 0;
}

/* read_typed_path - as read_path(), of the current task. */
static __noinline int read_typed_path(struct scratch *scratch, __u32 text_index,
				      struct vfsmount *vfsmount, struct dentry *dentry)
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
	if (!dentry->d_hash.pprev &&
	    dentry != mount_root) /* deleted, or no file of a file system */
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
		if (bpf_probe_read_kernel(&scratch->texts[text_index].bytes[start], length,
					  at->d_name.name))
			return -1;
		start -= 1;
		opaque(start);
		if (start > TEXT_END)
			return -1;
		scratch->texts[text_index].bytes[start] = '/';
		at = parent;
	}
	/* Verifier: through memory it forgets how many names there were, and follows what comes from here once
	 * instead of once for each way out of the loop.
	 */
	*(volatile __u32 *)&walk->start = start;
	start = *(volatile __u32 *)&walk->start;
	if (at == root_dentry && vfsmount == root_mount) {
		if (start == TEXT_END) {
			scratch->texts[text_index].bytes[TEXT_END - 1] = '/';
			start = TEXT_END - 1;
		}
	} else {
		if (at != mount_root)
			return read_path(scratch, text_index, (__u64)vfsmount, (__u64)dentry, task);
		start = cross_and_climb(scratch, text_index, start,
					(__u64)mount_of((__u64)vfsmount), (__u64)root_dentry,
					(__u64)mount_of((__u64)root_mount));
		if (!start)
			return read_path(scratch, text_index, (__u64)vfsmount, (__u64)dentry, task);
	}
	walk->flags = 0;
	walk->start = start;
	walk->length = TEXT_END - start;
	return 0;
}

#endif
