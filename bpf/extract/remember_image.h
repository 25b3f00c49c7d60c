/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a thread keeps of the image that it belongs to. */
#ifndef SHRIKE_REMEMBER_IMAGE_H
#define SHRIKE_REMEMBER_IMAGE_H

#include "base/error_count.h"
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "maps/process_maps.h"

/* remember_image - a new thread keeps what its group's state would lose if it became the leader. */
static __always_inline void remember_image(struct task_struct *thread, struct task_state *group)
{
	struct thread_image *image;

	if (!group)
		return;
	image = bpf_task_storage_get(&thread_images, thread, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!image) {
		count(SHRIKE_COUNTER_NO_TASK_STATE);
		return;
	}
	image->key = group->key;
	image->flags = group->flags;
	image->forked = group->forked;
	image->told = group->told;
	image->lineage = group->lineage;
	image->parent_lineage = group->parent_lineage;
	image->parent_binary = group->parent_binary;
}

#endif
