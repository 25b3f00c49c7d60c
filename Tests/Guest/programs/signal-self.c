/* SPDX-License-Identifier: Apache-2.0 */
/* signal-self NUMBER: ends by that signal, with its default action. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int number = argc > 1 ? atoi(argv[1]) : SIGSEGV;

	signal(number, SIG_DFL);
	kill(getpid(), number);
	return 0;
}
