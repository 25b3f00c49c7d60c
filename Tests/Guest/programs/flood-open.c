/* SPDX-License-Identifier: Apache-2.0 */
/* flood-open COUNT PATH [PER-SECOND]: opens and closes PATH that often, as fast as it goes or so many times a second, and
 * says how many opens worked.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ll

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	long count = atol(argv[1]), opened = 0;
	long long rate = argc > 3 ? atoll(argv[3]) : 0;
	struct timespec begun;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	for (long i = 0; i < count; i++) {
		if (rate > 0) {
			long long due = begun.tv_nsec + i * NS_PER_S / rate;
			struct timespec until = {
				.tv_sec = begun.tv_sec + due / NS_PER_S,
				.tv_nsec = due % NS_PER_S,
			};

			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
		}
		int fd = open(argv[2], O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			continue;
		opened++;
		close(fd);
	}
	printf("%ld\n", opened);
	return 0;
}
