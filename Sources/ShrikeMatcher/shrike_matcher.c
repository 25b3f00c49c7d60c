/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The hook program as a function of user space: its source is included, the kernel's helpers are below. */
#pragma clang diagnostic ignored "-Wunknown-attributes"
#pragma clang diagnostic ignored "-Wunused-function"
#pragma clang diagnostic ignored "-Wunused-parameter"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "shrike_matcher.h"
#include "hooks/function.bpf.c"

/* Parents that are followed: the programs look at fewer. */
#define MATCHER_MAX_ANCESTORS 64
#define LOWEST_ADDRESS 4096
#define GENERATION 1

struct table {
	const void *map;
	enum shrike_matcher_table_kind kind;
	__u32 key_bytes, value_bytes, count;
	__u8 *keys, *values;
};

/* A process as the programs find it in memory. */
struct native_task {
	struct task_struct task;
	struct cred cred;
	struct nsproxy namespaces;
	struct uts_namespace uts;
	struct ipc_namespace ipc;
	struct mnt_namespace mnt;
	struct pid_namespace pid, pid_for_children;
	struct net net;
	struct time_namespace time, time_for_children;
	struct cgroup_namespace cgroup;
	struct user_namespace user;
	struct {
		struct pid pid;
		struct upid inner;
	} numbers;
	struct task_state state;
};

struct shrike_matcher {
	struct shrike_hook_config config;
	struct table *tables;
	__u32 table_count;
	__u32 task_count;
	__u32 generation;
	struct scratch scratch;
	struct native_task *tasks; /* the caller, its parent, and so on */
};

static _Thread_local struct shrike_matcher *current;

/* -------------------------------------------------------------------------------------------- helpers */

static bool has_prefix(const __u8 *key, const __u8 *prefix, __u32 bits)
{
	__u32 bytes = bits / 8, rest = bits % 8;

	if (memcmp(key, prefix, bytes))
		return false;
	return !rest || !((key[bytes] ^ prefix[bytes]) >> (8 - rest));
}

/* look_up_longest - kernel/bpf/lpm_trie.c: the longest prefix of the key's bits. */
static void *look_up_longest(const struct table *table, const __u8 *key)
{
	__u32 longest = 0, asked;
	void *found = NULL;

	memcpy(&asked, key, sizeof(asked));
	for (__u32 n = 0; n < table->count; n++) {
		const __u8 *at = table->keys + (size_t)n * table->key_bytes;
		__u32 bits;

		memcpy(&bits, at, sizeof(bits));
		if (bits > asked || (found && bits < longest))
			continue;
		if (!has_prefix(key + sizeof(bits), at + sizeof(bits), bits))
			continue;
		longest = bits;
		found = table->values + (size_t)n * table->value_bytes;
	}
	return found;
}

void *bpf_map_lookup_elem(const void *map, const void *key)
{
	__u32 index;

	if (map == &scratch_slots)
		return &current->scratch;
	if (map == &live_generations)
		return &current->generation;
	for (__u32 n = 0; n < current->table_count; n++) {
		const struct table *table = &current->tables[n];

		if (table->map != map)
			continue;
		switch (table->kind) {
		case SHRIKE_MATCHER_ARRAY:
			memcpy(&index, key, sizeof(index));
			if (index >= table->count)
				return NULL;
			return table->values + (size_t)index * table->value_bytes;
		case SHRIKE_MATCHER_HASH:
			for (index = 0; index < table->count; index++)
				if (!memcmp(table->keys + (size_t)index * table->key_bytes, key,
					    table->key_bytes))
					return table->values + (size_t)index * table->value_bytes;
			return NULL;
		case SHRIKE_MATCHER_LONGEST_PREFIX:
			return look_up_longest(table, key);
		}
	}
	return NULL; /* counters: nobody asks for them here */
}

long bpf_map_update_elem(const void *map, const void *key, const void *value, __u64 flags)
{
	return 0;
}

long bpf_map_delete_elem(const void *map, const void *key)
{
	return 0;
}

__u64 bpf_ktime_get_ns(void)
{
	return 0;
}

void *bpf_task_storage_get(const void *map, struct task_struct *task, void *value, __u64 flags)
{
	if (map != &task_states)
		return NULL;
	for (__u32 n = 0; n < current->task_count; n++)
		if (&current->tasks[n].task == task)
			return &current->tasks[n].state;
	return NULL;
}

long bpf_probe_read_kernel(void *to, __u32 size, const void *from)
{
	if ((__u64)from < LOWEST_ADDRESS) {
		memset(to, 0, size);
		return -EFAULT;
	}
	memcpy(to, from, size);
	return 0;
}

long bpf_probe_read_user(void *to, __u32 size, const void *from)
{
	return bpf_probe_read_kernel(to, size, from);
}

