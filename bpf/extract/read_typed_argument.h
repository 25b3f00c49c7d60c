/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An argument that is a file or a path by the function's own prototype. */
#ifndef SHRIKE_READ_TYPED_ARGUMENT_H
#define SHRIKE_READ_TYPED_ARGUMENT_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "extract/read_known_path.h"
#include "extract/read_parameter.h"
#include "extract/read_typed_path.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"
#include "shrike_abi.h"

/* Where a file is. */
struct file_place {
	struct vfsmount *mount; /* NULL: not known */
	struct dentry *dentry;
};

/* place_file - where argument @number is, which the verifier knows the type of. Return: 0, or -1 for no file. */
static __always_inline int place_file(void *context, __u32 number, struct file_place *place)
{
	void *pointer;

	/* Twice: kernels that know that the pointer may be none want to see it compared itself. */
	if (is_null_parameter(context, config.arguments[number].index))
		return -1;
	pointer = typed_parameter(context, config.arguments[number].index);
	if (!pointer)
		return -1;
	if (config.arguments[number].type == SHRIKE_ARGUMENT_FILE) {
		place->mount = ((struct file *)pointer)->f_path.mnt;
		place->dentry = ((struct file *)pointer)->f_path.dentry;
	} else {
		place->mount = ((struct path *)pointer)->mnt;
		place->dentry = ((struct path *)pointer)->dentry;
	}
	return place->mount && place->dentry ? 0 : -1;
}

/* read_placed_path - the path of a file or path that place_file() has found. */
static __always_inline void read_placed_path(struct scratch *scratch, struct argument_value *value,
					     __u32 text_index, struct vfsmount *mount,
					     struct dentry *dentry)
{
	struct inode *inode;

	if (config.mount_type ? read_known_path(scratch, text_index, (__u64)mount, (__u64)dentry)
			      : read_typed_path(scratch, text_index, mount, dentry)) {
		value->flags = SHRIKE_ARGUMENT_ERROR;
		return;
	}
	inode = dentry->d_inode;
	if (inode)
		value->mode = inode->i_mode;
	value->flags = scratch->walk.flags;
	value->text_start = scratch->walk.start;
	value->text_length = scratch->walk.length;
}

/* read_typed_argument - a struct file or struct path whose type the verifier knows. */
static __always_inline void read_typed_argument(void *context, struct scratch *scratch,
						struct argument_value *value, __u32 number,
						__u32 text_index)
{
	struct file_place place;

	if (place_file(context, number, &place))
		value->flags = SHRIKE_ARGUMENT_ERROR;
	else
		read_placed_path(scratch, value, text_index, place.mount, place.dentry);
}

#endif
