/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Kernel objects that are reported member by member: credentials, namespaces, modules, BPF, perf. Each returns 0, or
 * -1 when there is no such object.
 */
#ifndef SHRIKE_READ_OBJECT_H
#define SHRIKE_READ_OBJECT_H

#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <stddef.h>
#include "extract/read_socket.h"
#include "extract/read_task.h"
#include "shrike_abi.h"

static __noinline int read_user_namespace(struct shrike_user_namespace *to, __u64 address)
{
	struct user_namespace *namespace = (struct user_namespace *)address;

	if (!address)
		return -1;
	to->level = BPF_CORE_READ(namespace, level);
	to->uid = BPF_CORE_READ(namespace, owner.val);
	to->gid = BPF_CORE_READ(namespace, group.val);
	to->inode = BPF_CORE_READ(namespace, ns.inum);
	return 0;
}

static __noinline int read_cred(struct shrike_cred *to, __u64 address)
{
	struct cred *cred = (struct cred *)address;

	if (!address)
		return -1;
	read_credentials(&to->credentials, cred);
	return read_user_namespace(&to->user_namespace, (__u64)BPF_CORE_READ(cred, user_ns));
}

static __noinline int read_module(struct shrike_module *to, __u64 address)
{
	struct module *module = (struct module *)address;

	if (!address)
		return -1;
	__builtin_memset(to, 0, sizeof(*to));
	to->taints = BPF_CORE_READ(module, taints);
	bpf_probe_read_kernel_str(to->name, sizeof(to->name), &module->name);
	return 0;
}

/* read_load_info - a module that is being loaded; its taints as far as they are known by then. */
static __noinline int read_load_info(struct shrike_module *to, __u64 address)
{
	struct load_info *info = (struct load_info *)address;

	if (!address)
		return -1;
	__builtin_memset(to, 0, sizeof(*to));
	to->taints = BPF_CORE_READ(info, mod, taints);
	/* Only kernels that check signatures have it. */
	if (bpf_core_field_exists(info->sig_ok))
		to->is_signature_ok = BPF_CORE_READ(info, sig_ok);
	bpf_probe_read_kernel_str(to->name, sizeof(to->name), BPF_CORE_READ(info, name));
	return 0;
}

/* read_bpf_attributes - union bpf_attr as BPF_PROG_LOAD has it: a layout that user space relies on. */
static __noinline int read_bpf_attributes(struct shrike_bpf_program *to, __u64 address)
{
	__builtin_memset(to, 0, sizeof(*to));
	if (!address || read_bytes(&to->type, sizeof(to->type), address))
		return -1;
	read_bytes(&to->instruction_count, sizeof(to->instruction_count), address + 4);
	read_bytes(to->name, sizeof(to->name), address + 48);
	to->name[sizeof(to->name) - 1] = 0;
	return 0;
}

static __noinline int read_bpf_program(struct shrike_bpf_program *to, __u64 address)
{
	struct bpf_prog *program = (struct bpf_prog *)address;

	if (!address)
		return -1;
	__builtin_memset(to, 0, sizeof(*to));
	to->type = BPF_CORE_READ(program, type);
	to->instruction_count = BPF_CORE_READ(program, len);
	BPF_CORE_READ_STR_INTO(&to->name, program, aux, name);
	return 0;
}

static __noinline int read_bpf_map(struct shrike_bpf_map *to, __u64 address)
{
	struct bpf_map *map = (struct bpf_map *)address;

	if (!address)
		return -1;
	__builtin_memset(to, 0, sizeof(*to));
	to->type = BPF_CORE_READ(map, map_type);
	to->key_bytes = BPF_CORE_READ(map, key_size);
	to->value_bytes = BPF_CORE_READ(map, value_size);
	to->max_entries = BPF_CORE_READ(map, max_entries);
	bpf_probe_read_kernel_str(to->name, sizeof(to->name), &map->name);
	return 0;
}

static __noinline int read_perf_event(struct shrike_perf_event *to, __u64 address)
{
	struct perf_event *event = (struct perf_event *)address;

	if (!address)
		return -1;
	__builtin_memset(to, 0, sizeof(*to));
	to->type = BPF_CORE_READ(event, attr.type);
	to->config = BPF_CORE_READ(event, attr.config);
	to->probe_offset = BPF_CORE_READ(event, attr.probe_offset);
	/* In the caller's memory, and a pointer only in a kprobe's event: else the read fails and leaves "". */
	if (bpf_probe_read_user_str(to->function, sizeof(to->function),
				    (void *)BPF_CORE_READ(event, attr.kprobe_func)) < 0)
		to->function[0] = 0;
	return 0;
}

#endif
