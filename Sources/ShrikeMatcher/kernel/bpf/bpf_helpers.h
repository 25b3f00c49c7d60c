/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* In the place of libbpf's header when the hook program is compiled for user space: the kernel's helpers, each
 * answering from the run that the calling thread is in.
 */
#ifndef SHRIKE_MATCHER_BPF_HELPERS_H
#define SHRIKE_MATCHER_BPF_HELPERS_H

#include <linux/bpf.h>
#include <linux/types.h>

#define SEC(name)
#define __uint(name, value) int (*name)[value]
#define __type(name, value) __typeof__(value) *name
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#undef __noinline
#define __noinline __attribute__((noinline))

struct task_struct;

void *bpf_map_lookup_elem(const void *map, const void *key);
/* Nothing is kept from one run to the next: no rate limit is ever reached. */
long bpf_map_update_elem(const void *map, const void *key, const void *value, __u64 flags);
long bpf_map_delete_elem(const void *map, const void *key);
__u64 bpf_ktime_get_ns(void);
void *bpf_task_storage_get(const void *map, struct task_struct *task, void *value, __u64 flags);
/* An address below the first page cannot be read. */
long bpf_probe_read_kernel(void *to, __u32 size, const void *from);
long bpf_probe_read_user(void *to, __u32 size, const void *from);
long bpf_probe_read_kernel_str(void *to, __u32 size, const void *from);
long bpf_probe_read_user_str(void *to, __u32 size, const void *from);
long bpf_loop(__u32 rounds, void *callback, void *context, __u64 flags);
long bpf_send_signal(__u32 number);
__u64 bpf_get_current_task(void);
struct task_struct *bpf_get_current_task_btf(void);
__u64 bpf_get_current_pid_tgid(void);

#endif
