/* SPDX-License-Identifier: Apache-2.0 */
/* truncate-path PATH SIZE: truncate(2) by name; nothing is opened. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (truncate(argv[1], atol(argv[2]))) {
		perror("truncate");
		return 1;
	}
	return 0;
}
