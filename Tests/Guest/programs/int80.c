/* SPDX-License-Identifier: Apache-2.0 */
/* int80 open PATH: opens a file by the system call of 32-bit programs, which 64-bit programs can make too. */
#include <string.h>

/* The program is linked to addresses that 32 bits hold; its arguments are not there. */
static char path[256];

int main(int argc, char **argv)
{
	long result;

	if (argc != 3 || strcmp(argv[1], "open") || strlen(argv[2]) >= sizeof(path))
		return 2;
	strcpy(path, argv[2]);
	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(5L), "b"((long)path), "c"(0L), "d"(0L)
			 : "memory", "r8", "r9", "r10", "r11");
	return result < 0 ? 10 : 0;
}
