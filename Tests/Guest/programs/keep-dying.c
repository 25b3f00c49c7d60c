/* SPDX-License-Identifier: Apache-2.0 */
/* keep-dying PATH: has one child after the other open PATH, without pause until SIGTERM, then says how it went:
 * "allowed N killed M".
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t is_over;

static void end(int number)
{
	(void)number;
	is_over = 1;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = end };
	unsigned long allowed = 0, killed = 0;

	if (argc != 2)
		return 2;
	sigaction(SIGTERM, &action, NULL);
	while (!is_over) {
		pid_t child = fork();
		int status = 0;

		if (child == 0)
			_exit(open(argv[1], O_RDONLY | O_CLOEXEC) < 0);
		while (child > 0 && waitpid(child, &status, 0) < 0)
			;
		if (child > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
			killed++;
		else
			allowed++;
	}
	printf("allowed %lu killed %lu\n", allowed, killed);
	return 0;
}
