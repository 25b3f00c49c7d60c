/* SPDX-License-Identifier: Apache-2.0 */
/* The BPF objects, inside the program: nothing to find or to mix up when it is installed. */
#ifndef SHRIKE_BPF_OBJECTS_H
#define SHRIKE_BPF_OBJECTS_H

#include <stddef.h>

struct shrike_bpf_object {
	const char *name;
	const unsigned char *bytes;
	size_t size_bytes;
};

extern const struct shrike_bpf_object shrike_function_object; /* bpf/hooks/function.bpf.c */
extern const struct shrike_bpf_object shrike_file_object;     /* bpf/hooks/file.bpf.c */
extern const struct shrike_bpf_object shrike_process_object;  /* bpf/hooks/process.bpf.c */
extern const struct shrike_bpf_object shrike_lineage_object;  /* bpf/hooks/lineage.bpf.c */
extern const struct shrike_bpf_object shrike_hash_object;     /* bpf/hooks/hash.bpf.c */
extern const struct shrike_bpf_object shrike_loader_object;   /* bpf/hooks/loader.bpf.c */
extern const struct shrike_bpf_object shrike_page_in_object;  /* bpf/hooks/page_in.bpf.c */

#endif
