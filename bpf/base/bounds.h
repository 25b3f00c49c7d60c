/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What keeps the compiler from undoing a bound that the verifier needs to see. */
#ifndef SHRIKE_BOUNDS_H
#define SHRIKE_BOUNDS_H

/* After this the compiler knows nothing of @value: a mask that it would call redundant stays,
 * and stays on the register that is used.
 */
#define opaque(value) asm volatile("" : "+r"(value))

#endif
