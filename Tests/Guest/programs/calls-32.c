/* SPDX-License-Identifier: Apache-2.0 */
/* flags: -m32 -nostdlib -ffreestanding -fno-pic -fno-stack-protector */
/* System calls of a 32-bit program. calls-32 open PATH; seek OFFSET-OF-TWO: lseek(2) of file 77 to -2; write TEXT and
 * parts TEXT TEXT: to its standard output; priority: getpriority(2) of -5, which nobody has.
 */

#define OPEN 5 /* arch/x86/entry/syscalls/syscall_32.tbl */
#define WRITE 4
#define SEEK 19
#define PRIORITY 96
#define PARTS 146
#define EXIT 1

static long call(long number, long a, long b, long c)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(a), "c"(b), "d"(c)
			 : "memory");
	return result;
}

static int length(const char *text)
{
	int bytes = 0;

	while (text[bytes])
		bytes++;
	return bytes;
}

__attribute__((used)) static void run(long *stack)
{
	long count = stack[0];
	char **words = (char **)(stack + 1);
	long result = -1;

	if (count == 3 && words[1][0] == 'o')
		result = call(OPEN, (long)words[2], 0, 0);
	else if (count == 2 && words[1][0] == 's')
		result = call(SEEK, 77, -2, 1);
	else if (count == 3 && words[1][0] == 'w')
		result = call(WRITE, 1, (long)words[2], length(words[2]));
	else if (count == 2 && words[1][0] == 'p')
		result = call(PRIORITY, 0, -5, 0);
	else if (count == 4 && words[1][0] == 'p') {
		long vector[4] = { (long)words[2], length(words[2]), (long)words[3],
				   length(words[3]) };

		result = call(PARTS, 1, (long)vector, 2);
	}
	call(EXIT, result < 0 ? -result & 0x7f : 0, 0, 0);
}

__asm__(".globl _start\n_start: mov %esp, %eax\n and $-16, %esp\n sub $12, %esp\n push %eax\n call "
	"run\n");
