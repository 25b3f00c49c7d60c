/* SPDX-License-Identifier: Apache-2.0 */
/* flood-open COUNT PATH: opens and closes PATH that often, and says how many opens worked. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	long count = atol(argv[1]), opened = 0;

	for (long i = 0; i < count; i++) {
		int fd = open(argv[2], O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			continue;
		opened++;
		close(fd);
	}
	printf("%ld\n", opened);
	return 0;
}
