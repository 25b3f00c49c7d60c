// SPDX-License-Identifier: Apache-2.0
/* Embeds what `make bpf` has built. The GPL part is data to this program: it is handed to the kernel. */
#include "shrike_bpf_objects.h"

static const unsigned char function_bytes[] __attribute__((aligned(8))) = {
#embed "function.bpf.o"
};
static const unsigned char file_bytes[] __attribute__((aligned(8))) = {
#embed "file.bpf.o"
};
static const unsigned char process_bytes[] __attribute__((aligned(8))) = {
#embed "process.bpf.o"
};
static const unsigned char lineage_bytes[] __attribute__((aligned(8))) = {
#embed "lineage.bpf.o"
};
static const unsigned char hash_bytes[] __attribute__((aligned(8))) = {
#embed "hash.bpf.o"
};
static const unsigned char loader_bytes[] __attribute__((aligned(8))) = {
#embed "loader.bpf.o"
};
static const unsigned char page_in_bytes[] __attribute__((aligned(8))) = {
#embed "page_in.bpf.o"
};

const struct shrike_bpf_object shrike_function_object = {
	"function",
	function_bytes,
	sizeof(function_bytes),
};
const struct shrike_bpf_object shrike_file_object = {
	"file",
	file_bytes,
	sizeof(file_bytes),
};
const struct shrike_bpf_object shrike_process_object = {
	"process",
	process_bytes,
	sizeof(process_bytes),
};
const struct shrike_bpf_object shrike_lineage_object = {
	"lineage",
	lineage_bytes,
	sizeof(lineage_bytes),
};
const struct shrike_bpf_object shrike_hash_object = {
	"hash",
	hash_bytes,
	sizeof(hash_bytes),
};
const struct shrike_bpf_object shrike_loader_object = {
	"loader",
	loader_bytes,
	sizeof(loader_bytes),
};
const struct shrike_bpf_object shrike_page_in_object = {
	"page_in",
	page_in_bytes,
	sizeof(page_in_bytes),
};
