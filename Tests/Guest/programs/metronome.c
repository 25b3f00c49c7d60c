/* SPDX-License-Identifier: Apache-2.0 */
/* metronome: copies stdin to stdout a byte at a time, each after a wait of its own: the digit N waits for
 * N seconds. A script that asks it for a pause starts no `sleep`, which would be an event of its own.
 */
#include <unistd.h>

int main(void)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) == 1) {
		if (byte >= '1' && byte <= '9')
			sleep(byte - '0');
		if (write(STDOUT_FILENO, &byte, 1) != 1)
			return 1;
	}
	return 0;
}
