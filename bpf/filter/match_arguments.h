/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* All argument dimensions of a hook: each is looked up once and ANDed into scratch->alive; an empty set
 * ends the program. An argument that no living selector filters on is not read at all.
 */
#ifndef SHRIKE_MATCH_ARGUMENTS_H
#define SHRIKE_MATCH_ARGUMENTS_H

#include "base/kernel_types.h"
#include "extract/read_argument.h"
#include "filter/keep_alive.h"
#include "filter/match_dimension.h"
#include "filter/match_number.h"
#include "filter/match_text_argument.h"
#include "maps/policy_maps.h"
#include "maps/scratch_maps.h"

static __always_inline bool match_number(struct scratch *scratch, __u32 number)
{
	struct interval *found;
	__u64 value = scratch->arguments[number].scalar;

	if (config.arguments[number].is_signed)
		value ^= 1ull << 63; /* ascending from the most negative */
	found = find_interval(&number_intervals, value, config.arguments[number].interval_first,
			      config.arguments[number].interval_count);
	if (!found)
		return false; /* the first interval starts at 0: cannot happen, fails open */
	return keep_alive(scratch, found->alive);
}

/* read_operands - all arguments whose bits are in @arguments.
 * Not unrolled, as the loop of match_dimensions() is not: to know how deep the stack gets the kernel follows every
 * call from every place that makes it (check_max_stack_depth), and calls within calls within calls multiply.
 */
static __always_inline void read_operands(void *context, struct scratch *scratch, __u32 arguments)
{
#pragma clang loop unroll(disable)
	for (__u32 number = 0; number < SHRIKE_MAX_ARGUMENTS; number++)
		if (number < config.argument_count && arguments >> number & 1)
			read_argument(context, scratch, number);
}

/* match_dimensions - the look-ups on parts of argument @number. */
static __always_inline bool match_dimensions(void *context, struct scratch *scratch, __u32 number)
{
#pragma clang loop unroll(disable)
	for (__u32 dimension = 0; dimension < SHRIKE_MAX_DIMENSIONS; dimension++)
		if (dimension < config.dimension_count &&
		    config.dimensions[dimension].argument == number) {
			if (config.dimensions[dimension].kind == SHRIKE_DIMENSION_GAINED)
				read_argument(context, scratch,
					      config.dimensions[dimension].offset_bytes);
			if (config.dimensions[dimension].kind == SHRIKE_DIMENSION_EXPRESSION)
				read_operands(context, scratch,
					      config.dimensions[dimension].offset_bytes);
			if (!match_dimension(scratch, dimension))
				return false;
		}
	return true;
}

/* match_argument - all dimensions of argument @number. Return: whether any selector is left. */
static __noinline int match_argument(void *context, struct scratch *scratch, __u32 number)
{
	if (number >= SHRIKE_MAX_ARGUMENTS)
		return false;
	if (!config.arguments[number].has_forward && !config.arguments[number].has_reverse &&
	    !config.arguments[number].has_intervals && !config.arguments[number].has_dimensions)
		return true;
	if (!is_filtered(scratch, number))
		return true;
	read_argument(context, scratch, number);
	/* What could not be read or has no path matches no filter, negated or not. A cut text still has its
	 * true beginning, which decides; the end of a cut string is not known.
	 */
	if (scratch->arguments[number].flags & ~SHRIKE_ARGUMENT_TRUNCATED) {
		if (!config.arguments[number].has_pathless ||
		    scratch->arguments[number].flags != SHRIKE_ARGUMENT_PATHLESS)
			return drop_filtered(scratch, number);
		return keep_row(scratch, config.arguments[number].pathless_row) &&
		       match_dimensions(context, scratch, number);
	}
	if (is_end_unknown(scratch, number) && !keep_row(scratch, config.arguments[number].cut_row))
		return false;
	if (config.arguments[number].has_dimensions && !match_dimensions(context, scratch, number))
		return false;
	if (config.arguments[number].has_intervals)
		return match_number(scratch, number);
	return match_text(scratch, number);
}

static __always_inline bool is_result(__u32 number)
{
	return config.arguments[number].source == SHRIKE_SOURCE_RETURN;
}

/* match_arguments - numbers first: they are cheap. Return: whether any selector is left. */
static __always_inline bool match_arguments(void *context, struct scratch *scratch)
{
#pragma unroll
	for (__u32 number = 0; number < SHRIKE_MAX_ARGUMENTS; number++)
		if (number < config.argument_count && config.arguments[number].has_intervals &&
		    !is_result(number) && !match_argument(context, scratch, number))
			return false;
#pragma unroll
	for (__u32 number = 0; number < SHRIKE_MAX_ARGUMENTS; number++)
		if (number < config.argument_count && !config.arguments[number].has_intervals &&
		    !is_result(number) && !match_argument(context, scratch, number))
			return false;
	return true;
}

/* match_results - the result's dimensions, as the types that policies declare it with. */
static __always_inline bool match_results(void *context, struct scratch *scratch)
{
#pragma unroll
	for (__u32 number = 0; number < SHRIKE_MAX_ARGUMENTS; number++)
		if (number < config.argument_count && is_result(number) &&
		    !match_argument(context, scratch, number))
			return false;
	return true;
}

#endif
