/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The record of a new image:
 *
 *	struct shrike_event_exec          240 bytes
 *	filename                          filename_bytes, up to 4,096
 *	cwd                               cwd_bytes, up to 4,096
 *	args                              args_bytes, up to 8,192
 *
 * A longer argv goes ahead in EXEC_ARGS records of 8,192 bytes on the observation ring, so that one
 * process with megabytes of arguments cannot push other processes' execs out of the critical ring. So does
 * the environment, when it is asked for.
 */
#ifndef SHRIKE_WRITE_EXEC_EVENT_H
#define SHRIKE_WRITE_EXEC_EVENT_H

#include "action/limit_cgroup.h"
#include "base/bounds.h"
#include "base/error_count.h"
#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "event/write_header.h"
#include "event/write_text.h"
#include "extract/read_path.h"
#include "extract/read_task.h"
#include "maps/event_maps.h"
#include "maps/scratch_maps.h"

/* 2 MiB: what the kernel takes with the default stack limit (a quarter of 8 MiB, execve(2)). */
#define ARGS_MAX_CHUNKS 256
#define ENVIRONMENT_MAX_CHUNKS 16
#define FILENAME_TEXT 0
/* S_ISUID; S_ISGID with S_IXGRP, without which it means something else. */
#define MODE_SET_USER_ID 04000
#define MODE_SET_GROUP_ID 02010
/* ProcessPrivilegesChanged of the event reference. */
#define PRIVILEGES_BY_CAPABILITIES 1
#define PRIVILEGES_BY_SET_USER_ID 2
#define PRIVILEGES_BY_SET_GROUP_ID 3
#define CWD_TEXT 1

/* send_chunk - one full chunk of argv; stops when what is left fits the exec record. */
static long send_chunk(__u32 step, struct scratch **context)
{
	struct scratch *scratch = *context;

	if (scratch->args_bytes <= SHRIKE_MAX_ARGS_CHUNK_BYTES)
		return 1;
	if (bpf_probe_read_user(scratch->args, SHRIKE_MAX_ARGS_CHUNK_BYTES,
				(void *)scratch->args_address)) {
		scratch->exec.flags |= SHRIKE_PROCESS_ERROR_ARGS;
		return 1;
	}
	write_header(&scratch->args_event.header, SHRIKE_EVENT_EXEC_ARGS,
		     sizeof(scratch->args_event) + SHRIKE_MAX_ARGS_CHUNK_BYTES);
	/* The exec's own time: user space takes the rings in the order of time, chunks before their exec. */
	scratch->args_event.header.ktime_ns = scratch->exec.header.ktime_ns;
	scratch->args_event.process = scratch->exec.process;
	scratch->args_event.offset_bytes = scratch->args_offset;
	scratch->args_event.args_bytes = SHRIKE_MAX_ARGS_CHUNK_BYTES;
	if (bpf_ringbuf_output(&observation_ring, &scratch->args_event,
			       sizeof(scratch->args_event) + SHRIKE_MAX_ARGS_CHUNK_BYTES, 0))
		count(SHRIKE_COUNTER_LOST_EXEC_ARGS);
	scratch->args_address += SHRIKE_MAX_ARGS_CHUNK_BYTES;
	scratch->args_offset += SHRIKE_MAX_ARGS_CHUNK_BYTES;
	scratch->args_bytes -= SHRIKE_MAX_ARGS_CHUNK_BYTES;
	return 0;
}

/* skip_first - argv[0] is not reported; it may be longer than a buffer. */
static long skip_first(__u32 step, struct scratch **context)
{
	struct scratch *scratch = *context;
	long bytes = bpf_probe_read_user_str(scratch->args, SHRIKE_MAX_ARGS_CHUNK_BYTES,
					     (void *)scratch->args_address);

	if (bytes <= 0) {
		scratch->args_bytes = 0;
		scratch->exec.flags |= SHRIKE_PROCESS_ERROR_ARGS;
		return 1;
	}
	if (bytes == SHRIKE_MAX_ARGS_CHUNK_BYTES)
		bytes -= 1; /* cut: the NUL is the helper's own */
	if (bytes > scratch->args_bytes)
		bytes = scratch->args_bytes;
	scratch->args_address += bytes;
	scratch->args_bytes -= bytes;
	return bytes != SHRIKE_MAX_ARGS_CHUNK_BYTES - 1;
}

