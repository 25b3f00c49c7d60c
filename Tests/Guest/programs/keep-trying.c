/* SPDX-License-Identifier: Apache-2.0 */
/* keep-trying PATH [MICROSECONDS]: opens PATH without pause, or as a realtime task (sched(7)) with one of MICROSECONDS, until SIGTERM, then says how it went:
 * "allowed N refused M"; of the first ten that were allowed, when they were, in seconds of uptime, goes to
 * standard error.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t is_over;

static void end(int number)
{
	(void)number;
	is_over = 1;
}

int main(int argc, char **argv)
{
	unsigned long allowed = 0, refused = 0;

	if (argc != 2 && argc != 3)
		return 2;
	signal(SIGTERM, end);
	if (argc == 3 &&
	    sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ .sched_priority = 10 })) {
		perror("sched_setscheduler");
		return 1;
	}
	while (!is_over) {
		if (argc == 3)
			usleep(atoi(argv[2]));
		int fd = open(argv[1], O_RDONLY | O_CLOEXEC);

		if (fd >= 0) {
			struct timespec now;

			close(fd);
			if (allowed++ > 9)
				continue;
			clock_gettime(CLOCK_BOOTTIME, &now);
			fprintf(stderr, "allowed at %lld.%06ld\n", (long long)now.tv_sec,
				now.tv_nsec / 1000);
		} else if (errno == EPERM) {
			refused++;
		} else {
			perror(argv[1]);
			return 1;
		}
	}
	printf("allowed %lu refused %lu\n", allowed, refused);
	return 0;
}
