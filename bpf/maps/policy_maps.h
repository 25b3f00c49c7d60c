/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One hook's plan: the frozen configuration and the tables. User space sizes each to its content
 * before loading, leaves out what the plan does not need, and freezes all of it: nobody can change a
 * decision afterwards, only replace the whole plan.
 */
#ifndef SHRIKE_POLICY_MAPS_H
#define SHRIKE_POLICY_MAPS_H

#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "shrike_abi.h"

#ifdef __bpf__
const volatile struct shrike_hook_config config SEC(".rodata.config");
#else /* in user space (Sources/ShrikeMatcher) each thread runs the plan that it is asked about */
static _Thread_local struct shrike_hook_config config;
#endif

/* What a plan may ask of this program. A program for fewer plans is compiled with less, which makes it shorter than
 * anything that the verifier can take out of it: see hooks/file.bpf.c.
 */
#ifndef POSSIBLE_FLAGS
#define POSSIBLE_FLAGS (~0u)
#define POSSIBLE_ARGUMENTS SHRIKE_MAX_ARGUMENTS
#endif

/* may_ask_for - plans that this program is for may have one of these flags. */
#define may_ask_for(flags_) (((flags_) & POSSIBLE_FLAGS) != 0)

/* asks_for - the plan has one of these flags (enum shrike_hook_flag). */
#define asks_for(flags_) (may_ask_for(flags_) && (config.flags & ((flags_) & POSSIBLE_FLAGS)) != 0)

/* Text values of all arguments. Key: struct text_key and config.text_key_bytes of text.
 * Value: struct shrike_text_value and config.words mask words.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_RDONLY_PROG);
	__uint(max_entries, 1);
	__uint(key_size, 16);
	__uint(value_size, 16);
} text_values SEC(".maps");

/* Rows of all dimensions of numbers: intervals and bits. Value: struct interval. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 16);
} number_intervals SEC(".maps");

/* States of the automata that find substrings. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct shrike_automaton_state);
} automaton_states SEC(".maps");

/* Steps of all expressions, each expression with its end. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct shrike_expression_step);
} expression_steps SEC(".maps");

/* Key: row of a dimension of binaries (config.binary_rows) plus a class. Value: config.words mask words. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 8);
} process_candidates SEC(".maps");

/* Key: selector bit. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct shrike_selector_config);
} selector_actions SEC(".maps");

/* What selectors change of the calling process. Key: selector bit, of those that change something. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct shrike_changes);
} selector_changes SEC(".maps");

/* Purpose: what each policy did, whether or not its events arrived. Key: selector bit. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct shrike_selector_hits);
} selector_hits SEC(".maps");

/* Binaries that any policy names. Key: path padded with zeros. Value: its class. The same in all hooks of one
 * plan set.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, 1);
	__uint(key_size, SHRIKE_MAX_BINARY_BYTES);
	__uint(value_size, 4);
} binary_classes SEC(".maps");

/* Starts and, reversed, ends of paths of binaries that any policy names. Key: struct text_key and text. Value:
 * the class, in next_table. The same in all hooks of one plan set.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_RDONLY_PROG);
	__uint(max_entries, 1);
	__uint(key_size, 8 + SHRIKE_TEXT_KEY_BYTES);
	__type(value, struct shrike_text_value);
} binary_parts SEC(".maps");

#endif