long bpf_probe_read_kernel_str(void *to, __u32 size, const void *from)
{
	__u32 length;

	if ((__u64)from < LOWEST_ADDRESS || !size)
		return -EFAULT;
	length = strnlen(from, size - 1);
	memcpy(to, from, length);
	((char *)to)[length] = 0;
	return length + 1;
}

long bpf_probe_read_user_str(void *to, __u32 size, const void *from)
{
	return bpf_probe_read_kernel_str(to, size, from);
}

long bpf_loop(__u32 rounds, void *callback, void *context, __u64 flags)
{
	long (*step)(__u32, void *) = (long (*)(__u32, void *))callback;
	__u32 round;

	for (round = 0; round < rounds; round++)
		if (step(round, context))
			return round + 1;
	return round;
}

/* What the kernel asks of a process before it signals it (kernel/trace/bpf_trace.c). */
long bpf_send_signal(__u32 number)
{
	const struct task_struct *task = &current->tasks[0].task;

	if (task->flags & (SHRIKE_PF_KTHREAD | SHRIKE_PF_EXITING) || task->tgid == 1)
		return -EPERM;
	return 0;
}

__u64 bpf_get_current_task(void)
{
	return (__u64)&current->tasks[0].task;
}

struct task_struct *bpf_get_current_task_btf(void)
{
	return &current->tasks[0].task;
}

__u64 bpf_get_current_pid_tgid(void)
{
	return (__u64)current->tasks[0].task.tgid << 32 | (__u32)current->tasks[0].task.pid;
}

/* ------------------------------------------------------------------------------------------ processes */

static void make_cred(struct cred *cred, const struct shrike_credentials *from,
		      struct user_namespace *user)
{
	cred->uid.val = from->uid;
	cred->gid.val = from->gid;
	cred->euid.val = from->euid;
	cred->egid.val = from->egid;
	cred->suid.val = from->suid;
	cred->sgid.val = from->sgid;
	cred->fsuid.val = from->fsuid;
	cred->fsgid.val = from->fsgid;
	cred->securebits = from->securebits;
	cred->cap_permitted.val = from->permitted;
	cred->cap_effective.val = from->effective;
	cred->cap_inheritable.val = from->inheritable;
	cred->user_ns = user;
}

static void make_namespaces(struct native_task *native, const struct shrike_namespaces *from)
{
	struct nsproxy *all = &native->namespaces;

	native->uts.ns.inum = from->uts;
	native->ipc.ns.inum = from->ipc;
	native->mnt.ns.inum = from->mnt;
	native->pid.ns.inum = from->pid;
	native->pid_for_children.ns.inum = from->pid_for_children;
	native->net.ns.inum = from->net;
	native->time.ns.inum = from->time;
	native->time_for_children.ns.inum = from->time_for_children;
	native->cgroup.ns.inum = from->cgroup;
	native->user.ns.inum = from->user;
	all->uts_ns = &native->uts;
	all->ipc_ns = &native->ipc;
	all->mnt_ns = &native->mnt;
	all->pid_ns_for_children = &native->pid_for_children;
	all->net_ns = &native->net;
	all->time_ns = &native->time;
	all->time_ns_for_children = &native->time_for_children;
	all->cgroup_ns = &native->cgroup;
}

/* keep_binary - what process.bpf.c keeps of an executable's path; nothing of one that is not known. */
static void keep_binary(struct kept_path *kept, const struct shrike_matcher_process *from)
{
	size_t bytes = from && from->binary ? strlen(from->binary) + 1 : 0;

	if (!bytes || bytes > sizeof(kept->text))
		return;
	memcpy(kept->text, from->binary, bytes);
	kept->bytes = bytes;
}

/* make_state - what process.bpf.c keeps of a process at its exec. */
static void make_state(struct task_state *state, const struct shrike_matcher_process *from)
{
	state->key.pid = from->pid;
	state->key.ktime_ns = 1;
	keep_binary(&state->binary, from);
	keep_binary(&state->parent_binary, from->parent);
	state->namespaces = from->base_namespaces;
	state->permitted = from->base_permitted;
	state->effective = from->base_effective;
	state->inheritable = from->base_inheritable;
	state->has_base = from->has_base;
	state->lineage = from->lineage;
	state->parent_lineage = from->parent_lineage;
}

static void make_task(struct native_task *native, const struct shrike_matcher_process *from,
		      struct native_task *parent)
{
	memset(native, 0, sizeof(*native));
	native->task.pid = from->pid;
	native->task.tgid = from->pid;
	native->task.flags = from->is_kernel_thread ? SHRIKE_PF_KTHREAD : 0;
	native->task.group_leader = &native->task;
	native->task.real_parent = parent ? &parent->task : NULL;
	native->task.cred = &native->cred;
	native->task.nsproxy = &native->namespaces;
	native->task.thread_pid = &native->numbers.pid;
	make_cred(&native->cred, &from->credentials, &native->user);
	make_namespaces(native, &from->namespaces);
	native->numbers.pid.level = from->nspid ? 1 : 0;
	for (__u32 level = 0; level <= native->numbers.pid.level; level++) {
		/* The kernel's array goes on behind the one entry that the type has. */
		struct upid *at = (struct upid *)((char *)&native->numbers.pid +
						  offsetof(struct pid, numbers)) +
				  level;

		at->nr = level ? from->nspid : from->pid;
		at->ns = &native->pid;
	}
	make_state(&native->state, from);
}

