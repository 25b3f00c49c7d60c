/* SPDX-License-Identifier: Apache-2.0 */
/* setuid-id: prints the real and the effective user; a scenario installs it set-user-id. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	printf("ruid=%d euid=%d\n", getuid(), geteuid());
	return 0;
}
