/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* CelExpr: expressions over arguments, as steps of a stack machine. User space has checked types and depth. */
#ifndef SHRIKE_MATCH_EXPRESSION_H
#define SHRIKE_MATCH_EXPRESSION_H

#include "base/bounds.h"
#include "base/kernel_types.h"
#include <bpf/bpf_helpers.h>
#include "filter/keep_alive.h"
#include "filter/match_number.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"

/* combine - a step with two operands. */
static __always_inline __u64 combine(__u8 operation, __u64 left, __u64 right)
{
	switch (operation) {
	case SHRIKE_STEP_ADD:
		return left + right;
	case SHRIKE_STEP_SUBTRACT:
		return left - right;
	case SHRIKE_STEP_AND:
		return left & right;
	case SHRIKE_STEP_OR:
		return left | right;
	case SHRIKE_STEP_XOR:
		return left ^ right;
	case SHRIKE_STEP_EQUAL:
		return left == right;
	case SHRIKE_STEP_NOT_EQUAL:
		return left != right;
	case SHRIKE_STEP_LESS_SIGNED:
		return (__s64)left < (__s64)right;
	case SHRIKE_STEP_LESS:
		return left < right;
	case SHRIKE_STEP_LESS_OR_EQUAL_SIGNED:
		return (__s64)left <= (__s64)right;
	default:
		return left <= right;
	}
}

/* run_step - one step. The program ends with SHRIKE_STEP_END. */
static long run_step(__u32 number, struct scratch **context)
{
	struct scratch *scratch = *context;
	__u32 at = scratch->expression.at, depth = scratch->expression.depth, argument;
	struct shrike_expression_step *step = bpf_map_lookup_elem(&expression_steps, &at);
	__u64 *top;

	if (!step || step->operation == SHRIKE_STEP_END)
		return 1;
	scratch->expression.at = at + 1;
	if (step->operation == SHRIKE_STEP_NUMBER || step->operation == SHRIKE_STEP_ARGUMENT) {
		__u64 value = step->operand;

		if (step->operation == SHRIKE_STEP_ARGUMENT) {
			argument = step->argument;
			opaque(argument);
			if (argument >= SHRIKE_MAX_ARGUMENTS)
				return 1;
			value = scratch->arguments[argument].scalar;
		}
		opaque(depth);
		if (depth >= SHRIKE_MAX_EXPRESSION_DEPTH)
			return 1;
		scratch->expression.stack[depth] = value;
		scratch->expression.depth = depth + 1;
		return 0;
	}
	depth -= 1;
	opaque(depth);
	if (depth >= SHRIKE_MAX_EXPRESSION_DEPTH)
		return 1;
	top = &scratch->expression.stack[depth];
	switch (step->operation) {
	case SHRIKE_STEP_INVERT:
		*top = ~*top;
		return 0;
	case SHRIKE_STEP_NEGATE:
		*top = !*top;
		return 0;
	case SHRIKE_STEP_NARROW_SIGNED:
		*top = (__s64)(__s32)*top;
		return 0;
	case SHRIKE_STEP_NARROW:
		*top = (__u32)*top;
		return 0;
	default:
		break;
	}
	scratch->expression.depth = depth;
	depth -= 1;
	opaque(depth);
	if (depth >= SHRIKE_MAX_EXPRESSION_DEPTH)
		return 1; /* nothing below: user space has checked that there is */
	scratch->expression.stack[depth] = combine(step->operation,
						   scratch->expression.stack[depth], *top);
	return 0;
}

/* match_expression - the program of dimension @number; all arguments that it reads have been read. */
static __always_inline bool match_expression(struct scratch *scratch, __u32 number)
{
	struct scratch *context = scratch;
	__u32 row = config.dimensions[number].count;
	struct interval *found;
	bool is_readable = true;

#pragma unroll
	for (__u32 argument = 0; argument < SHRIKE_MAX_ARGUMENTS; argument++)
		if (config.dimensions[number].offset_bytes >> argument & 1 &&
		    scratch->arguments[argument].flags)
			is_readable = false; /* no filter on it can match */
	scratch->expression.at = config.dimensions[number].first;
	scratch->expression.depth = 0;
	scratch->expression.stack[0] = 0;
	if (is_readable)
		bpf_loop(SHRIKE_MAX_EXPRESSION_STEPS + 1, run_step, &context, 0);
	if (!scratch->expression.stack[0])
		row += 1;
	found = bpf_map_lookup_elem(&number_intervals, &row);
	if (!found)
		return false; /* user space made both rows: cannot happen, fails open */
	return keep_alive(scratch, found->alive);
}

#endif
