/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The same path as read_path.h reads, by plain loads, where the kernel lets a program name the types of what it
 * reads (extract/known_types.h). One way up notes the dentries, then the names are put down from the root on: so a
 * short name is a few words that are copied, and what the last of them has too much is written over by the next name.
 * Whatever is not plain (a deleted or pathless file, many names, several mounts) is left to read_path().
 */
#ifndef SHRIKE_READ_KNOWN_PATH_H
#define SHRIKE_READ_KNOWN_PATH_H

#include "base/bounds.h"
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/known_types.h"
#include "extract/read_path.h"
#include "maps/scratch_maps.h"

/* chain_names - note the dentries from @at on below @top, which is a root.
 * Return: 0, or -1 when it is not on the way, or too far.
 */
static __always_inline int chain_names(struct scratch *scratch, struct dentry *at, __u64 top)
{
	for (int depth = 0; depth < TYPED_DEPTH; depth++) {
		struct dentry *parent = at->d_parent;
		__u32 chained = *(volatile __u32 *)&scratch->walk.chained;

		if ((__u64)at == top)
			return 0;
		if (at == parent || chained >= MAX_CHAINED_DENTRIES)
			return -1;
		scratch->chain[chained] = (__u64)at;
		scratch->walk.chained = chained + 1;
		at = parent;
	}
	return -1;
}

/* chain_path - note all dentries that give the path a name. Return: 0, or -1 when the general walk has to do it. */
static __always_inline int chain_path(struct scratch *scratch, __u64 vfsmount, __u64 dentry,
				      struct task_struct *task)
{
	struct fs_struct *fs = task->fs;
	__u64 root_dentry = (__u64)fs->root.dentry;
	__u64 root_mount = (__u64)fs->root.mnt;
	struct mount *mount = known_mount((__u64)mount_of(vfsmount));
	__u64 mount_root = (__u64)mount->mnt.mnt_root;
	struct dentry *at = known_dentry(dentry);

	scratch->walk.chained = 0;
	scratch->walk.is_done = 0;
	if (!at->d_hash.pprev && dentry != mount_root)
		return -1; /* deleted, or no file of a file system */
	if (chain_names(scratch, at, mount_root))
		return -1;
	if (vfsmount == root_mount)
		return mount_root == root_dentry ? 0 : -1;
	if ((__u64)mount->mnt_parent != (__u64)mount_of(root_mount))
		return -1;
	return chain_names(scratch, mount->mnt_mountpoint, root_dentry);
}

/* copy_short_name - in words: unaligned, and beyond the name's end if need be. */
static __always_inline void copy_short_name(__u64 *to, const __u64 *name, __u32 length)
{
	to[0] = name[0];
	if (length <= 8)
		return;
	to[1] = name[1];
	if (length <= 16)
		return;
	to[2] = name[2];
	if (length <= 24)
		return;
	to[3] = name[3];
}

/* write_name - a slash and the next name, from the root on, at walk->start. One step, and no loop of its own: the verifier
 * would follow each round of that by itself, five ways through each. walk->chained stays where it was when there may be no
 * room, or a name cannot be read.
 */
static long write_name(__u32 step, struct scratch **context)
{
	struct scratch *scratch = *context;
	struct path_walk *walk = &scratch->walk;
	__u32 index = walk->chained - 1;
	__u32 text_index = walk->text_index;
	__u32 end = walk->start;
	struct dentry *dentry;
	__u32 length;
	char *to;

	if (index >= MAX_CHAINED_DENTRIES || text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return 1;
	dentry = known_dentry(scratch->chain[index]);
	length = dentry->d_name.len;
	opaque(end);
	if (length > NAME_MAX_BYTES || end > TEXT_END - 1 - NAME_MAX_BYTES)
		return 1;
	to = &scratch->texts[text_index].bytes[end];
	*to++ = '/';
	if (length < SHORT_NAME_BYTES) {
		copy_short_name((__u64 *)to, (__u64 *)short_name(dentry), length);
	} else {
		opaque(length);
		length &= NAME_MAX_BYTES;
		if (bpf_probe_read_kernel(to, length, dentry->d_name.name))
			return 1;
	}
	walk->start = end + 1 + length;
	walk->chained = index;
	return 0;
}

/* read_known_path - as read_path(), of the current task. */
static __noinline int read_known_path(struct scratch *scratch, __u32 text_index, __u64 vfsmount,
				      __u64 dentry)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct path_walk *walk = &scratch->walk;
	struct scratch *context = scratch;
	__u32 end;

	if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return -1;
	if (!chain_path(scratch, vfsmount, dentry, known_task((__u64)task))) {
		walk->text_index = text_index;
		walk->start = TEXT_HEAD_BYTES;
		bpf_loop(walk->chained, write_name, &context, 0);
		walk->is_done = !walk->chained;
	}
	if (!walk->is_done)
		return read_path(scratch, text_index, vfsmount, dentry, task);
	end = walk->start;
	opaque(end);
	if (end > TEXT_END)
		return -1;
	if (end == TEXT_HEAD_BYTES) /* the root itself */
		scratch->texts[text_index].bytes[end++] = '/';
	scratch->texts[text_index].bytes[end] = 0;
	walk->flags = 0;
	walk->start = TEXT_HEAD_BYTES;
	walk->length = end - TEXT_HEAD_BYTES;
	return 0;
}

#endif
