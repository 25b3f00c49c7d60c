/* SPDX-License-Identifier: Apache-2.0 */
/* What the hot paths cost, as the guest's clock sees it. Under `-icount` that clock counts instructions, so the
 * same binaries give the same numbers.
 *
 *   bench open COUNT PATH   open+close of PATH; that the open is refused is no mistake
 *   bench exec COUNT        a child that executes this very program and ends at once
 *   bench connect COUNT     a TCP connection to a listener of this process on 127.0.0.1, and its end
 *
 * Prints "WORKLOAD_ns N" and "WORKLOAD_caller_ns N": time that passed, and processor time of this process and its
 * children, for one of them. With one processor the first has in it what a daemon does meanwhile.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const char *path;
static int listener;
static struct sockaddr_in address;

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long nanoseconds(struct timeval time)
{
	return time.tv_sec * 1000000000LL + time.tv_usec * 1000LL;
}

/* Processor time of this process, exactly, and of its children that have ended, to the microsecond. */
static long long spent(void)
{
	struct rusage children;
	struct timespec own;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
	getrusage(RUSAGE_CHILDREN, &children);
	return own.tv_sec * 1000000000LL + own.tv_nsec + nanoseconds(children.ru_utime) +
	       nanoseconds(children.ru_stime);
}

static void open_close(long count)
{
	for (long i = 0; i < count; i++) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd >= 0)
			close(fd);
		else if (errno != EPERM)
			exit(1);
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

static void connect_close(long count)
{
	/* No TIME_WAIT: the ports would run out. */
	struct linger reset = { .l_onoff = 1 };

	for (long i = 0; i < count; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), peer;

		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
			exit(1);
		peer = accept(listener, NULL, NULL);
		if (peer < 0)
			exit(1);
		close(fd);
		close(peer);
	}
}

static void begin_listening(void)
{
	socklen_t size = sizeof(address);

	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 16) ||
	    getsockname(listener, (struct sockaddr *)&address, &size)) {
		perror("bench: listening on 127.0.0.1");
		exit(1);
	}
}

static void measure(const char *name, void (*work)(long), long count)
{
	/* A first round warms caches and translated code; the best of five is the quiet one. */
	long long best = 0, least = 0;

	work(count / 10 + 1);
	for (int round = 0; round < 5; round++) {
		long long start = now(), before = spent();

		work(count);
		long long passed = (now() - start) / count, used = (spent() - before) / count;

		if (best == 0 || passed < best)
			best = passed;
		if (least == 0 || used < least)
			least = used;
	}
	printf("%s_ns %lld\n%s_caller_ns %lld\n", name, best, name, least);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const char *workload = argc > 1 ? argv[1] : "";
	long count = argc > 2 ? atol(argv[2]) : 0;

	if (!strcmp(workload, "exit"))
		return 0;
	if (count <= 0)
		return 2;
	if (!strcmp(workload, "open") && argc == 4) {
		path = argv[3];
		close(open(path, O_CREAT | O_WRONLY, 0644));
		measure("open", open_close, count);
	} else if (!strcmp(workload, "exec")) {
		measure("exec", fork_exec_exit, count);
	} else if (!strcmp(workload, "connect")) {
		begin_listening();
		measure("connect", connect_close, count);
	} else {
		return 2;
	}
	return 0;
}