/* send_environment_part - the next bytes of the environment, as a record of their own. */
static long send_environment_part(__u32 step, struct scratch **context)
{
	struct scratch *scratch = *context;
	__u32 bytes = scratch->args_bytes;

	if (!bytes)
		return 1;
	if (bytes > SHRIKE_MAX_ARGS_CHUNK_BYTES)
		bytes = SHRIKE_MAX_ARGS_CHUNK_BYTES;
	opaque(bytes);
	if (bytes > SHRIKE_MAX_ARGS_CHUNK_BYTES)
		return 1;
	if (bpf_probe_read_user(scratch->args, bytes, (void *)scratch->args_address)) {
		scratch->exec.flags |= SHRIKE_PROCESS_ERROR_ENVS;
		return 1;
	}
	write_header(&scratch->args_event.header, SHRIKE_EVENT_EXEC_ENVIRONMENT,
		     sizeof(scratch->args_event) + bytes);
	scratch->args_event.header.ktime_ns =
		scratch->exec.header.ktime_ns; /* as in send_chunk() */
	scratch->args_event.process = scratch->exec.process;
	scratch->args_event.offset_bytes = scratch->args_offset;
	scratch->args_event.args_bytes = bytes;
	if (bpf_ringbuf_output(&observation_ring, &scratch->args_event,
			       sizeof(scratch->args_event) + bytes, 0)) {
		count(SHRIKE_COUNTER_LOST_EXEC_ENVIRONMENT);
		scratch->exec.flags |= SHRIKE_PROCESS_ERROR_ENVS;
	}
	scratch->args_address += bytes;
	scratch->args_offset += bytes;
	scratch->args_bytes -= bytes;
	return 0;
}

/* send_environment - its first 128 KiB, the most that one variable may have; what is cut off is told by a flag. */
static __always_inline void send_environment(struct scratch *scratch, struct task_struct *task)
{
	struct scratch *context = scratch;
	__u64 start = BPF_CORE_READ(task, mm, env_start);
	__u64 end = BPF_CORE_READ(task, mm, env_end);

	scratch->args_address = start;
	scratch->args_bytes = end > start ? end - start : 0;
	scratch->args_offset = 0;
	bpf_loop(ENVIRONMENT_MAX_CHUNKS, send_environment_part, &context, 0);
	if (scratch->args_bytes)
		scratch->exec.flags |= SHRIKE_PROCESS_ERROR_ENVS;
}

/* read_args - argv from argv[1] on: chunks first, the rest into scratch->args. */
static __always_inline void read_args(struct scratch *scratch, struct task_struct *task)
{
	struct scratch *context = scratch;
	__u64 start = BPF_CORE_READ(task, mm, arg_start);
	__u64 end = BPF_CORE_READ(task, mm, arg_end);
	__u32 bytes;

	scratch->args_address = start;
	scratch->args_bytes = end > start ? end - start : 0;
	scratch->args_offset = 0;
	if (scratch->args_bytes)
		bpf_loop(ARGS_MAX_CHUNKS, skip_first, &context, 0);
	scratch->exec.args_total_bytes = scratch->args_bytes;
	bpf_loop(ARGS_MAX_CHUNKS, send_chunk, &context, 0);
	bytes = scratch->args_bytes;
	if (bytes > SHRIKE_MAX_ARGS_CHUNK_BYTES) {
		bytes = SHRIKE_MAX_ARGS_CHUNK_BYTES;
		scratch->exec.flags |= SHRIKE_PROCESS_TRUNCATED_ARGS;
	}
	opaque(bytes);
	if (bytes > SHRIKE_MAX_ARGS_CHUNK_BYTES)
		return;
	scratch->exec.args_bytes = 0;
	if (!bytes)
		return;
	if (bpf_probe_read_user(scratch->args, bytes, (void *)scratch->args_address))
		scratch->exec.flags |= SHRIKE_PROCESS_ERROR_ARGS;
	else
		scratch->exec.args_bytes = bytes;
}

static __always_inline void read_filename(struct scratch *scratch, struct linux_binprm *bprm)
{
	long bytes = bpf_probe_read_kernel_str(&scratch->filename.bytes[TEXT_HEAD_BYTES],
					       SHRIKE_MAX_TEXT_BYTES,
					       BPF_CORE_READ(bprm, filename));

	scratch->exec.filename_bytes = 0;
	if (bytes > 0)
		scratch->exec.filename_bytes = bytes - 1;
	else
		scratch->exec.flags |= SHRIKE_PROCESS_ERROR_FILENAME;
}

static __always_inline void read_cwd(struct scratch *scratch, struct task_struct *task)
{
	__u64 mount = (__u64)BPF_CORE_READ(task, fs, pwd.mnt);
	__u64 dentry = (__u64)BPF_CORE_READ(task, fs, pwd.dentry);

	scratch->exec.cwd_bytes = 0;
	if (read_path(scratch, CWD_TEXT, mount, dentry, task)) {
		scratch->exec.flags |= SHRIKE_PROCESS_ERROR_CWD;
		return;
	}
	if (scratch->walk.flags & SHRIKE_ARGUMENT_TRUNCATED)
		scratch->exec.flags |= SHRIKE_PROCESS_UNRESOLVED_CWD;
	if (scratch->walk.length == 1)
		scratch->exec.flags |= SHRIKE_PROCESS_ROOT_CWD;
	else
		scratch->exec.cwd_bytes = scratch->walk.length;
}

