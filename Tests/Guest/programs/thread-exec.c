/* SPDX-License-Identifier: Apache-2.0 */
/* thread-exec PROGRAM [ARGS...]: a thread that is not the leader executes PROGRAM, and so takes
 * over the process id. Prints "pid PID tid TID" of the caller first.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *execute(void *arguments)
{
	char **argv = arguments;

	printf("pid %d tid %ld\n", getpid(), syscall(SYS_gettid));
	fflush(stdout);
	execv(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc < 2)
		return 2;
	if (pthread_create(&thread, NULL, execute, argv + 1))
		return 1;
	pause();
	return 1;
}
