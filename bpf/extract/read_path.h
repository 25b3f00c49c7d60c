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

/* Steps of a walk, mounts included. What is deeper has no known beginning: it is counted and matches
 * no filter. A path of PATH_MAX bytes is at most 2,048 names deep; only a process that changes
 * directory again and again makes deeper ones.
 */
#define PATH_MAX_DEPTH 16384
/* Names that are walked by plain loads on each side of a mount point. Verifier: it follows each round by itself. */
#define TYPED_DEPTH 12
#define NAME_MAX_BYTES 255
#define DELETED_BYTES 10 /* " (deleted)" */
#define TMPFS_MAGIC 0x01021994
#define HUGETLBFS_MAGIC 0x958458f6

static __always_inline struct mount *mount_of(__u64 vfsmount)
{
	return (struct mount *)(vfsmount - bpf_core_field_offset(struct mount, mnt));
}

/* store_name - a slash and the name, so that they end at @end of the text buffer. */
static __always_inline int store_name(struct scratch *scratch, __u32 end, __u64 name, __u32 length)
{
	__u32 index = scratch->walk.text_index;
	__u32 start = end - length;

	if (index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return -1;
	/* Verifier: both bounds hold by the callers' arithmetic, which it cannot follow through memory. */
	opaque(start);
	if (start > TEXT_END)
		return -1;
	opaque(length);
	length &= NAME_MAX_BYTES;
	if (bpf_probe_read_kernel(&scratch->texts[index].bytes[start], length, (void *)name))
		return -1;
	start -= 1;
	opaque(start);
	if (start > TEXT_END)
		return -1;
	scratch->texts[index].bytes[start] = '/';
	return 0;
}

/* add_name - take in the next name towards the root.
 * First the path is written backwards from TEXT_END. If it is full before the root is reached, names are only
 * counted, and a second walk (walk->is_head) stores the path's first bytes, from TEXT_HEAD_BYTES on.
 */
static __always_inline int add_name(struct scratch *scratch, struct path_walk *walk, __u64 name,
				    __u32 length)
{
	__u32 bytes;

	if (length > NAME_MAX_BYTES)
		length = NAME_MAX_BYTES;
	bytes = length + 1;
	if (walk->is_head) {
		__u32 end = walk->left_bytes;

		walk->left_bytes -= bytes;
		if (end > SHRIKE_MAX_TEXT_BYTES)
			walk->length = walk->left_bytes;
		else if (store_name(scratch, TEXT_HEAD_BYTES + end, name, length))
			return -1;
		return 0;
	}
	walk->total_bytes += bytes;
	if (walk->total_bytes > SHRIKE_MAX_TEXT_BYTES) {
		walk->flags |= SHRIKE_ARGUMENT_TRUNCATED;
		return 0;
	}
	if (store_name(scratch, walk->start, name, length))
		return -1;
	walk->start -= bytes;
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
	    add_name(scratch, walk, (__u64)name.name, name.len)) {
		walk->flags |= SHRIKE_ARGUMENT_ERROR;
		return 1;
	}
	walk->dentry = parent;
	return 0;
}

/* walk_up - from walk->vfsmount and walk->first to the root, once.
 * @context: holds @scratch. One for all loops of a function: the stack of all programs together is short.
 */
static __always_inline void walk_up(struct scratch *scratch, struct scratch **context)
{
	struct path_walk *walk = &scratch->walk;
	struct vfsmount *vfsmount = (struct vfsmount *)walk->vfsmount;

	walk->is_done = 0;
	walk->dentry = walk->first;
	walk->mount = (__u64)mount_of((__u64)vfsmount);
	walk->mount_root = (__u64)BPF_CORE_READ(vfsmount, mnt_root);
	bpf_loop(PATH_MAX_DEPTH, walk_step, context, 0);
	if (!walk->is_done)
		walk->flags |= SHRIKE_ARGUMENT_ERROR;
}

