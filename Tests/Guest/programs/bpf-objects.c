/* SPDX-License-Identifier: Apache-2.0 */
/* What BPF objects the kernel holds, asked of the kernel itself: no tool, no library.
 *
 *   bpf-objects list                 one line each: "program ID TYPE NAME", "map …", "link …"
 *   bpf-objects sizes                what they take: "map NAME BYTES", "program NAME BYTES JITED VERIFIED":
 *                                    bytes of memory as accounted, bytes of machine code, instructions that
 *                                    the verifier went through
 *   bpf-objects times                what programs have run: "program NAME RUNS NANOSECONDS", while the sysctl
 *                                    kernel.bpf_stats_enabled is 1
 *   bpf-objects on FUNCTION          names of the programs attached to that kernel function
 *                                    (fentry, fexit, fmod_ret; also as LSM hook bpf_lsm_FUNCTION)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* The id after @id, or 0 when there is none. */
static unsigned int next_id(enum bpf_cmd command, unsigned int id)
{
	union bpf_attr attr = { .start_id = id };

	if (bpf(command, &attr) == 0)
		return attr.next_id;
	if (errno == ENOENT || errno == EINVAL)
		return 0;
	perror("bpf-objects");
	exit(1);
}

/* Fills @info for the object that @fd refers to. */
static int get_info_by_fd(int fd, void *info, unsigned int size)
{
	union bpf_attr attr = { 0 };

	attr.info.bpf_fd = fd;
	attr.info.info_len = size;
	attr.info.info = (unsigned long)info;
	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) == 0;
}

/* Fills @info for the object @id. False when it has gone in the meantime. */
static int get_info(enum bpf_cmd command, unsigned int id, void *info, unsigned int size)
{
	union bpf_attr attr = { .prog_id = id };
	int fd = bpf(command, &attr), result;

	if (fd < 0)
		return 0;
	result = get_info_by_fd(fd, info, size);
	close(fd);
	return result;
}

static void list(void)
{
	for (unsigned int id = 0; (id = next_id(BPF_PROG_GET_NEXT_ID, id));) {
		struct bpf_prog_info info = { 0 };

		if (get_info(BPF_PROG_GET_FD_BY_ID, id, &info, sizeof(info)))
			printf("program %u %u %s\n", id, info.type, info.name);
	}
	for (unsigned int id = 0; (id = next_id(BPF_MAP_GET_NEXT_ID, id));) {
		struct bpf_map_info info = { 0 };

		if (get_info(BPF_MAP_GET_FD_BY_ID, id, &info, sizeof(info)))
			printf("map %u %u %s\n", id, info.type, info.name);
	}
	for (unsigned int id = 0; (id = next_id(BPF_LINK_GET_NEXT_ID, id));) {
		struct bpf_link_info info = { 0 };

		if (get_info(BPF_LINK_GET_FD_BY_ID, id, &info, sizeof(info)))
			printf("link %u %u\n", id, info.type);
	}
}

/* Bytes that the kernel accounts for an object; see proc(5), fdinfo. */
static long accounted_bytes(int fd)
{
	char path[64], line[256];
	long bytes = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "memlock:", 8))
			bytes = atol(line + 8);
	}
	if (file)
		fclose(file);
	return bytes;
}

static void sizes(void)
{
	for (unsigned int id = 0; (id = next_id(BPF_MAP_GET_NEXT_ID, id));) {
		union bpf_attr attr = { .map_id = id };
		int fd = bpf(BPF_MAP_GET_FD_BY_ID, &attr);
		struct bpf_map_info info = { 0 };

		if (fd >= 0 && get_info_by_fd(fd, &info, sizeof(info)))
			printf("map %s %ld\n", info.name, accounted_bytes(fd));
		close(fd);
	}
	for (unsigned int id = 0; (id = next_id(BPF_PROG_GET_NEXT_ID, id));) {
		union bpf_attr attr = { .prog_id = id };
		int fd = bpf(BPF_PROG_GET_FD_BY_ID, &attr);
		struct bpf_prog_info info = { 0 };

		if (fd >= 0 && get_info_by_fd(fd, &info, sizeof(info)))
			printf("program %s %ld %u %u\n", info.name, accounted_bytes(fd),
			       info.jited_prog_len, info.verified_insns);
		close(fd);
	}
}

