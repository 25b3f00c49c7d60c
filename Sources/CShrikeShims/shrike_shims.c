// SPDX-License-Identifier: Apache-2.0
/* The one place where a va_list of libbpf becomes a string. */
#define _GNU_SOURCE
#include "shrike_shims.h"

#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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
