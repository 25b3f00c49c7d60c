/* SPDX-License-Identifier: Apache-2.0 */
/* print-datagram PORT: waits at a UDP port of the loopback and prints the first datagram that comes. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int receiver = socket(AF_INET, SOCK_DGRAM, 0);
	char bytes[2048];
	ssize_t length;

	if (argc != 2)
		return 2;
	address.sin_port = htons(atoi(argv[1]));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(receiver, (void *)&address, sizeof(address)))
		return 1;
	length = read(receiver, bytes, sizeof(bytes));
	return length < 0 || write(STDOUT_FILENO, bytes, length) != length;
}
