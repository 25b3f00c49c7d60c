// SPDX-License-Identifier: Apache-2.0
/* Behind the header: what needs GNU extensions or a va_list. */
#define _GNU_SOURCE
#include "shrike_shims.h"

#include <bpf/libbpf.h>
#include <link.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static shrike_libbpf_sink current_sink;

static int print_to_sink(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char *message = NULL;
	int length;

	if (level != LIBBPF_WARN || !current_sink)
		return 0;
	length = vasprintf(&message, format, arguments);
	if (length < 0)
		return 0;
	current_sink(message);
	free(message);
	return length;
}

void shrike_set_libbpf_sink(shrike_libbpf_sink sink)
{
	current_sink = sink;
	libbpf_set_print(print_to_sink);
}

void shrike_name_thread(const char *name)
{
	pthread_setname_np(pthread_self(), name);
}

int shrike_memory_file(const char *name)
{
	return memfd_create(name, MFD_CLOEXEC);
}

static int forget_segments(struct dl_phdr_info *program, size_t size, void *data)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE) - 1;

	for (int i = 0; i < program->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &program->dlpi_phdr[i];
		uintptr_t start = program->dlpi_addr + segment->p_vaddr;

		/* Nothing in these is written, so the file has all of it. */
		if (segment->p_type == PT_LOAD && segment->p_flags & PF_X &&
		    !(segment->p_flags & PF_W))
			madvise((void *)(start & ~page), segment->p_memsz + (start & page),
				MADV_DONTNEED);
	}
	return 0; /* the shared libraries, too */
}

void shrike_forget_code(void)
{
	dl_iterate_phdr(forget_segments, NULL);
}

int shrike_watch_mappings(int cpu)
{
	struct perf_event_attr attributes = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attributes),
		.config = PERF_COUNT_SW_DUMMY,
		.mmap = 1,
		.mmap2 = 1,
		.build_id = 1,
	};

	return syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}