static int make_tasks(struct shrike_matcher *matcher, const struct shrike_matcher_process *process)
{
	__u32 count = 0;

	if (!matcher->tasks)
		matcher->tasks = calloc(MATCHER_MAX_ANCESTORS, sizeof(*matcher->tasks));
	if (!matcher->tasks)
		return -ENOMEM;
	for (; process && count < MATCHER_MAX_ANCESTORS; process = process->parent, count++) {
		bool has_parent = process->parent && count + 1 < MATCHER_MAX_ANCESTORS;

		make_task(&matcher->tasks[count], process,
			  has_parent ? &matcher->tasks[count + 1] : NULL);
	}
	matcher->task_count = count;
	return 0;
}

/* ---------------------------------------------------------------------------------------------- plans */

struct shrike_matcher *shrike_matcher_create(const struct shrike_hook_config *configuration)
{
	struct shrike_matcher *matcher = calloc(1, sizeof(*matcher));

	if (!matcher)
		return NULL;
	matcher->config = *configuration;
	matcher->config.hook_id = 0;
	matcher->config.generation = GENERATION;
	matcher->config.process_generation = GENERATION;
	matcher->generation = GENERATION;
	return matcher;
}

void shrike_matcher_free(struct shrike_matcher *matcher)
{
	if (!matcher)
		return;
	for (__u32 n = 0; n < matcher->table_count; n++) {
		free(matcher->tables[n].keys);
		free(matcher->tables[n].values);
	}
	free(matcher->tables);
	free(matcher->tasks);
	free(matcher);
}

static const void *map_named(const char *name)
{
	static const struct {
		const char *name;
		const void *map;
	} maps[] = {
		{ "text_values", &text_values },
		{ "number_intervals", &number_intervals },
		{ "process_candidates", &process_candidates },
		{ "binary_classes", &binary_classes },
		{ "binary_parts", &binary_parts },
		{ "selector_actions", &selector_actions },
		{ "selector_changes", &selector_changes },
		{ "automaton_states", &automaton_states },
		{ "expression_steps", &expression_steps },
	};

	for (size_t n = 0; n < sizeof(maps) / sizeof(maps[0]); n++)
		if (!strcmp(maps[n].name, name))
			return maps[n].map;
	return NULL;
}

static __u8 *copy_of(const void *bytes, size_t size)
{
	__u8 *copy = malloc(size ? size : 1);

	if (copy && size)
		memcpy(copy, bytes, size);
	return copy;
}

int shrike_matcher_set_table(struct shrike_matcher *matcher, const char *map,
			     enum shrike_matcher_table_kind kind, __u32 key_bytes,
			     __u32 value_bytes, __u32 count, const void *keys, const void *values)
{
	struct table *tables, *table;

	if (!map_named(map))
		return -ENOENT;
	tables = realloc(matcher->tables, (matcher->table_count + 1) * sizeof(*tables));
	if (!tables)
		return -ENOMEM;
	matcher->tables = tables;
	table = &tables[matcher->table_count];
	*table = (struct table){
		.map = map_named(map),
		.kind = kind,
		.key_bytes = key_bytes,
		.value_bytes = value_bytes,
		.count = count,
		.keys = copy_of(keys, (size_t)count * key_bytes),
		.values = copy_of(values, (size_t)count * value_bytes),
	};
	matcher->table_count++;
	return table->keys && table->values ? 0 : -ENOMEM;
}

int shrike_matcher_run(struct shrike_matcher *matcher, const struct shrike_matcher_call *call,
		       struct shrike_matcher_verdict *verdict)
{
	struct scratch *scratch = &matcher->scratch;
	int error = make_tasks(matcher, call->process);

	if (error)
		return error;
	config = matcher->config;
	current = matcher;
	memset(scratch->first, 0, sizeof(scratch->first));
	memset(scratch->entry_first, 0, sizeof(scratch->entry_first));
	start_actions(scratch);
	run_hook((void *)call);
	current = NULL;
	memcpy(verdict->first, scratch->first, sizeof(verdict->first));
	verdict->is_posted = scratch->is_posted;
	verdict->override_error = scratch->event_flags & SHRIKE_HOOK_OVERRIDDEN
					  ? scratch->override_error
					  : 0;
	verdict->signal = scratch->signal;
	verdict->return_signal = scratch->return_signal;
	return 0;
}
