/* SPDX-License-Identifier: Apache-2.0 */
/* as-user UID GID PROGRAM [ARGS...]: gives up root for good, then executes PROGRAM. */
#define _GNU_SOURCE
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	uid_t uid = atoi(argv[1]);
	gid_t gid = atoi(argv[2]);

	if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid)) {
		perror("as-user");
		return 1;
	}
	execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 127;
}
