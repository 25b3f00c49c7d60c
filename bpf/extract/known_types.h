/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses as structures that the verifier knows: since 6.2 a program may say what is at an address, and a member is
 * then a load instead of a call of bpf_probe_read_kernel(). A load of what is not mapped reads 0.
 */
#ifndef SHRIKE_KNOWN_TYPES_H
#define SHRIKE_KNOWN_TYPES_H

#include "base/kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "extract/read_path.h"
#include "maps/policy_maps.h"

/* Called only where config.mount_type says that it is there. */
extern void *bpf_rdonly_cast(const void *address, __u32 type) __ksym __weak;

static __always_inline struct mount *known_mount(__u64 address)
{
	return bpf_rdonly_cast((void *)address, config.mount_type);
}

static __always_inline struct dentry *known_dentry(__u64 address)
{
	return bpf_rdonly_cast((void *)address, config.dentry_type);
}

static __always_inline struct task_struct *known_task(__u64 address)
{
	return bpf_rdonly_cast((void *)address, config.task_type);
}

/* Names that are shorter stand in the dentry itself, and no others (__d_alloc() in fs/dcache.c; no kernel has less room). */
#define SHORT_NAME_BYTES 32

/* short_name - where: right behind d_inode, as d_iname and, since 6.14, d_shortname. By its neighbour, which all kernels
 * have: the offset of a member that this kernel lacks is no number, and the compiler works both out before it asks which
 * there is. User space has seen that it is so (MechanismChoice.knownTypes).
 */
static __always_inline char *short_name(struct dentry *dentry)
{
	return (char *)dentry + bpf_core_field_offset(dentry->d_inode) + sizeof(dentry->d_inode);
}

#endif
