/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Working memory of the programs: a few slots a CPU, shared by all programs.
 *
 * A tracing program can be preempted (CONFIG_PREEMPTION) and another task may then run a program
 * on the same CPU, so one buffer a CPU would be written by two at once and a decision made on the
 * wrong path. A slot belongs to one run of one program: taken and returned by an atomic bit.
 */
#ifndef SHRIKE_SCRATCH_MAPS_H
#define SHRIKE_SCRATCH_MAPS_H

#include "base/error_count.h"
#include "base/kernel_types.h"
#include "base/user_call.h"
#include <bpf/bpf_helpers.h>
#include "shrike_abi.h"

#define SCRATCH_SLOTS 4

/* Room before a text for the head of a look-up key, and behind it for the key's full length. Before the text of a
 * file hook there is room for the head of its record as well: see event/write_file_event.h.
 */
#define KEY_HEAD_BYTES 8
#define TEXT_HEAD_BYTES \
	(sizeof(struct shrike_event_hook) + SHRIKE_MAX_WORDS * 8 + sizeof(struct shrike_argument))
#define TEXT_END (TEXT_HEAD_BYTES + SHRIKE_MAX_TEXT_BYTES)
#define TEXT_BUFFER_BYTES (TEXT_END + 256)

/* A text of an argument. A path by read_path() or read_typed_path() is built backwards and ends at TEXT_END; one by
 * read_known_path(), a string, and the beginning of a path that is too long start at TEXT_HEAD_BYTES. What follows at
 * bytes[start + length] is NUL; of a cut text it is not, so that no comparison takes the cut for the end.
 */
struct text {
	char bytes[TEXT_BUFFER_BYTES];
};

/* What was read of one argument of this hit. */
struct argument_value {
	__u64 scalar;
	__u32 text_start;
	__u32 text_length;
	__u32 mode;
	__u16 flags; /* enum shrike_argument_flag */
	__u16 is_read;
};

/* The structure that was read of an argument; config.arguments[].object_bytes of it. */
struct argument_object {
	__u8 bytes[SHRIKE_MAX_OBJECT_BYTES];
} __attribute__((aligned(8)));

/* Names of a path that read_known_path() writes: those below its mount's root and those above. */
#define MAX_CHAINED_DENTRIES 24

/* State of a walk from a dentry to the root; see extract/read_path.h. */
struct path_walk {
	__u64 vfsmount, first; /* where it begins: a walk may be done twice */
	__u64 dentry;
	__u64 mount; /* struct mount * */
	__u64 mount_root; /* its root dentry */
	__u64 root_dentry;
	__u64 root_mount;
	__u32 start; /* where the text begins by now */
	__u32 length; /* of the text, when it is done */
	__u32 total_bytes; /* of the whole path so far, stored or not */
	__u32 left_bytes; /* second walk: bytes of the path before the current name's end */
	__u32 is_head; /* second walk: the path was too long, its beginning is stored */
	__u32 flags; /* enum shrike_argument_flag */
	__u32 is_done;
	__u32 text_index;
	__u32 chained; /* dentries in scratch->chain whose names are not in the text; see extract/read_known_path.h */
	__u32 reserved;
};

/* Where the automaton is in a text; see filter/match_substring.h. */
struct automaton_walk {
	__u32 state;
	__u32 at;
	__u32 end;
	__u32 text_index;
};

/* An expression being worked out; see filter/match_expression.h. */
struct expression_run {
	__u32 at;
	__u32 depth;
	__u64 stack[SHRIKE_MAX_EXPRESSION_DEPTH];
};

