/* SPDX-License-Identifier: Apache-2.0 */
/* double-fork PROGRAM [ARGS...]: PROGRAM is executed by a grandchild whose parent has ended, so it
 * belongs to init by then. Prints "middle PID" and "grandchild PID" and waits until it has run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int done[2];
	char byte;

	if (argc < 2 || pipe(done))
		return 2;
	pid_t middle = fork();

	if (middle < 0)
		return 1;
	if (middle == 0) {
		pid_t self = getpid();

		if (fork() != 0)
			_exit(0);
		/* Executing before the parent has gone would make the test depend on luck. */
		while (getppid() == self)
			usleep(1000);
		printf("grandchild %d\n", getpid());
		fflush(stdout);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	waitpid(middle, NULL, 0);
	close(done[1]);
	/* The grandchild holds the other end until it is gone. */
	while (read(done[0], &byte, 1) > 0)
		;
	printf("middle %d\n", middle);
	return 0;
}
