/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The path of a dentry that comes without a mount. Beside read_path.h, so that the common walk stays as short as it is. */
#ifndef SHRIKE_READ_DENTRY_H
#define SHRIKE_READ_DENTRY_H

#include "extract/read_path.h"

/* read_dentry_path - the same for a dentry alone: its path from the root of its file system.
 * The walk ends at the root because there is no mount (0) whose root it could be.
 */
static __noinline int read_dentry_path(struct scratch *scratch, __u32 text_index, __u64 dentry_at)
{
	struct dentry *dentry = (struct dentry *)dentry_at;
	struct path_walk *walk = &scratch->walk;
	__u64 parent = (__u64)BPF_CORE_READ(dentry, d_parent);
	struct scratch *context = scratch;

	if (text_index >= SHRIKE_MAX_TEXT_ARGUMENTS)
		return -1;
	walk->text_index = text_index;
	walk->start = TEXT_END;
	walk->flags = 0;
	walk->total_bytes = 0;
	walk->is_head = 0;
	walk->length = 0;
	walk->root_dentry = 0;
	walk->root_mount = 0;
	scratch->texts[text_index].bytes[TEXT_END] = 0;
	if (parent == dentry_at && (__u64)BPF_CORE_READ(dentry, d_sb, s_root) != dentry_at) {
		walk->flags = SHRIKE_ARGUMENT_PATHLESS;
		return 0;
	}
	walk->vfsmount = 0;
	walk->first = dentry_at;
	walk_up(scratch, &context);
	if (walk->flags & SHRIKE_ARGUMENT_TRUNCATED)
		walk_head(scratch, &context, text_index);
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

#endif
