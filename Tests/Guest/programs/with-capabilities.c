/* SPDX-License-Identifier: Apache-2.0 */
/* with-capabilities NUMBERS COMMAND...: runs a command that can never have other capabilities than these, given as
 * "19,21,38" or "none", as a container's runtime does. Its user stays root.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned long long keep = 0;

	if (argc < 3)
		return 2;
	if (strcmp(argv[1], "none"))
		for (char *number = strtok(argv[1], ","); number; number = strtok(NULL, ","))
			keep |= 1ull << atoi(number);
	/* An image that root executes gets what is left in the bounding set: capabilities(7). */
	for (int capability = 0; capability < 64; capability++)
		if (!(keep >> capability & 1) && prctl(PR_CAPBSET_DROP, capability) &&
		    errno != EINVAL)
			return perror("with-capabilities"), 1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return perror("with-capabilities"), 1;
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
