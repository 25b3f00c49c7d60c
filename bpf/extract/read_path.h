/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The path of a kernel object as the process sees it: from a dentry up to the process's root
 * directory, across mounts.
 *
 * Own walk rather than bpf_d_path: that helper is allowed in ten functions only, cuts long paths and
 * names pathless objects. The walk takes no lock, as the path walk of d_path() without rename_lock:
 * a directory that is renamed meanwhile shows its old or its new name, each true at some moment
 * of the call.
 *
 * A pipe, a socket or an anonymous inode has no path. A memfd has a name, shown as the kernel does:
 * "/memfd:name (deleted)".
 */
#ifndef SHRIKE_READ_PATH_H
#define SHRIKE_READ_PATH_H

#include "base/bounds.h"
#include "base/error_count.h"
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "maps/scratch_maps.h"
#include "shrike_abi.h"

/* One byte a name and its slash at least, so PATH_MAX bounds the depth. */
#define PATH_MAX_DEPTH 2048
#define NAME_MAX_BYTES 255
#define DELETED_BYTES 10 /* " (deleted)" */

#define TMPFS_MAGIC 0x01021994
#define HUGETLBFS_MAGIC 0x958458f6

static __always_inline struct mount *mount_of(__u64 vfsmount)
{
	return (struct mount *)(vfsmount - bpf_core_field_offset(struct mount, mnt));
}

/* prepend_name - write a slash and the name before the text.
 * Return: 0, or -1 when the text is full.
 */
static __always_inline int prepend_name(struct scratch *scratch, struct path_walk *walk, __u64 name,
					__u32 length)
{
	__u32 start = walk->start;
	__u32 index = walk->text_index;

	if (length > NAME_MAX_BYTES)
		length = NAME_MAX_BYTES;
	if (start < TEXT_HEAD_BYTES + 1 + length || start > TEXT_END)
		return -1;
	start -= length;
	/* Verifier: start is in [9, TEXT_END] here; it forgets the lower bound's partner in 6.1. */
	opaque(start);
	if (start >= TEXT_END + 1)
		return -1;
	opaque(length);
	length &= NAME_MAX_BYTES;
	if (index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return -1;
	if (bpf_probe_read_kernel(&scratch->texts[index].bytes[start], length, (void *)name))
		return -1;
	start -= 1;
	opaque(start);
	if (start > TEXT_END)
		return -1;
	scratch->texts[index].bytes[start] = '/';
	walk->start = start;
	return 0;
}

/* One step: the parent of the dentry, or the mount point of a mount's root. */
static long walk_step(__u32 step, struct scratch **context)
{
	struct scratch *scratch = *context;
	struct path_walk *walk = &scratch->walk;
	struct dentry *dentry = (struct dentry *)walk->dentry;
	struct qstr name;
	__u64 parent;

	if (walk->dentry == walk->root_dentry && walk->mount == walk->root_mount) {
		walk->is_done = 1;
		return 1;
	}
	parent = (__u64)BPF_CORE_READ(dentry, d_parent);
	if (walk->dentry == walk->mount_root || walk->dentry == parent) {
		struct mount *mount = (struct mount *)walk->mount;
		__u64 above = (__u64)BPF_CORE_READ(mount, mnt_parent);

		/* The topmost mount: not below the process's root (chroot, a detached mount). What
		 * there is of a path stands, as the kernel's own walk has it.
		 */
		if (above == walk->mount || walk->dentry != walk->mount_root) {
			walk->is_done = 1;
			return 1;
		}
		walk->dentry = (__u64)BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = above;
		walk->mount_root = (__u64)BPF_CORE_READ((struct mount *)above, mnt.mnt_root);
		return 0;
	}
	if (bpf_core_read(&name, sizeof(name), &dentry->d_name) ||
	    prepend_name(scratch, walk, (__u64)name.name, name.len)) {
		walk->flags |= SHRIKE_ARGUMENT_TRUNCATED;
		return 1;
	}
	walk->dentry = parent;
	return 0;
}

/* read_path - write the path of (mount, dentry) into text buffer @text_index.
 * The result is in scratch->walk: start (the text ends at TEXT_END, followed by NUL) and flags. A pipe,
 * socket or anonymous inode has no path: flag PATHLESS and an empty text.
 * @task: whose root directory the path is relative to.
 */
static __noinline int read_path(struct scratch *scratch, __u32 text_index, __u64 vfsmount, __u64 dentry_at,
				struct task_struct *task)
{
	struct dentry *dentry = (struct dentry *)dentry_at;
	struct path_walk *walk = &scratch->walk;
	struct scratch *context = scratch;
	__u64 parent, pprev;
	bool is_pseudo;

	if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return -1;
	walk->text_index = text_index;
	walk->start = TEXT_END;
	walk->flags = 0;
	walk->is_done = 0;
	walk->dentry = dentry_at;
	walk->mount = (__u64)mount_of(vfsmount);
	walk->mount_root = (__u64)BPF_CORE_READ((struct vfsmount *)vfsmount, mnt_root);
	walk->root_dentry = (__u64)BPF_CORE_READ(task, fs, root.dentry);
	walk->root_mount = (__u64)mount_of((__u64)BPF_CORE_READ(task, fs, root.mnt));
	scratch->texts[text_index].bytes[TEXT_END] = 0;

	parent = (__u64)BPF_CORE_READ(dentry, d_parent);
	pprev = (__u64)BPF_CORE_READ(dentry, d_hash.pprev);
	is_pseudo = parent == dentry_at && walk->mount_root != dentry_at;
	if (is_pseudo) {
		__u64 magic = BPF_CORE_READ((struct vfsmount *)vfsmount, mnt_sb, s_magic);

		if (magic != TMPFS_MAGIC && magic != HUGETLBFS_MAGIC) {
			walk->flags = SHRIKE_ARGUMENT_PATHLESS;
			return 0;
		}
	}
	/* d_unlinked(): not hashed and not a root */
	if (!pprev && (is_pseudo || parent != dentry_at)) {
		walk->start = TEXT_END - DELETED_BYTES;
		__builtin_memcpy(&scratch->texts[text_index].bytes[TEXT_END - DELETED_BYTES], " (deleted)",
				 DELETED_BYTES);
	}
	if (is_pseudo) { /* a memfd: its name is all there is */
		struct qstr name;

		if (bpf_core_read(&name, sizeof(name), &dentry->d_name) ||
		    prepend_name(scratch, walk, (__u64)name.name, name.len))
			return -1;
		return 0;
	}
	bpf_loop(PATH_MAX_DEPTH, walk_step, &context, 0);
	if (!walk->is_done)
		walk->flags |= SHRIKE_ARGUMENT_TRUNCATED;
	if (walk->flags & SHRIKE_ARGUMENT_TRUNCATED) {
		count(SHRIKE_COUNTER_TRUNCATED_PATH);
		return 0;
	}
	if (walk->start == TEXT_END) {
		scratch->texts[text_index].bytes[TEXT_END - 1] = '/';
		walk->start = TEXT_END - 1;
	}
	return 0;
}

#endif
