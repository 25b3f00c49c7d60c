/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernels that Shrike is tested on have: functions, LSM hooks, tracepoints. */
#ifndef SHRIKE_KERNEL_FACTS_H
#define SHRIKE_KERNEL_FACTS_H

/* The file that scripts/make-kernel-facts writes. */
extern const unsigned char *const shrike_kernel_facts;
extern const unsigned long shrike_kernel_facts_size;

#endif
