/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Override and Set of user space probes: registers and memory of the process that came by. */
#ifndef SHRIKE_CHANGE_CALLER_H
#define SHRIKE_CHANGE_CALLER_H

#include "base/bounds.h"
#include "base/error_count.h"
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "extract/read_user_place.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"
#include "shrike_abi.h"

#define IP_WORD 16 /* of struct pt_regs */

/* part_of - @bytes of @word from bit @shift on. */
static __always_inline __u64 part_of(__u64 word, __u32 bytes, __u32 shift)
{
	word >>= shift & 63;
	if (bytes >= sizeof(word))
		return word;
	return word & ((1ull << (bytes * 8 & 63)) - 1);
}

/* with_part - @word with @value in its place, as the processor writes a part of a register. */
static __always_inline __u64 with_part(__u64 word, __u64 value, __u32 bytes, __u32 shift)
{
	__u64 mask;

	if (bytes >= sizeof(word))
		return value;
	if (bytes == sizeof(__u32))
		return (__u32)value;
	mask = ((1ull << (bytes * 8 & 63)) - 1) << (shift & 63);
	return (word & ~mask) | (value << (shift & 63) & mask);
}

/* set_argument - argument @number, which is in memory, becomes @value: 32 bits of it. Return: 0, or why not. */
static __always_inline long set_argument(struct scratch *scratch, __u32 number, __u32 value)
{
	if (number >= SHRIKE_MAX_ARGUMENTS)
		return -1;
	return bpf_probe_write_user((void *)user_address(scratch, number), &value, sizeof(value));
}

/* change_next - one step: the selector's next change, of scratch->registers or of memory. */
static long change_next(__u32 step, struct scratch **context)
{
	struct scratch *scratch = *context;
	__u32 bit = scratch->changing_bit;
	struct shrike_changes *all = bpf_map_lookup_elem(&selector_changes, &bit);
	struct shrike_change *change;
	__u32 word, from;
	__u64 value;

	if (!all || step >= all->count || step >= SHRIKE_MAX_CHANGES)
		return 1;
	change = &all->changes[step];
	word = change->word;
	if (asks_for(SHRIKE_HOOK_CHANGES_MEMORY) && change->kind == SHRIKE_CHANGE_ARGUMENT) {
		if (set_argument(scratch, word, change->operand)) {
			scratch->change_failed = 1;
			return 1;
		}
		return 0;
	}
	from = change->from_word;
	opaque(word);
	opaque(from);
	if (word >= SHRIKE_REGISTER_WORDS || from >= SHRIKE_REGISTER_WORDS)
		return 1; /* the compiler of plans knows no such register */
	value = 0;
	if (change->kind != SHRIKE_CHANGE_TO_NUMBER)
		value = part_of(scratch->registers[from], change->from_bytes, change->from_shift);
	value += change->operand;
	if (change->kind == SHRIKE_CHANGE_TO_MEMORY &&
	    bpf_probe_read_user(&value, sizeof(value), (void *)value)) {
		scratch->change_failed = 1;
		return 1;
	}
	scratch->registers[word] = with_part(scratch->registers[word], value, change->bytes,
					     change->shift);
	return 0;
}

/* start_changes - the registers as they are. A place under two names has two hooks: where the other one has sent the
 * process on already, this one finds it elsewhere and leaves it alone.
 */
static __always_inline void start_changes(void *context, struct scratch *scratch)
{
	scratch->has_changed = 0;
	scratch->is_redirected = 0;
	if (!asks_for(SHRIKE_HOOK_CHANGES_REGISTERS))
		return;
	if (bpf_probe_read_kernel(scratch->registers, sizeof(scratch->registers),
				  (void *)*(volatile __u64 *)&scratch->context) ||
	    bpf_get_func_ip(context) != scratch->registers[IP_WORD])
		scratch->is_redirected = 1;
}

/* change_caller - what the selector of @bit changes. All of its registers, or none. Return: 0, or -1 (counted). */
static __always_inline long change_caller(struct scratch *scratch, __u32 bit)
{
	struct scratch *context = scratch;

	scratch->changing_bit = bit;
	scratch->change_failed = scratch->is_redirected;
	if (!scratch->is_redirected)
		bpf_loop(SHRIKE_MAX_CHANGES, change_next, &context, 0);
	if (scratch->change_failed) {
		scratch->event_flags |= SHRIKE_HOOK_CHANGE_FAILED;
		count(SHRIKE_COUNTER_CHANGE_FAILED);
		return -1;
	}
	scratch->has_changed = 1;
	return 0;
}

/* put_registers - the process goes on with scratch->registers.
 * A store to the context needs a constant offset in the instruction itself.
 */
static __always_inline void put_registers(void *context, struct scratch *scratch)
{
#define PUT_REGISTER(word, offset)                                     \
	asm volatile("*(u64 *)(%0 + " #offset ") = %1" ::"r"(context), \
		     "r"(*(volatile __u64 *)&scratch->registers[word]) \
		     : "memory")

	PUT_REGISTER(0, 0); /* r15 */
	PUT_REGISTER(1, 8);
	PUT_REGISTER(2, 16);
	PUT_REGISTER(3, 24);
	PUT_REGISTER(4, 32); /* bp */
	PUT_REGISTER(5, 40); /* bx */
	PUT_REGISTER(6, 48); /* r11 */
	PUT_REGISTER(7, 56);
	PUT_REGISTER(8, 64);
	PUT_REGISTER(9, 72);
	PUT_REGISTER(10, 80); /* ax */
	PUT_REGISTER(11, 88);
	PUT_REGISTER(12, 96);
	PUT_REGISTER(13, 104);
	PUT_REGISTER(14, 112); /* di */
	PUT_REGISTER(16, 128); /* ip */
	PUT_REGISTER(19, 152); /* sp */
#undef PUT_REGISTER
}

#endif
