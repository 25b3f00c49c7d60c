/* SPDX-License-Identifier: Apache-2.0 */
/* write-bytes COUNT: one write(2) of COUNT bytes to /dev/null. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	size_t count = strtoul(argv[1], NULL, 0);
	char *bytes = malloc(count ? count : 1);
	int fd = open("/dev/null", O_WRONLY);

	/* Touched: pages that nobody has written to are in nobody's memory. */
	if (bytes)
		memset(bytes, 'x', count);
	if (!bytes || fd < 0 || write(fd, bytes, count) != (ssize_t)count) {
		perror("write-bytes");
		return 1;
	}
	return 0;
}
