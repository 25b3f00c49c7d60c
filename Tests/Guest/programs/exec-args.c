/* SPDX-License-Identifier: Apache-2.0 */
/* exec-args COUNT SIZE PROGRAM: executes PROGRAM with COUNT arguments of SIZE letters and a last
 * one, "tail", which shows whether the end of the arguments has survived.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	int count = atoi(argv[1]), size = atoi(argv[2]);
	char **arguments = calloc(count + 3, sizeof(*arguments));

	if (!arguments)
		return 1;
	arguments[0] = argv[3];
	for (int i = 1; i <= count; i++) {
		arguments[i] = malloc(size + 1);
		if (!arguments[i])
			return 1;
		memset(arguments[i], 'a' + (i - 1) % 26, size);
		arguments[i][size] = '\0';
	}
	arguments[count + 1] = "tail";
	execv(argv[3], arguments);
	perror(argv[3]);
	return 127;
}
