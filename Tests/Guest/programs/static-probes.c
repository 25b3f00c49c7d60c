/* SPDX-License-Identifier: Apache-2.0 */
/* A program with static probes, as sys/sdt.h of SystemTap makes them. static-probes visit NAME AGE: guests:visit, at
 * one of two places; pay NAME SUM: guests:pay, with the sum in memory, and says what is paid; leave NAME AGE: guests:leave, which nobody probes here; listens: whether somebody listens.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "static-probe.h"

/* How many listen to guests:visit; the kernel counts. */
volatile unsigned short visit_semaphore __attribute__((section(".probes"), used));

__attribute__((noinline)) static void visit(const char *name, int age, int in_memory)
{
	volatile int ages[4] = { 0, 0, age, 0 };
	long index = 2;

	if (!visit_semaphore)
		return;
	if (in_memory)
		PROBE("visit", "visit_semaphore", "8@%0 -4@(%1,%2,4) -2@$-7", "r"(name), "r"(ages),
		      "r"(index));
	else
		PROBE("visit", "visit_semaphore", "8@%0 -4@%k1 -2@$-7", "r"(name), "r"(age));
}

__attribute__((noinline)) static int pay(const char *name, int sum)
{
	volatile int sums[2] = { 0, sum };

	PROBE("pay", "0", "8@%0 -4@4(%1) -4@%k2", "r"(name), "r"(sums), "r"(sum));
	return sums[1];
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "visit")) {
		visit(argv[2], atoi(argv[3]), 0);
	} else if (argc == 4 && !strcmp(argv[1], "visit-again")) {
		visit(argv[2], atoi(argv[3]), 1);
	} else if (argc == 4 && !strcmp(argv[1], "pay")) {
		printf("%d\n", pay(argv[2], atoi(argv[3])));
		return 0;
	} else if (argc == 4 && !strcmp(argv[1], "leave")) {
		PROBE("leave", "0", "8@%0", "r"(argv[2]));
	} else if (argc == 2 && !strcmp(argv[1], "listens")) {
		puts(visit_semaphore ? "yes" : "no");
		return 0;
	} else {
		return 2;
	}
	printf("%s\n", argv[2]);
	return 0;
}
