/* SPDX-License-Identifier: Apache-2.0 */
/* change-self STEP...: changes what it is step by step, without executing anything.
 *
 * STEP: uts, net, user (a new namespace), pid (goes on in a child that is the first process of a new one; the
 * parent waits and tells how it ended), fork (the same without a namespace), orphan (goes on in a child whose parent has ended; nobody waits), raise N and
 * drop N (a capability in the effective set), wait PATH (until there is a line in it), open PATH (copies it to
 * stdout), ids REAL EFFECTIVE SAVED (user ids), exec PROGRAM ARGUMENT... . A refused open ends it with status 10.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void new_namespace(int flag)
{
	if (unshare(flag)) {
		perror("unshare");
		exit(1);
	}
}

static void go_on_in_child(void)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child < 0)
		exit(1);
	if (child == 0)
		return;
	if (waitpid(child, &status, 0) != child)
		exit(1);
	if (WIFSIGNALED(status))
		printf("%d signal %d\n", child, WTERMSIG(status));
	else
		printf("%d exit %d\n", child, WEXITSTATUS(status));
	exit(0);
}

static void go_on_as_orphan(void)
{
	pid_t parent = getpid();

	fflush(stdout);
	if (fork())
		_exit(0);
	while (getppid() == parent)
		usleep(1000);
}

static void set_capability(int number, int is_set)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		exit(1);
	if (is_set)
		data[number / 32].effective |= 1u << (number % 32);
	else
		data[number / 32].effective &= ~(1u << (number % 32));
	if (syscall(SYS_capset, &head, data)) {
		perror("capset");
		exit(1);
	}
}

static void wait_for(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || read(fd, &byte, 1) != 1)
		exit(1);
	close(fd);
}

static void copy(const char *path)
{
	char bytes[256];
	ssize_t count;
	int fd = open(path, O_RDONLY);

	if (fd < 0) {
		perror(path);
		exit(10);
	}
	while ((count = read(fd, bytes, sizeof(bytes))) > 0)
		fwrite(bytes, 1, count, stdout);
	fflush(stdout);
	close(fd);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *step = argv[i];

		if (!strcmp(step, "uts"))
			new_namespace(CLONE_NEWUTS);
		else if (!strcmp(step, "net"))
			new_namespace(CLONE_NEWNET);
		else if (!strcmp(step, "user"))
			new_namespace(CLONE_NEWUSER);
		else if (!strcmp(step, "pid")) {
			new_namespace(CLONE_NEWPID);
			go_on_in_child();
		} else if (!strcmp(step, "fork"))
			go_on_in_child();
		else if (!strcmp(step, "orphan"))
			go_on_as_orphan();
		else if (!strcmp(step, "raise") && i + 1 < argc)
			set_capability(atoi(argv[++i]), 1);
		else if (!strcmp(step, "drop") && i + 1 < argc)
			set_capability(atoi(argv[++i]), 0);
		else if (!strcmp(step, "wait") && i + 1 < argc)
			wait_for(argv[++i]);
		else if (!strcmp(step, "open") && i + 1 < argc)
			copy(argv[++i]);
		else if (!strcmp(step, "ids") && i + 3 < argc) {
			if (setresuid(atoi(argv[i + 1]), atoi(argv[i + 2]), atoi(argv[i + 3])))
				return 1;
			i += 3;
		} else if (!strcmp(step, "exec") && i + 1 < argc) {
			fflush(stdout);
			execv(argv[i + 1], &argv[i + 1]);
			return 127;
		} else
			return 2;
	}
	return 0;
}
