/* SPDX-License-Identifier: Apache-2.0 */
/* What Swift cannot import: callbacks with a va_list, atomics on memory shared with the kernel, and
 * the calls that its Glibc module leaves out.
 */
#ifndef SHRIKE_SHIMS_H
#define SHRIKE_SHIMS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>

/* Sends libbpf's warnings to @sink, formatted, and drops what else it says: putting that into words takes a tenth of a
 * start. Called on whichever thread is inside libbpf; a NULL sink silences it.
 */
typedef void (*shrike_libbpf_sink)(const char *message);
void shrike_set_libbpf_sink(shrike_libbpf_sink sink);

/* Names the calling thread, at most 15 bytes; pthread_setname_np(3). */
void shrike_name_thread(const char *name);

/* An empty file of this process alone, close-on-exec; memfd_create(2). Returns a descriptor, or -1 and errno. */
int shrike_memory_file(const char *name);

/* Takes the code of this program and its libraries out of its memory; what is run again comes back from the page cache. madvise(2). */
void shrike_forget_code(void);

/* A perf event on a CPU that counts nothing, but for which the kernel looks up build ids of files that are mapped;
 * perf_event_open(2). Returns a descriptor, or -1 and errno.
 */
int shrike_watch_mappings(int cpu);

/* Positions and record lengths of a BPF ring buffer; kernel side: kernel/bpf/ringbuf.c. */
static inline uint64_t shrike_load_acquire_u64(const void *at)
{
	return __atomic_load_n((const uint64_t *)at, __ATOMIC_ACQUIRE);
}

static inline uint32_t shrike_load_acquire_u32(const void *at)
{
	return __atomic_load_n((const uint32_t *)at, __ATOMIC_ACQUIRE);
}

static inline void shrike_store_release_u64(void *at, uint64_t value)
{
	__atomic_store_n((uint64_t *)at, value, __ATOMIC_RELEASE);
}

#endif
