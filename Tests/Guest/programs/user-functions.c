/* SPDX-License-Identifier: Apache-2.0 */
/* Functions for user space probes. user-functions greet NAME; add A B; five A B C TEXT BYTES; fill TEXT; name NUMBER;
 * deep N; leap N; enter NAME (may that guest come in?); where; make DIRECTORY; untouched FILE and cut FILE: greet by the
 * name that a file begins with, or that begins at its byte 4090, where the process has not looked yet. What must not be
 * probed stands beside: farewell and subtract take the same arguments.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FUNCTION __attribute__((noinline, used))

FUNCTION int greet(const char *name)
{
	return printf("hello %s\n", name);
}

FUNCTION int farewell(const char *name)
{
	return printf("goodbye %s\n", name);
}

FUNCTION long add(int a, long b)
{
	return printf("%ld\n", a + b) > 0 ? a + b : 0;
}

FUNCTION long subtract(int a, long b)
{
	return printf("%ld\n", a - b) > 0 ? a - b : 0;
}

/* Five parameters: all that are handed over in registers but one. */
FUNCTION int five(signed char a, unsigned short b, unsigned int c, const char *text, size_t bytes)
{
	return printf("%d %u %u %.*s\n", a, b, c, (int)bytes, text);
}

/* Fills a buffer and says how much of it. */
FUNCTION long fill(char *buffer, size_t room, const char *text)
{
	return snprintf(buffer, room, "<%s>", text);
}

FUNCTION const char *name_of(int number)
{
	return number == 7 ? "seven" : number == 8 ? "eight" : NULL;
}

/* Calls itself: several calls are on their way at once. */
FUNCTION int deep(int left)
{
	int below = left > 0 ? deep(left - 1) : 0;

	__asm__ volatile("" ::: "memory"); /* the call is no jump */
	return below + 1;
}

static jmp_buf back;

/* Never returns, when it is told so. */
FUNCTION int leap(int leaps)
{
	if (leaps)
		longjmp(back, 1);
	return 1;
}

FUNCTION int is_welcome(const char *name)
{
	return strcmp(name, "Mallory");
}

FUNCTION int is_nobody(const char *name)
{
	(void)name;
	return 0;
}

/* For stack traces: the C library's mkdir(2) keeps no frame of its own. */
FUNCTION __attribute__((optimize("no-omit-frame-pointer"))) int make_directory(const char *path)
{
	int failed = mkdir(path, 0700);

	pause();
	return failed;
}

/* Pages of a file that the process has not looked at: they may not even be in memory. */
static const char *untouched(const char *path)
{
	const char *pages = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, open(path, O_RDONLY), 0);

	if (pages == MAP_FAILED)
		exit(1);
	madvise((void *)pages, 8192, MADV_RANDOM); /* none around it comes with one */
	return pages;
}

static long number(const char *text)
{
	return strtol(text, NULL, 0);
}

__attribute__((optimize("no-omit-frame-pointer"))) int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	if (argc == 3 && !strcmp(word, "greet"))
		greet(argv[2]);
	else if (argc == 3 && !strcmp(word, "farewell"))
		farewell(argv[2]);
	else if (argc == 4 && !strcmp(word, "add"))
		add(number(argv[2]), number(argv[3]));
	else if (argc == 4 && !strcmp(word, "subtract"))
		subtract(number(argv[2]), number(argv[3]));
	else if (argc == 7 && !strcmp(word, "five"))
		five(number(argv[2]), number(argv[3]), number(argv[4]), argv[5], number(argv[6]));
	else if (argc == 3 && !strcmp(word, "fill")) {
		char buffer[64];

		memset(buffer, '.', sizeof(buffer));
		printf("%ld\n", fill(buffer, sizeof(buffer), argv[2]));
	} else if (argc == 3 && !strcmp(word, "name"))
		printf("%s\n", name_of(number(argv[2])) ? "some" : "none");
	else if (argc == 3 && !strcmp(word, "deep"))
		printf("%d\n", deep(number(argv[2])));
	else if (argc == 3 && !strcmp(word, "leap")) {
		for (volatile long left = number(argv[2]); left > 0; left--)
			if (!setjmp(back))
				leap(1);
		printf("%d\n", leap(0));
	} else if (argc == 3 && !strcmp(word, "enter"))
		puts(is_welcome(argv[2]) && !is_nobody(argv[2]) ? "come in" : "stay out");
	else if (argc == 3 && !strcmp(word, "make"))
		return make_directory(argv[2]) ? 1 : 0;
	else if (argc == 3 && !strcmp(word, "untouched"))
		greet(untouched(argv[2]));
	else if (argc == 3 && !strcmp(word, "cut"))
		greet(untouched(argv[2]) + 4090);
	else if (argc == 2 && !strcmp(word, "where"))
		printf("%#lx\n", (unsigned long)greet);
	else if (argc == 3 && !strcmp(word, "kernel")) /* an address that is not the process's */
		greet((const char *)strtoul(argv[2], NULL, 0));
	else
		return 2;
	return 0;
}
