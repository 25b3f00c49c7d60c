/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Most files that are opened are in folders that no policy names. This tells them by the first two names of the
 * path, before a path is put together, before there is room for one: the names between them and the file are
 * passed over, not read.
 */
#ifndef SHRIKE_SCREEN_PATH_H
#define SHRIKE_SCREEN_PATH_H

#include "base/bounds.h"
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/known_types.h"
#include "extract/read_typed_argument.h"
#include "extract/read_typed_path.h"
#include "maps/policy_maps.h"
#include "shrike_abi.h"

#define NAME_HEAD_BYTES 8

/* A name where the kernel keeps it. */
struct name_place {
	__u64 address;
	__u64 head; /* its first bytes, if they were read with the dentry */
	__u32 length;
	bool has_head;
};

/* A dentry from its parent on. Short names stand in the dentry itself, behind the inode, and are read with it. */
struct dentry_with_name {
	struct dentry_step step;
	__u64 inode;
	__u64 short_name;
};

static __always_inline void place_name(struct name_place *name, struct dentry *dentry)
{
	name->address = (__u64)dentry->d_name.name;
	name->length = dentry->d_name.len;
	name->head = *(__u64 *)short_name(dentry);
	name->has_head = name->address == (__u64)short_name(dentry);
}

/* hash_head - of a name by its first bytes; behind a shorter one stands something else, which does not count. */
static __always_inline __u64 hash_head(__u64 head, __u32 length)
{
	if (length < NAME_HEAD_BYTES)
		head &= (1ull << length * 8) - 1;
	return shrike_name_hash(head, length);
}

/* hash_name - Return: 0, or -1 when the name cannot be read. */
static __always_inline int hash_name(const struct name_place *name, __u64 *hash)
{
	__u64 head = name->head;

	/* Names are at least so long with what stands behind them: shorter ones are inside the dentry. */
	if (!name->has_head && bpf_probe_read_kernel(&head, sizeof(head), (void *)name->address))
		return -1;
	*hash = hash_head(head, name->length);
	return 0;
}

static __always_inline bool has_bit(const volatile __u64 *set, __u32 bits, __u32 bit)
{
	bit &= (1u << bits) - 1;
	return set[bit / 64] >> bit % 64 & 1;
}

/* screen_first - what the first name tells. Return: as screen_path(), or -1: the second one tells. */
static __always_inline int screen_first(__u64 first)
{
	if (!has_bit(config.screen.first, SHRIKE_SCREEN_FIRST_BITS, shrike_screen_first(first)))
		return 1;
	if (has_bit(config.screen.whole, SHRIKE_SCREEN_FIRST_BITS, shrike_screen_first(first)))
		return 0;
	return -1;
}

/* screen_second - what both tell. Return: as screen_path(). */
static __always_inline int screen_second(__u64 first, __u64 second)
{
	return !has_bit(config.screen.second, SHRIKE_SCREEN_SECOND_BITS,
			shrike_screen_second(first, second));
}

/* climb_to_root - from the mount point of a mount right below the process's root up to that root.
 * @first, @second: the two names that the path starts with; given: what is below the mount point.
 * Return: 0, or -1 when it is not as simple.
 */
static __always_inline int climb_to_root(__u64 mount, __u64 root_dentry, __u64 root_mount,
					 struct name_place *first, struct name_place *second)
{
	struct dentry_with_name at;
	struct mount_step above;
	__u64 dentry;

	if (!plain_layout() ||
	    bpf_probe_read_kernel(
		    &above, sizeof(above),
		    (void *)(mount + bpf_core_field_offset(struct mount, mnt_parent))) ||
	    above.parent != root_mount)
		return -1;
	dentry = above.mountpoint;
	for (int depth = 0; depth < TYPED_DEPTH; depth++) {
		__u64 start = dentry + bpf_core_field_offset(struct dentry, d_parent);

		if (dentry == root_dentry)
			return 0;
		if (bpf_probe_read_kernel(&at, sizeof(at), (void *)start) ||
		    at.step.parent == dentry)
			return -1;
		*second = *first;
		first->address = (__u64)at.step.name.name;
		first->length = at.step.name.len;
		first->head = at.short_name;
		first->has_head = first->address ==
				  start + __builtin_offsetof(typeof(at), short_name);
		dentry = at.step.parent;
	}
	return -1;
}

