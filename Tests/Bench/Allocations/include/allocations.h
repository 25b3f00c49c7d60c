/* SPDX-License-Identifier: Apache-2.0 */
/* Counts the heap allocations of the program it is linked into. */
#ifndef SHRIKE_BENCH_ALLOCATIONS_H
#define SHRIKE_BENCH_ALLOCATIONS_H

/* Allocations of all threads since the start. */
unsigned long long bench_allocations(void);

#endif
