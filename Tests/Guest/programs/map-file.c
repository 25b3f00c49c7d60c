/* SPDX-License-Identifier: Apache-2.0 */
/* map-file read|map PATH: opens PATH and copies it to stdout, by read(2) or through a mapping. A refusal is told on
 * stderr and ends with status 10.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int refused(const char *what)
{
	perror(what);
	return 10;
}

int main(int count, char **arguments)
{
	char bytes[4096];
	struct stat status;
	const char *mapped;
	ssize_t length;
	int file;

	if (count != 3)
		return 1;
	file = open(arguments[2], O_RDONLY);
	if (file < 0 || fstat(file, &status))
		return refused("open");
	if (!strcmp(arguments[1], "map")) {
		mapped = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
		if (mapped == MAP_FAILED)
			return refused("mmap");
		return write(STDOUT_FILENO, mapped, status.st_size) != status.st_size;
	}
	length = read(file, bytes, sizeof(bytes));
	if (length < 0)
		return refused("read");
	return write(STDOUT_FILENO, bytes, length) != length;
}