/* screen_path - Return: 1 when no value of the screen's argument can match the path; 0 when one may. */
static __noinline int screen_path(struct vfsmount *vfsmount, struct dentry *dentry)
{
	struct fs_struct *fs = bpf_get_current_task_btf()->fs;
	struct dentry *root_dentry = fs->root.dentry;
	struct vfsmount *root_mount = fs->root.mnt;
	struct dentry *mount_root = vfsmount->mnt_root;
	struct dentry *at = dentry;
	struct name_place first = {}, second = {};
	__u64 first_hash, second_hash;
	int verdict;

	if (!dentry->d_hash.pprev && dentry != mount_root)
		return 0; /* deleted, or no file of a file system: its text is another */
	for (int depth = 0; depth < TYPED_DEPTH; depth++) {
		struct dentry *parent = at->d_parent;

		if (at == mount_root || at == parent)
			break;
		second = first;
		place_name(&first, at);
		at = parent;
	}
	if (at != mount_root)
		return 0;
	if (vfsmount == root_mount) {
		if (at != root_dentry)
			return 0;
	} else if (climb_to_root((__u64)mount_of((__u64)vfsmount), (__u64)root_dentry,
				 (__u64)mount_of((__u64)root_mount), &first, &second)) {
		return 0;
	}
	if (!first.address || hash_name(&first, &first_hash))
		return 0;
	verdict = screen_first(first_hash);
	if (verdict >= 0)
		return verdict;
	if (!second.address)
		return 1; /* one name only, and each value has more */
	if (hash_name(&second, &second_hash))
		return 0;
	return screen_second(first_hash, second_hash);
}

/* hash_known - Return: 0, or -1 when the name cannot be read. */
static __always_inline int hash_known(__u64 address, __u64 *hash)
{
	struct dentry *dentry = known_dentry(address);
	__u32 length = dentry->d_name.len;
	__u64 head, long_head;

	if (length < SHORT_NAME_BYTES) {
		head = *(__u64 *)short_name(dentry);
		opaque(head); /* one load for both places is what the verifier refuses */
	} else {
		if (bpf_probe_read_kernel(&long_head, sizeof(long_head), dentry->d_name.name))
			return -1;
		head = long_head;
	}
	*hash = hash_head(head, length);
	return 0;
}

/* climb_known - up to @top, a root. @first, @second: the two names that the path starts with, as dentries; given: what is
 * below. Return: 0, or -1 when it is not on the way, or too far.
 */
static __always_inline int climb_known(struct dentry *at, __u64 top, __u64 *first, __u64 *second)
{
	for (int depth = 0; depth < TYPED_DEPTH; depth++) {
		struct dentry *parent;

		if ((__u64)at == top)
			return 0;
		parent = at->d_parent;
		if (parent == at)
			return -1;
		*second = *first;
		*first = (__u64)at;
		at = parent;
	}
	return -1;
}

/* screen_known_path - the same where the kernel lets a program say of an address what is there. */
static __noinline int screen_known_path(struct vfsmount *vfsmount, struct dentry *dentry)
{
	struct fs_struct *fs = bpf_get_current_task_btf()->fs;
	__u64 root_dentry = (__u64)fs->root.dentry;
	__u64 root_mount = (__u64)fs->root.mnt;
	struct mount *mount = known_mount((__u64)mount_of((__u64)vfsmount));
	__u64 mount_root = (__u64)mount->mnt.mnt_root;
	__u64 first = 0, second = 0, first_hash, second_hash;
	int verdict;

	if (!dentry->d_hash.pprev && (__u64)dentry != mount_root)
		return 0; /* deleted, or no file of a file system: its text is another */
	if (climb_known(dentry, mount_root, &first, &second))
		return 0;
	if ((__u64)vfsmount == root_mount) {
		if (mount_root != root_dentry)
			return 0;
	} else if ((__u64)mount->mnt_parent != (__u64)mount_of(root_mount) ||
		   climb_known(mount->mnt_mountpoint, root_dentry, &first, &second)) {
		return 0;
	}
	if (!first || hash_known(first, &first_hash))
		return 0;
	verdict = screen_first(first_hash);
	if (verdict >= 0)
		return verdict;
	if (!second)
		return 1;
	if (hash_known(second, &second_hash))
		return 0;
	return screen_second(first_hash, second_hash);
}

/* is_elsewhere - the call is about a file that no selector can match. @place: where it is, if it may be one. */
static __always_inline bool is_elsewhere(void *context, struct file_place *place)
{
#pragma unroll
	for (__u32 number = 0; number < POSSIBLE_ARGUMENTS; number++) {
		if (config.screened != number + 1)
			continue;
		if (place_file(context, number, place))
			return false;
		return config.mount_type ? screen_known_path(place->mount, place->dentry)
					 : screen_path(place->mount, place->dentry);
	}
	return false;
}

#endif
