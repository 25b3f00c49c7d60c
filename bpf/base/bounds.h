/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What keeps the compiler from undoing a bound that the verifier needs to see. */
#ifndef SHRIKE_BOUNDS_H
#define SHRIKE_BOUNDS_H

/* After this the compiler knows nothing of @value: a mask that it would call redundant stays,
 * and stays on the register that is used.
 */
#define opaque(value) asm volatile("" : "+r"(value))

/* context_register - a register of the context that is a struct pt_regs, by its @offset there. A load from the context
 * needs a constant offset in the instruction itself.
 */
#define context_register(context, offset)                                                      \
	({                                                                                     \
		__u64 value_;                                                                  \
		asm volatile("%0 = *(u64 *)(%1 + " #offset ")" : "=r"(value_) : "r"(context)); \
		value_;                                                                        \
	})

#endif
