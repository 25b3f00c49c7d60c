/* SPDX-License-Identifier: Apache-2.0 */
/* datagram-pair PORT [release]: waits at a UDP port of the loopback for a datagram that a child sends, so that it arrives
 * in the child's time. With `release` it sets SO_REUSEADDR on the waiting socket first. Prints the child's id.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int receiver = socket(AF_INET, SOCK_DGRAM, 0), one = 1, status = 0;
	char byte;
	pid_t child;

	if (argc < 2)
		return 2;
	address.sin_port = htons(atoi(argv[1]));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(receiver, (void *)&address, sizeof(address)))
		return 1;
	if (argc > 2)
		setsockopt(receiver, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	child = fork();
	if (!child) {
		int sender = socket(AF_INET, SOCK_DGRAM, 0);

		return sendto(sender, "x", 1, 0, (void *)&address, sizeof(address)) != 1;
	}
	if (child < 0 || read(receiver, &byte, 1) != 1 || waitpid(child, &status, 0) != child)
		return 1;
	printf("%d\n", child);
	return status;
}
