/* SPDX-License-Identifier: Apache-2.0 */
/* bench OPENS EXECS: what the two hot paths cost, as the guest's clock sees it. Under `-icount` that
 * clock counts instructions, so the same binaries give the same numbers.
 *
 * Prints "open_close_ns N" for open+close of /tmp/x and "fork_exec_exit_ns N" for a child that
 * executes this very program and ends at once.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void open_close(long count)
{
	for (long i = 0; i < count; i++) {
		int fd = open("/tmp/x", O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			exit(1);
		close(fd);
	}
}

static void fork_exec_exit(long count)
{
	char *arguments[] = { "bench", "exit", NULL };

	for (long i = 0; i < count; i++) {
		pid_t child;
		int status;

		if (posix_spawn(&child, "/proc/self/exe", NULL, NULL, arguments, environ) ||
		    waitpid(child, &status, 0) != child || status != 0)
			exit(1);
	}
}

static void measure(const char *name, void (*work)(long), long count)
{
	/* A first round warms caches and translated code; the best of five is the quiet one. */
	long long best = 0;

	work(count / 10 + 1);
	for (int round = 0; round < 5; round++) {
		long long start = now(), spent;

		work(count);
		spent = (now() - start) / count;
		if (best == 0 || spent < best)
			best = spent;
	}
	printf("%s %lld\n", name, best);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "exit"))
		return 0;
	if (argc != 3)
		return 2;
	close(open("/tmp/x", O_CREAT | O_WRONLY, 0644));
	measure("open_close_ns", open_close, atol(argv[1]));
	measure("fork_exec_exit_ns", fork_exec_exit, atol(argv[2]));
	return 0;
}
