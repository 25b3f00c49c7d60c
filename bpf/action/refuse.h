/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the caller gets instead of the operation's own result. */
#ifndef SHRIKE_REFUSE_H
#define SHRIKE_REFUSE_H

#include "base/bounds.h"
#include "base/kernel_types.h"

#define MAX_ERRNO 4095 /* include/linux/err.h */
#define EPERM_NUMBER 1

/* refusal - what the caller gets instead of the operation's own result.
 * Verifier: an LSM program may return 0 or an errno, and it must see that in 64 bits (6.12).
 */
static __always_inline long refusal(long error)
{
	opaque(error);
	if (error < -MAX_ERRNO || error > 0)
		return -EPERM_NUMBER; /* the compiler of plans keeps it in range: fails closed */
	return error;
}

#endif
