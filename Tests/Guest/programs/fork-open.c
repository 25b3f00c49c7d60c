/* SPDX-License-Identifier: Apache-2.0 */
/* fork-open PATH: a child that never executes anything opens PATH; the parent prints
 * "PID exit N" or "PID signal N" for it and ends with 0.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int status;

	if (argc < 2)
		return 2;
	pid_t child = fork();

	if (child < 0)
		return 1;
	if (child == 0)
		_exit(open(argv[1], O_RDONLY) < 0 ? errno : 0);
	if (waitpid(child, &status, 0) != child)
		return 1;
	if (WIFSIGNALED(status))
		printf("%d signal %d\n", child, WTERMSIG(status));
	else
		printf("%d exit %d\n", child, WEXITSTATUS(status));
	return 0;
}
