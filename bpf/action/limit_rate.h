/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rate limits of Post: of events that are alike, at most one in a time. What a selector enforces is done already, and
 * is done whatever the limit says.
 *
 * Events are alike when the selector is the same, the thread or process (as the limit says), and each argument that
 * the policy declares: its length and its first RATE_ARGUMENT_BYTES. They are known by a hash; the oldest are
 * forgotten when there are too many, and the next one like them is an event again.
 */
#ifndef SHRIKE_LIMIT_RATE_H
#define SHRIKE_LIMIT_RATE_H

#include "action/run_actions.h"
#include "base/bounds.h"
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "extract/read_argument.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"

#define RATE_ARGUMENT_BYTES 128
#define NS_PER_MS 1000000ull
#define HASH_PRIME 0x100000001b3ull /* FNV-1a's, on words */
#define HASH_START 0xcbf29ce484222325ull

struct rate_key {
	__u64 arguments;
	__u32 selector;
	__u32 owner; /* thread or process id, or 0 */
};

/* Purpose: when an event was last sent. Value: ns. Holds no security state: an event more when it is full. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, SHRIKE_RATE_LIMIT_ENTRIES);
	__type(key, struct rate_key);
	__type(value, __u64);
} rate_limits SEC(".maps");

static __always_inline __u64 hash_word(__u64 hash, __u64 word)
{
	hash = (hash ^ word) * HASH_PRIME;
	return hash ^ hash >> 29;
}

/* hash_argument - of argument @number's value, as it is reported. */
static __noinline __u64 hash_argument(struct scratch *scratch, __u32 number)
{
	struct argument_value *value;
	__u64 *words = (__u64 *)scratch->reversed; /* free: all texts are matched */
	__u32 bytes = config.arguments[number % SHRIKE_MAX_ARGUMENTS].object_bytes;
	__u32 start;
	__u64 hash;

	if (number >= SHRIKE_MAX_ARGUMENTS)
		return 0;
	value = &scratch->arguments[number];
	hash = hash_word(HASH_START, value->scalar);
	hash = hash_word(hash, (__u64)value->flags << 32 | value->mode);
	__builtin_memset(words, 0, RATE_ARGUMENT_BYTES);
	if (config.arguments[number].text_index < SHRIKE_MAX_TEXT_ARGUMENTS) {
		bytes = value->text_length;
		hash = hash_word(hash, bytes);
		start = value->text_start;
		if (bytes > RATE_ARGUMENT_BYTES)
			bytes = RATE_ARGUMENT_BYTES;
		opaque(start);
		if (start > TEXT_END)
			return hash;
		opaque(bytes);
		if (bytes > RATE_ARGUMENT_BYTES)
			return hash;
		bpf_probe_read_kernel(
			words, bytes,
			&scratch->texts[config.arguments[number].text_index].bytes[start]);
	} else if (bytes) {
		if (bytes > RATE_ARGUMENT_BYTES)
			bytes = RATE_ARGUMENT_BYTES;
		bpf_probe_read_kernel(words, bytes, scratch->objects[number].bytes);
	} else {
		return hash;
	}
	for (__u32 word = 0; word < RATE_ARGUMENT_BYTES / sizeof(__u64); word++)
		hash = hash_word(hash, words[word]);
	return hash;
}

/* is_over_limit - this selector has sent an event like this one just now. */
static __always_inline bool is_over_limit(struct scratch *scratch, __u32 bit,
					  struct shrike_selector_config *selector)
{
	struct rate_key key = { .selector = bit, .arguments = HASH_START };
	__u64 now = bpf_ktime_get_ns(), *last;

#pragma unroll
	for (__u32 number = 0; number < SHRIKE_MAX_ARGUMENTS; number++)
		if (number < config.argument_count && selector->rate_arguments >> number & 1)
			key.arguments = hash_word(key.arguments, scratch->hashes[number]);
	if (selector->rate_scope == SHRIKE_RATE_THREAD)
		key.owner = (__u32)bpf_get_current_pid_tgid();
	else if (selector->rate_scope == SHRIKE_RATE_PROCESS)
		key.owner = bpf_get_current_pid_tgid() >> 32;
	last = bpf_map_lookup_elem(&rate_limits, &key);
	if (last && now - *last < selector->rate_limit_ms * NS_PER_MS)
		return true;
	bpf_map_update_elem(&rate_limits, &key, &now, BPF_ANY);
	return false;
}

/* limit_next - one step: the next policy's match, or the next word. */
static long limit_next(__u32 step, struct scratch **context)
{
	struct scratch *scratch = *context;
	struct shrike_selector_config *selector;
	struct shrike_selector_hits *hits;
	__u32 bit;

	if (scratch->cursor >= config.words * 64)
		return 1;
	bit = next_bit(scratch, scratch->first);
	if (bit >= SHRIKE_MAX_SELECTORS)
		return 0;
	scratch->cursor = bit + 1;
	selector = bpf_map_lookup_elem(&selector_actions, &bit);
	if (!selector)
		return 1;
	if (!(selector->flags & SHRIKE_SELECTOR_POST))
		return 0;
	if (!selector->rate_limit_ms || !is_over_limit(scratch, bit, selector)) {
		scratch->is_posted = 1;
		return 0;
	}
	scratch->first[bit / 64 % SHRIKE_MAX_WORDS] &= ~(1ull << (bit % 64));
	hits = bpf_map_lookup_elem(&selector_hits, &bit);
	if (hits)
		__sync_fetch_and_add(&hits->suppressed, 1);
	return 0;
}

/* limit_rate - take the policies whose limit is reached out of scratch->first; is anything left to post? */
static __always_inline void limit_rate(void *context, struct scratch *scratch)
{
	struct scratch *loop_context = scratch;

#pragma unroll
	for (__u32 number = 0; number < SHRIKE_MAX_ARGUMENTS; number++) {
		if (number < config.argument_count) {
			read_argument(context, scratch, number);
			scratch->hashes[number] = hash_argument(scratch, number);
		}
	}
	scratch->is_posted = 0;
	scratch->cursor = 0;
	bpf_loop(SHRIKE_MAX_SELECTORS + SHRIKE_MAX_WORDS, limit_next, &loop_context, 0);
}

#endif
