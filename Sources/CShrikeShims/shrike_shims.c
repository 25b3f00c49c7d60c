// SPDX-License-Identifier: Apache-2.0
/* Behind the header: what needs GNU extensions or a va_list. */
#define _GNU_SOURCE
#include "shrike_shims.h"

#include <bpf/libbpf.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

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
