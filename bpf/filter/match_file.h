/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The one argument of a file hook: read once some living selector asks for it, and looked up. */
#ifndef SHRIKE_MATCH_FILE_H
#define SHRIKE_MATCH_FILE_H

#include "base/error_count.h"
#include "base/kernel_types.h"
#include "extract/read_typed_argument.h"
#include "filter/keep_alive.h"
#include "filter/match_number.h"
#include "filter/match_text_argument.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"

/* read_file - the path, once a hit. @mount, @dentry: where it is, when the screen has looked; NULL: there is no file. */
static __noinline int read_file(void *context, struct scratch *scratch, struct vfsmount *mount,
				struct dentry *dentry)
{
	struct argument_value *value = &scratch->arguments[0];

	value->flags = 0;
	value->mode = 0;
	value->text_start = TEXT_HEAD_BYTES;
	value->text_length = 0;
	value->is_read = 1;
	if (!config.screened)
		read_typed_argument(context, scratch, value, 0, 0);
	else if (mount && dentry)
		read_placed_path(scratch, value, 0, mount, dentry);
	else
		value->flags = SHRIKE_ARGUMENT_ERROR;
	if (value->flags & SHRIKE_ARGUMENT_ERROR)
		count(SHRIKE_COUNTER_BAD_ARGUMENT);
	return 0;
}

/* match_file - Return: whether any selector is left. As match_argument(), of which it is what files need. */
static __always_inline bool match_file(void *context, struct scratch *scratch,
				       struct file_place *place)
{
	struct argument_value *value = &scratch->arguments[0];

	if (!config.arguments[0].has_forward && !config.arguments[0].has_reverse)
		return true;
	if (!is_filtered(scratch, 0))
		return true;
	read_file(context, scratch, place->mount, place->dentry);
	if (value->flags & ~SHRIKE_ARGUMENT_TRUNCATED) {
		if (!config.arguments[0].has_pathless || value->flags != SHRIKE_ARGUMENT_PATHLESS)
			return drop_filtered(scratch, 0);
		return keep_row(scratch, config.arguments[0].pathless_row);
	}
	return match_text(scratch, 0);
}

#endif
