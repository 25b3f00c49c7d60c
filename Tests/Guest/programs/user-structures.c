/* SPDX-License-Identifier: Apache-2.0 */
/* flags: -gbtf */
/* Structures for user space probes, with their types in the section .BTF. user-structures greet NAME CITY AGE [FRIEND]
 * calls greet(), notice NAME CITY AGE passes the static probe guests:notice; what has no friend leads nowhere.
 * `greet-address NAME ADDRESS` takes ADDRESS for a friend's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "static-probe.h"

struct place {
	unsigned short number;
	char city[16];
	const char *street;
};

struct person {
	short age;
	unsigned char marks[3];
	const char *name;
	struct place home;
	struct place *work;
	struct person *friend;
};

__attribute__((noinline, used)) int greet(int times, struct person *person)
{
	return printf("%d %s\n", times, person->name);
}

__attribute__((noinline)) static void notice(struct person *person)
{
	PROBE("notice", "0", "8@%0", "r"(person));
	printf("%s\n", person->name);
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";
	struct place office = { 7, "office", "Main Street" };
	struct person friend = { -1, { 4, 5, 6 }, argc > 5 ? argv[5] : "", office, &office, NULL };
	struct person person = { 0, { 1, 2, 255 }, argc > 2 ? argv[2] : "", office, &office, NULL };

	if (argc == 4 && !strcmp(word, "greet-address")) {
		person.friend = (struct person *)strtoul(argv[3], NULL, 0);
		return greet(1, &person) <= 0;
	}
	if (argc < 5)
		return 2;
	person.age = atoi(argv[4]);
	memset(person.home.city, 0, sizeof(person.home.city));
	/* The longest has no NUL. */
	memcpy(person.home.city, argv[3], strnlen(argv[3], sizeof(person.home.city)));
	if (argc == 6)
		person.friend = &friend;
	if (!strcmp(word, "greet"))
		greet(2, &person);
	else if (!strcmp(word, "notice"))
		notice(&person);
	else
		return 2;
	return 0;
}