/* send_exec_record - the record and its three texts. */
static __always_inline void send_exec_record(struct scratch *scratch)
{
	__u32 filename_bytes = scratch->exec.filename_bytes;
	__u32 cwd_bytes = scratch->exec.cwd_bytes;
	__u32 args_bytes = scratch->exec.args_bytes;
	__u32 start = scratch->walk.start;
	__u32 at = sizeof(scratch->exec);
	__u32 size = sizeof(scratch->exec) + filename_bytes + cwd_bytes + args_bytes;
	struct bpf_dynptr record;

	scratch->exec.header.size_bytes = size;
	if (bpf_ringbuf_reserve_dynptr(&critical_ring, size, 0, &record)) {
		count(SHRIKE_COUNTER_LOST_EXEC);
		bpf_ringbuf_discard_dynptr(&record, 0);
		return;
	}
	bpf_dynptr_write(&record, 0, &scratch->exec, sizeof(scratch->exec), 0);
	write_text(&record, at, &scratch->filename, TEXT_HEAD_BYTES, filename_bytes);
	at += filename_bytes;
	write_text(&record, at, &scratch->cwd, start, cwd_bytes);
	at += cwd_bytes;
	/* Verifier: read_args() keeps args_bytes in bounds; through memory that is forgotten. */
	opaque(args_bytes);
	if (args_bytes <= SHRIKE_MAX_ARGS_CHUNK_BYTES)
		bpf_dynptr_write(&record, at, scratch->args, args_bytes, 0);
	bpf_ringbuf_submit_dynptr(&record, 0);
}

/* read_privileges - what the process got from the file that it executes. The ids of after the exec are in
 * scratch->exec; an effective one that is not the real one, and is the file's owner, came from the file. The kernel
 * has set secureexec when ids or capabilities grew (security/commoncap.c).
 */
static __always_inline void read_privileges(struct scratch *scratch, struct linux_binprm *bprm,
					    struct inode *inode)
{
	struct shrike_credentials *cred = &scratch->exec.credentials;
	__u32 mode = BPF_CORE_READ(inode, i_mode), changed = 0;

	scratch->exec.setuid = ~0u;
	scratch->exec.setgid = ~0u;
	scratch->exec.privileges_changed = 0;
	if (!BPF_CORE_READ_BITFIELD_PROBED(bprm, secureexec))
		return;
	if (mode & MODE_SET_USER_ID && cred->euid != cred->uid &&
	    cred->euid == BPF_CORE_READ(inode, i_uid.val)) {
		scratch->exec.setuid = cred->euid;
		changed |= 1 << PRIVILEGES_BY_SET_USER_ID;
	}
	if ((mode & MODE_SET_GROUP_ID) == MODE_SET_GROUP_ID && cred->egid != cred->gid &&
	    cred->egid == BPF_CORE_READ(inode, i_gid.val)) {
		scratch->exec.setgid = cred->egid;
		changed |= 1 << PRIVILEGES_BY_SET_GROUP_ID;
	}
	if (cred->euid == cred->uid && cred->egid == cred->gid)
		changed |= 1 << PRIVILEGES_BY_CAPABILITIES;
	scratch->exec.privileges_changed = changed;
}

/* write_exec_event - complete scratch->exec (its identity, credentials and namespaces are set) and send it. */
static __always_inline void write_exec_event(struct scratch *scratch, struct task_struct *task,
					     struct linux_binprm *bprm)
{
	struct inode *inode = BPF_CORE_READ(bprm, file, f_inode);

	scratch->exec.cgroup_id = read_cgroup_id(task);
	scratch->exec.inode = BPF_CORE_READ(inode, i_ino);
	scratch->exec.inode_links = BPF_CORE_READ(inode, i_nlink);
	scratch->exec.auid = read_auid(task);
	scratch->exec.nspid = read_namespace_pid(task);
	read_privileges(scratch, bprm, inode);
	scratch->exec.reserved = 0;
	read_filename(scratch, bprm);
	if (process_config.reads_environment)
		send_environment(
			scratch,
			task); /* before the arguments, whose last part stays in its buffer */
	read_args(scratch, task);
	read_cwd(scratch, task); /* last: its walk state tells where the text is */
	send_exec_record(scratch);
}

#endif