static void times(void)
{
	for (unsigned int id = 0; (id = next_id(BPF_PROG_GET_NEXT_ID, id));) {
		struct bpf_prog_info info = { 0 };

		if (get_info(BPF_PROG_GET_FD_BY_ID, id, &info, sizeof(info)) && info.run_cnt)
			printf("program %s %llu %llu\n", info.name, info.run_cnt, info.run_time_ns);
	}
}

/* Bytes that follow a type's header in BTF, by its kind. */
static size_t tail_size(unsigned int kind, unsigned int count)
{
	switch (kind) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
		return count * 12;
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return count * 8;
	case BTF_KIND_ENUM64:
		return count * 12;
	default:
		return 0;
	}
}

/* The BTF ids of FUNCTION and bpf_lsm_FUNCTION in the kernel; 0 where there is none. */
static void find_function(const char *function, unsigned int ids[2])
{
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY);
	struct stat status;
	char lsm[256];

	if (fd < 0 || fstat(fd, &status)) {
		perror("bpf-objects: /sys/kernel/btf/vmlinux");
		exit(1);
	}
	snprintf(lsm, sizeof(lsm), "bpf_lsm_%s", function);
	char *btf = malloc(status.st_size);
	off_t have = 0;

	while (btf && have < status.st_size) {
		ssize_t got = read(fd, btf + have, status.st_size - have);

		if (got <= 0)
			exit(1);
		have += got;
	}
	const struct btf_header *header = (void *)btf;
	const char *types = btf + header->hdr_len + header->type_off;
	const char *strings = btf + header->hdr_len + header->str_off;
	unsigned int id = 1;

	for (size_t at = 0; at < header->type_len; id++) {
		const struct btf_type *type = (const void *)(types + at);
		unsigned int kind = BTF_INFO_KIND(type->info);

		if (kind == BTF_KIND_FUNC) {
			if (!strcmp(strings + type->name_off, function))
				ids[0] = id;
			else if (!strcmp(strings + type->name_off, lsm))
				ids[1] = id;
		}
		at += sizeof(*type) + tail_size(kind, BTF_INFO_VLEN(type->info));
	}
	free(btf);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "list")) {
		list();
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "times")) {
		times();
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "sizes")) {
		sizes();
		return 0;
	}
	if (argc != 3 || strcmp(argv[1], "on")) {
		fprintf(stderr, "usage: bpf-objects list | sizes | on FUNCTION\n");
		return 2;
	}
	unsigned int ids[2] = { 0, 0 };

	find_function(argv[2], ids);
	if (!ids[0] && !ids[1]) {
		fprintf(stderr, "bpf-objects: the kernel has no function %s\n", argv[2]);
		return 1;
	}
	/* By link, not by program: a loaded program that hangs nowhere does not count. */
	for (unsigned int id = 0; (id = next_id(BPF_LINK_GET_NEXT_ID, id));) {
		struct bpf_link_info link = { 0 };
		struct bpf_prog_info program = { 0 };

		if (!get_info(BPF_LINK_GET_FD_BY_ID, id, &link, sizeof(link)) ||
		    link.type != BPF_LINK_TYPE_TRACING)
			continue;
		unsigned int target = link.tracing.target_btf_id;

		if (!target || (target != ids[0] && target != ids[1]))
			continue;
		if (get_info(BPF_PROG_GET_FD_BY_ID, link.prog_id, &program, sizeof(program)))
			printf("%s\n", program.name);
	}
	return 0;
}
