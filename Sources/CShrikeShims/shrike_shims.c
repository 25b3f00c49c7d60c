// SPDX-License-Identifier: Apache-2.0
/* Behind the header: what needs GNU extensions or a va_list. */
#define _GNU_SOURCE
#include "shrike_shims.h"

#include <bpf/libbpf.h>
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

	if (!current_sink)
		return 0;
	length = vasprintf(&message, format, arguments);
	if (length < 0)
		return 0;
	current_sink((int)level, message);
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