/* One byte of a text's end, to where look_up_reversed() wants it. */
static long reverse_step(__u32 step, struct scratch **context)
{
	struct scratch *scratch = *context;
	__u32 text_index = scratch->walk.text_index;

	if (step >= SHRIKE_TEXT_KEY_BYTES || text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return 1;
	scratch->reversed[KEY_HEAD_BYTES + step] =
		scratch->texts[text_index].bytes[TEXT_END - 1 - step];
	return 0;
}

/* walk_head - the first bytes of a path that is too long: whole names, as many as fit. Behind them stands
 * the slash that follows in the path, so that no comparison takes the cut for the path's end.
 */
static __always_inline void walk_head(struct scratch *scratch, struct scratch **context,
				      __u32 text_index)
{
	struct path_walk *walk = &scratch->walk;
	__u32 end;

	/* Verifier: a loop of its own would be followed byte by byte, at each place that reads a path. */
	bpf_loop(SHRIKE_TEXT_KEY_BYTES, reverse_step, context, 0);
	walk->is_head = 1;
	walk->left_bytes = walk->total_bytes;
	walk->length = 0;
	walk_up(scratch, context);
	walk->start = TEXT_HEAD_BYTES;
	end = TEXT_HEAD_BYTES + walk->length;
	opaque(end);
	if (end <= TEXT_END)
		scratch->texts[text_index].bytes[end] = '/';
	count(SHRIKE_COUNTER_TRUNCATED_PATH);
}

/* begin_walk - an empty text that ends at TEXT_END. */
static __always_inline void begin_walk(struct scratch *scratch, __u32 text_index,
				       struct task_struct *task)
{
	struct path_walk *walk = &scratch->walk;

	walk->text_index = text_index;
	walk->start = TEXT_END;
	walk->flags = 0;
	walk->total_bytes = 0;
	walk->is_head = 0;
	walk->length = 0;
	walk->root_dentry = (__u64)BPF_CORE_READ(task, fs, root.dentry);
	walk->root_mount = (__u64)mount_of((__u64)BPF_CORE_READ(task, fs, root.mnt));
}

/* finish_walk - what a walk has come to. Return: 0, or -1 when the text is worth nothing. */
static __always_inline int finish_walk(struct scratch *scratch, struct scratch **context,
				       __u32 text_index)
{
	struct path_walk *walk = &scratch->walk;

	if (walk->flags & SHRIKE_ARGUMENT_TRUNCATED)
		walk_head(scratch, context, text_index);
	if (walk->flags & SHRIKE_ARGUMENT_ERROR)
		return -1;
	if (walk->flags & SHRIKE_ARGUMENT_TRUNCATED)
		return 0;
	if (walk->start == TEXT_END) {
		scratch->texts[text_index].bytes[TEXT_END - 1] = '/';
		walk->start = TEXT_END - 1;
	}
	walk->length = TEXT_END - walk->start;
	return 0;
}

/* read_path - write the path of (mount, dentry) into text buffer @text_index.
 * The result is in scratch->walk: start, length and flags; a NUL follows. PATHLESS: an empty text. TRUNCATED:
 * the text is the path's beginning, and its end stands reversed in scratch->reversed. ERROR: the text is
 * worth nothing.
 * @task: whose root directory the path is relative to.
 */
static __noinline int read_path(struct scratch *scratch, __u32 text_index, __u64 vfsmount,
				__u64 dentry_at, struct task_struct *task)
{
	struct dentry *dentry = (struct dentry *)dentry_at;
	struct path_walk *walk = &scratch->walk;
	struct scratch *context = scratch;
	__u64 mount_root = (__u64)BPF_CORE_READ((struct vfsmount *)vfsmount, mnt_root);
	__u64 parent = (__u64)BPF_CORE_READ(dentry, d_parent);
	bool is_pseudo = parent == dentry_at && mount_root != dentry_at;

	if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return -1;
	begin_walk(scratch, text_index, task);
	walk->vfsmount = vfsmount;
	walk->first = dentry_at;
	scratch->texts[text_index].bytes[TEXT_END] = 0;

	if (is_pseudo) {
		__u64 magic = BPF_CORE_READ((struct vfsmount *)vfsmount, mnt_sb, s_magic);

		if (magic != TMPFS_MAGIC && magic != HUGETLBFS_MAGIC) {
			walk->flags = SHRIKE_ARGUMENT_PATHLESS;
			return 0;
		}
	}
	/* d_unlinked(): not hashed and not a root */
	if (!BPF_CORE_READ(dentry, d_hash.pprev) && (is_pseudo || parent != dentry_at)) {
		walk->start = TEXT_END - DELETED_BYTES;
		walk->total_bytes = DELETED_BYTES;
		__builtin_memcpy(&scratch->texts[text_index].bytes[TEXT_END - DELETED_BYTES],
				 " (deleted)", DELETED_BYTES);
	}
	if (is_pseudo) { /* a memfd: its name is all there is */
		struct qstr name;

		if (bpf_core_read(&name, sizeof(name), &dentry->d_name) ||
		    add_name(scratch, walk, (__u64)name.name, name.len))
			return -1;
		walk->length = TEXT_END - walk->start;
		return 0;
	}
	walk_up(scratch, &context);
	return finish_walk(scratch, &context, text_index);
}

#endif
