/* SPDX-License-Identifier: Apache-2.0 */
/* start-time SCRIPT COMMAND...: how long a daemon takes until it says that it is ready, and its memory two
 * seconds later.
 *
 * Prints "ready_us N", "resident_kb N" and "peak_kb N", then has sh run SCRIPT while the daemon runs, then ends
 * it. The daemon's log, read from a pipe so that no one polls, goes to stderr when it ends before it is ready.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

/* Prints a field of /proc/PID/status, which has kilobytes. */
static void print_status(pid_t pid, const char *field, const char *metric)
{
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, field, strlen(field)) && line[strlen(field)] == ':')
			printf("%s %ld\n", metric, atol(line + strlen(field) + 1));
	}
	if (file)
		fclose(file);
}

int main(int argc, char **argv)
{
	long long start = now_us(), ready = 0;
	int log[2], status;
	char line[4096];
	pid_t daemon;
	FILE *lines;

	if (argc < 3 || pipe(log))
		return 2;
	daemon = fork();
	if (daemon == 0) {
		dup2(log[1], STDERR_FILENO);
		close(log[0]);
		close(log[1]);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	close(log[1]);
	lines = fdopen(log[0], "r");
	while (!ready && fgets(line, sizeof(line), lines)) {
		if (strstr(line, " ready\n"))
			ready = now_us();
		else
			fputs(line, stderr);
	}
	if (!ready)
		return 1;
	printf("ready_us %lld\n", ready - start);
	sleep(2);
	print_status(daemon, "VmRSS", "resident_kb");
	print_status(daemon, "VmHWM", "peak_kb");
	fflush(stdout);
	if (system(argv[1]))
		return 1;
	kill(daemon, SIGTERM);
	return waitpid(daemon, &status, 0) != daemon || status != 0;
}