struct scratch {
	__u64 in_use; /* a run of a program has this slot */
	__u64 alive[SHRIKE_MAX_WORDS]; /* selectors that no dimension has ruled out */
	__u64 first[SHRIKE_MAX_WORDS]; /* of each policy the first selector that matched */
	__u64 entry_first[SHRIKE_MAX_WORDS]; /* return hook: the first by the filters that entry knows */
	__u64 context; /* where the program's context is, for reads that need a plain address */
	struct argument_value arguments[SHRIKE_MAX_ARGUMENTS];
	struct argument_object objects[SHRIKE_MAX_ARGUMENTS];
	__u64 gathered[SHRIKE_MAX_WORDS]; /* of the rows of a bit table */
	__u64 hashes[SHRIKE_MAX_ARGUMENTS]; /* see action/limit_rate.h */
	struct path_walk walk;
	__u64 chain[MAX_CHAINED_DENTRIES]; /* from the file up to the root */
	struct automaton_walk automaton;
	struct expression_run expression;
	/* result of the decision, see filter/decide.h */
	__u32 cursor;
	__u32 is_posted;
	__u32 is_enforced;
	__u32 event_flags;
	__u32 signal;
	__u32 return_signal;
	__s32 result; /* return hook: the function's, in 32 bits as an error is */
	__s64 override_error;
	__u32 wants_hash, reserved_hash;
	struct user_call call; /* return of a user space function: what it was called with */
	/* see action/change_caller.h */
	__u64 registers[SHRIKE_REGISTER_WORDS]; /* the calling process's, as they are to be */
	__u32 has_changed, is_redirected, change_failed, changing_bit;
	__u32 tracked, untracked; /* arguments that are sockets; see action/track_socket.h */
	struct shrike_socket_owner owner;
	/* see extract/read_buffer.h */
	__u64 buffer_bytes; /* that a buffer has, stored or not */
	__u64 buffer_stored;
	__u64 large_address; /* of the buffer that is reported whole */
	__u32 large_done; /* bytes of it in the record */
	__u32 vector_is_compat; /* its parts are those of a 32-bit program */
	__u64 vector_address;
	__u32 vector_text;
	__u32 buffer_failed;
	__u32 args_bytes;
	__u32 args_offset;
	__u64 args_address;
	/* see extract/read_stack.h */
	__u32 stacks; /* SHRIKE_SELECTOR_KERNEL_STACK, SHRIKE_SELECTOR_USER_STACK: those that are wanted */
	__u32 kernel_stack_bytes;
	__u32 user_stack_bytes;
	__u64 kernel_stack[SHRIKE_MAX_STACK_FRAMES];
	__u64 user_stack[SHRIKE_MAX_STACK_FRAMES];
	char reversed[KEY_HEAD_BYTES + 256];
	union {
		struct shrike_event_exec exec;
		struct shrike_event_hook hook;
	};
	union {
		struct text texts[SHRIKE_MAX_TEXT_ARGUMENTS];
		struct {
			struct text filename;
			struct text cwd;
			struct shrike_event_exec_args args_event;
			char args[SHRIKE_MAX_ARGS_CHUNK_BYTES];
		};
	};
	char tail[SHRIKE_MAX_TEXT_BYTES]; /* never used; see event/write_text.h */
};

_Static_assert(sizeof(struct scratch) <= 32 << 10, "most that a value of a per-CPU map may have");

/* Purpose: the slots. Key: slot number. One entry a slot, since a per-CPU value holds 32 KiB at most. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SCRATCH_SLOTS);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch_slots SEC(".maps");

/* take_scratch - a slot of this CPU for this run of the program; give it back with return_scratch.
 * Return: the slot, or NULL when all are taken (counted): the caller cannot decide then and lets
 * the operation pass. Five programs nested on one CPU is no state that a caller can bring about.
 */
static __always_inline struct scratch *take_scratch(void)
{
	/* One look-up in the program: the first slot is nearly always free. */
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < SCRATCH_SLOTS; i++) {
		__u32 slot = i;
		struct scratch *mine = bpf_map_lookup_elem(&scratch_slots, &slot);

		if (mine && !__sync_lock_test_and_set(&mine->in_use, 1))
			return mine;
	}
	count(SHRIKE_COUNTER_NO_SCRATCH);
	return NULL;
}

static __always_inline void return_scratch(struct scratch *mine)
{
	mine->in_use = 0;
}

#endif
