/* SPDX-License-Identifier: Apache-2.0 */
/* deep-file make|read DIRECTORY DEPTH LENGTH NAME: a file NAME below DEPTH directories with names of LENGTH bytes, each
 * entered by itself, so that the whole path may be longer than any call would take. `make` writes it, `read` prints it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	static char name[256], text[256];
	ssize_t bytes;
	int making, fd;

	if (argc < 6)
		return 2;
	making = !strcmp(argv[1], "make");
	memset(name, 'd', (size_t)atoi(argv[4]) % sizeof(name));
	if (chdir(argv[2]))
		return fail(argv[2]);
	for (int depth = atoi(argv[3]); depth > 0; depth--) {
		if (making && mkdir(name, 0755) && errno != EEXIST)
			return fail("mkdir");
		if (chdir(name))
			return fail("chdir");
	}
	fd = open(argv[5], making ? O_WRONLY | O_CREAT : O_RDONLY, 0644);
	if (fd < 0)
		return fail(argv[5]);
	if (making)
		return write(fd, "deep\n", 5) == 5 ? 0 : fail("write");
	bytes = read(fd, text, sizeof(text));
	return bytes > 0 && write(1, text, (size_t)bytes) == bytes ? 0 : fail("read");
}
