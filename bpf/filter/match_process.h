/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Process predicates: which selectors may match this process at all.
 *
 * All that policies say of binaries sorts binaries into classes; the class of a process cannot
 * change between execs, so it is looked up once and kept with the task, stamped with the generation of
 * the table. At a hook it is an index.
 */
#ifndef SHRIKE_MATCH_PROCESS_H
#define SHRIKE_MATCH_PROCESS_H

#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/read_binary.h"
#include "maps/policy_maps.h"
#include "maps/process_maps.h"
#include "maps/scratch_maps.h"

/* class_of_path - look up the path in @path, padded with zeros to the key's length. */
static __always_inline __u32 class_of_path(const char *path)
{
	__u32 *class = bpf_map_lookup_elem(&binary_classes, path);

	return class ? *class : SHRIKE_BINARY_OTHER;
}

/* classify_binary - the class of the current process's binary, from its state or, when the state does
 * not hold the path, from the executable itself.
 * @state: may be NULL: then nothing is kept and the decision is made from the task alone.
 */
static __noinline __u32 classify_binary(struct scratch *scratch, struct task_state *state)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	char *path = scratch->reversed; /* as long as a key; free until texts are matched */
	__u32 start, bytes;
	__u64 file;

	if (state && state->binary_bytes && state->binary_bytes <= SHRIKE_MAX_BINARY_BYTES)
		return class_of_path(state->binary);
	if (BPF_CORE_READ(task, flags) & SHRIKE_PF_KTHREAD)
		return SHRIKE_BINARY_KERNEL_THREAD;
	file = (__u64)BPF_CORE_READ(task, mm, exe_file);
	if (!file || read_file_path(scratch, BINARY_TEXT_INDEX, file, task))
		return SHRIKE_BINARY_UNKNOWN;
	if (scratch->walk.flags & SHRIKE_ARGUMENT_TRUNCATED) /* longer than any named binary */
		return SHRIKE_BINARY_OTHER;
	if (scratch->walk.flags)
		return SHRIKE_BINARY_UNKNOWN;
	if (state && !state->binary_bytes)
		keep_binary(state, scratch, BINARY_TEXT_INDEX);
	start = scratch->walk.start;
	opaque(start);
	if (start > TEXT_END)
		return SHRIKE_BINARY_UNKNOWN;
	bytes = TEXT_END - start + 1;
	if (bytes > SHRIKE_MAX_BINARY_BYTES) /* no named binary is as long */
		return SHRIKE_BINARY_OTHER;
	__builtin_memset(scratch->reversed, 0, SHRIKE_MAX_BINARY_BYTES);
	opaque(bytes);
	if (bytes > SHRIKE_MAX_BINARY_BYTES)
		return SHRIKE_BINARY_OTHER;
	bpf_probe_read_kernel(path, bytes, &scratch->texts[BINARY_TEXT_INDEX].bytes[start]);
	return class_of_path(path);
}

/* match_process - AND the candidates of the current process into scratch->alive.
 * Return: whether any selector is left.
 */
static __always_inline bool match_process(struct scratch *scratch, struct task_state *state)
{
	__u64 *candidates, left = 0;
	__u32 class;
	__u64 stamp = state ? *(volatile __u64 *)&state->class_stamp : 0;

	if (stamp >> 32 == config.process_generation) {
		class = (__u32)stamp;
	} else {
		class = classify_binary(scratch, state);
		if (state)
			state->class_stamp = (__u64)config.process_generation << 32 | class;
	}
	candidates = bpf_map_lookup_elem(&process_candidates, &class);
	if (!candidates)
		return false; /* user space made an entry for each class: cannot happen, fails open */
	for (__u32 word = 0; word < config.words && word < SHRIKE_MAX_WORDS; word++) {
		scratch->alive[word] &= candidates[word];
		left |= scratch->alive[word];
	}
	return left != 0;
}

#endif
