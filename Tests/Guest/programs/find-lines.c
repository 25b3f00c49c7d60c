/* SPDX-License-Identifier: Apache-2.0 */
/* find-lines [-c] TEXT FILE: the lines that contain a text, or with -c how many there are.
 *
 * What grep -F does, in a tenth of the instructions: a guest whose clock counts these would look for minutes.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	int counts = argc > 1 && !strcmp(argv[1], "-c");
	const char *at, *end, *found;
	struct stat status;
	long count = 0;
	int file;

	if (argc != 3 + counts)
		return 2;
	file = open(argv[2 + counts], O_RDONLY);
	if (file < 0 || fstat(file, &status)) {
		perror(argv[2 + counts]);
		return 1;
	}
	if (!status.st_size) {
		if (counts)
			puts("0");
		return 0;
	}
	at = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	if (at == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	end = at + status.st_size;
	while ((found = memmem(at, end - at, argv[1 + counts], strlen(argv[1 + counts])))) {
		const char *start = memrchr(at, '\n', found - at);
		const char *next = memchr(found, '\n', end - found);

		start = start ? start + 1 : at;
		next = next ? next + 1 : end;
		if (!counts)
			fwrite(start, 1, next - start, stdout);
		count++;
		at = next;
	}
	if (counts)
		printf("%ld\n", count);
	return 0;
}
