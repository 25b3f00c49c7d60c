/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Process predicates: which selectors may match this process at all.
 *
 * All that policies say of binaries sorts binaries into classes, by how a path starts and by how it ends; the
 * classes of a process and of its parent cannot change between execs, so they are looked up once and kept with
 * the task, stamped with the generation of the table. At a hook each is an index.
 */
#ifndef SHRIKE_MATCH_PROCESS_H
#define SHRIKE_MATCH_PROCESS_H

#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/read_binary.h"
#include "filter/keep_alive.h"
#include "filter/match_text.h"
#include "maps/policy_maps.h"
#include "maps/process_maps.h"
#include "maps/scratch_maps.h"

/* Tables of binary_parts. */
#define STARTS_TABLE 0
#define ENDS_TABLE 1

/* Both classes in one word: that of the end above that of the start. */
#define END_CLASS_SHIFT 16
#define BOTH_CLASSES(class) ((class) << END_CLASS_SHIFT | (class))

/* class_of_whole - the class of the shown path as a whole; SHRIKE_BINARY_OTHER when nobody names it. */
static __always_inline __u32 class_of_whole(struct scratch *scratch)
{
	char *key = scratch->reversed; /* as long as a key; free until texts are matched */
	__u32 start = scratch->walk.start;
	__u32 bytes, *class;

	/* Longer than any named binary. */
	if (scratch->walk.flags & SHRIKE_ARGUMENT_TRUNCATED)
		return SHRIKE_BINARY_OTHER;
	opaque(start);
	if (start > TEXT_END)
		return SHRIKE_BINARY_OTHER;
	bytes = TEXT_END - start + 1;
	if (bytes > SHRIKE_MAX_BINARY_BYTES)
		return SHRIKE_BINARY_OTHER;
	__builtin_memset(key, 0, SHRIKE_MAX_BINARY_BYTES);
	opaque(bytes);
	if (bytes > SHRIKE_MAX_BINARY_BYTES)
		return SHRIKE_BINARY_OTHER;
	bpf_probe_read_kernel(key, bytes, &scratch->texts[BINARY_TEXT_INDEX].bytes[start]);
	class = bpf_map_lookup_elem(&binary_classes, key);
	return class ? *class : SHRIKE_BINARY_OTHER;
}

/* classify_shown - both classes of the path that scratch->walk has just shown. */
static __noinline __u32 classify_shown(struct scratch *scratch)
{
	__u32 start = scratch->walk.start, length = scratch->walk.length;
	__u32 forward = class_of_whole(scratch), reverse = SHRIKE_BINARY_OTHER;
	struct shrike_text_value *found;

	if (!asks_for(SHRIKE_HOOK_BINARY_PARTS))
		return reverse << END_CLASS_SHIFT | forward;
	if (forward == SHRIKE_BINARY_OTHER) {
		found = look_up_text(&binary_parts, scratch, BINARY_TEXT_INDEX, STARTS_TABLE, start,
				     length, SHRIKE_TEXT_KEY_BYTES);
		if (found)
			forward = found->next_table;
	}
	/* Of a path that was too long the end stands in scratch->reversed already. */
	found = look_up_reversed(
		&binary_parts, scratch, BINARY_TEXT_INDEX, ENDS_TABLE, start,
		scratch->walk.flags & SHRIKE_ARGUMENT_TRUNCATED ? SHRIKE_TEXT_KEY_BYTES : length,
		SHRIKE_TEXT_KEY_BYTES, scratch->walk.flags & SHRIKE_ARGUMENT_TRUNCATED);
	if (found)
		reverse = found->next_table;
	return reverse << END_CLASS_SHIFT | forward;
}

/* classify - the classes of a path that a state keeps, or, when it keeps none, of the executable of @task.
 * @kept: what the state keeps; NULL: there is no state, and the decision is made from the task alone.
 */
static __noinline __u32 classify(struct scratch *scratch, struct kept_path *kept,
				 struct task_struct *task)
{
	__u64 file;

	if (kept && kept->bytes && kept->bytes <= SHRIKE_MAX_BINARY_BYTES) {
		if (!show_kept_path(scratch, BINARY_TEXT_INDEX, kept))
			return BOTH_CLASSES(SHRIKE_BINARY_UNKNOWN);
		return classify_shown(scratch);
	}
	if (BPF_CORE_READ(task, flags) & SHRIKE_PF_KTHREAD)
		return BOTH_CLASSES(SHRIKE_BINARY_KERNEL_THREAD);
	file = (__u64)BPF_CORE_READ(task, mm, exe_file);
	if (!file || read_file_path(scratch, BINARY_TEXT_INDEX, file, task))
		return BOTH_CLASSES(SHRIKE_BINARY_UNKNOWN);
	if (scratch->walk.flags & ~SHRIKE_ARGUMENT_TRUNCATED)
		return BOTH_CLASSES(SHRIKE_BINARY_UNKNOWN);
	if (kept && !kept->bytes)
		keep_path(kept, scratch, BINARY_TEXT_INDEX);
	return classify_shown(scratch);
}

/* current_classes - of the calling process or of its parent, as its state has them or worked out now.
 * @state: may be NULL.
 */
static __always_inline __u32 current_classes(struct scratch *scratch, struct task_state *state,
					     bool is_parent)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	__u64 stamp = 0;
	__u32 classes;

	if (state)
		stamp = is_parent ? *(volatile __u64 *)&state->parent_stamp
				  : *(volatile __u64 *)&state->class_stamp;
	if (stamp >> 32 == config.process_generation)
		return stamp;
	if (is_parent) {
		task = BPF_CORE_READ(task, group_leader, real_parent, group_leader);
		classes = classify(scratch, state ? &state->parent_binary : NULL, task);
		if (state)
			state->parent_stamp = (__u64)config.process_generation << 32 | classes;
	} else {
		classes = classify(scratch, state ? &state->binary : NULL, task);
		if (state)
			state->class_stamp = (__u64)config.process_generation << 32 | classes;
	}
	return classes;
}

/* keep_candidates - @rows: the dimension's first row, counted from 1; 0: no selector asks for it. */
static __always_inline bool keep_candidates(struct scratch *scratch, __u32 rows, __u32 class)
{
	__u32 row = rows - 1 + (class & 0xffff);
	__u64 *candidates;

	if (!rows)
		return true;
	candidates = bpf_map_lookup_elem(&process_candidates, &row);
	if (!candidates)
		return false; /* user space made an entry for each class: cannot happen, fails open */
	return keep_alive(scratch, candidates);
}

/* match_process - AND the candidates of the current process into scratch->alive.
 * Return: whether any selector is left.
 */
static __always_inline bool match_process(struct scratch *scratch, struct task_state *state)
{
	__u32 classes;

	if (config.binary_rows[0] || config.binary_rows[1]) {
		classes = current_classes(scratch, state, false);
		if (!keep_candidates(scratch, config.binary_rows[0], classes) ||
		    !keep_candidates(scratch, config.binary_rows[1], classes >> END_CLASS_SHIFT))
			return false;
	}
	if (config.binary_rows[2] || config.binary_rows[3]) {
		classes = current_classes(scratch, state, true);
		if (!keep_candidates(scratch, config.binary_rows[2], classes) ||
		    !keep_candidates(scratch, config.binary_rows[3], classes >> END_CLASS_SHIFT))
			return false;
	}
	return true;
}

#endif
