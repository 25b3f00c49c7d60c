/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The hook program's decision in user space: the same C code as in the kernel (bpf/hooks/function.bpf.c and what it
 * includes), over the same configuration and tables. Only what reads kernel memory is replaced: arguments and the
 * process are described by the caller.
 */
#ifndef SHRIKE_MATCHER_H
#define SHRIKE_MATCHER_H

#include "shrike_abi.h"

struct shrike_matcher;

enum shrike_matcher_table_kind : __u32 {
	SHRIKE_MATCHER_ARRAY = 0,
	SHRIKE_MATCHER_HASH = 1,
	SHRIKE_MATCHER_LONGEST_PREFIX = 2,
};

/* An argument of the plan as it is read; see struct shrike_argument_config. */
struct shrike_matcher_argument {
	__u64 scalar; /* integers, in 64 bits as read_argument() extends them */
	const char *text; /* texts and buffers; may be NULL when text_bytes is 0 */
	__u32 text_bytes;
	__u32 mode; /* of files: inode mode; of a sockaddr_un: its family */
	__u32 flags; /* enum shrike_argument_flag: could not be read, has no path */
	__u32 reserved;
	__u8 object[SHRIKE_MAX_OBJECT_BYTES]; /* the structure beside the type's name in shrike_abi.h */
};

/* A process, without its relations: parent is a process of its own. */
struct shrike_matcher_process {
	/* At most 255 bytes, which is what the kernel side keeps. NULL: it cannot be read, or there is none. */
	const char *binary;
	const struct shrike_matcher_process *parent; /* NULL: not known */
	__u32 pid;
	__u32 nspid; /* 0: in the host's pid namespace */
	__u32 is_kernel_thread;
	__u32 has_base; /* base_* are known */
	struct shrike_credentials credentials;
	struct shrike_namespaces namespaces;
	/* what filters on changes compare with */
	struct shrike_namespaces base_namespaces;
	__u64 base_permitted, base_effective, base_inheritable;
	__u64 lineage,
		parent_lineage; /* bit n: it is or descends from a member of the plan's list n */
};

/* One call of the hooked function. */
struct shrike_matcher_call {
	const struct shrike_matcher_process *process;
	const struct shrike_matcher_argument *arguments; /* one an argument of the plan */
	__u64 result; /* what the function returned; return hooks only */
};

struct shrike_matcher_verdict {
	__u64 first[SHRIKE_MAX_WORDS]; /* of each policy the first selector that matched */
	__u32 is_posted;
	__s32 override_error; /* the operation is refused with it; 0: it is not */
	__u32 signal; /* sent at the hook; 0: none */
	__u32 return_signal; /* sent when the function returned; 0: none */
};

/* Takes a copy of the configuration. NULL: no memory. */
struct shrike_matcher *shrike_matcher_create(const struct shrike_hook_config *configuration);

void shrike_matcher_free(struct shrike_matcher *matcher);

/* Fills the table of a map of the program. Keys and values are copied; they stand one behind the other.
 * Return: 0; -ENOENT: the program has no such map; -ENOMEM.
 */
int shrike_matcher_set_table(struct shrike_matcher *matcher, const char *map,
			     enum shrike_matcher_table_kind kind, __u32 key_bytes,
			     __u32 value_bytes, __u32 count, const void *keys, const void *values);

/* Decides one call. Runs of different matchers may be on several threads at once; a matcher serves one at a time.
 * Return: 0; -ENOMEM.
 */
int shrike_matcher_run(struct shrike_matcher *matcher, const struct shrike_matcher_call *call,
		       struct shrike_matcher_verdict *verdict);

#endif
