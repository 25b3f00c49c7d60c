/* SPDX-License-Identifier: Apache-2.0 */
/* set-uid UID: one setuid system call by the kernel's own entry, then says how it ended. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	if (syscall(SYS_setuid, (uid_t)strtoul(argv[1], NULL, 0))) {
		perror("setuid");
		return 1;
	}
	printf("uid %d\n", getuid());
	return 0;
}
