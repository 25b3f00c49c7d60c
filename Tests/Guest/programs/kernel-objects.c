/* SPDX-License-Identifier: Apache-2.0 */
/* kernel-objects WHAT: brings one kernel object about.
 *
 * capset   sets effective and permitted capabilities to NET_RAW and KILL, inheritable to KILL
 * perf     opens a software perf event
 * writev   writes "one", "two" and "three" to /dev/null as a vector of three
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int set_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	data[0].effective = data[0].permitted = 1u << CAP_NET_RAW | 1u << CAP_KILL;
	data[0].inheritable = 1u << CAP_KILL;
	return syscall(SYS_capset, &header, data);
}

static int open_perf_event(void)
{
	struct perf_event_attr attributes = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attributes),
		.config = PERF_COUNT_SW_PAGE_FAULTS,
		.exclude_kernel = 1,
	};

	return syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0) < 0;
}

static int write_vector(void)
{
	struct iovec parts[] = { { "one", 3 }, { "two", 3 }, { "three", 5 } };

	return writev(open("/dev/null", O_WRONLY), parts, 3) != 11;
}

int main(int argc, char **argv)
{
	int failed = 1;

	if (argc != 2)
		return 2;
	if (!strcmp(argv[1], "capset"))
		failed = set_capabilities();
	else if (!strcmp(argv[1], "perf"))
		failed = open_perf_event();
	else if (!strcmp(argv[1], "writev"))
		failed = write_vector();
	if (failed)
		perror("kernel-objects");
	return failed ? 1 : 0;
}
