/* SPDX-License-Identifier: Apache-2.0 */
/* sockets HOW ADDRESS PORT [SOURCE-PORT]: connects to a listener of its own (tcp), sends one datagram to itself
 * (udp), or connects to a path or an abstract name that nobody listens at (unix; '@' for abstract). Prints
 * the client's own port. A refusal is told on stderr and ends with status 10.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static socklen_t address_of(const char *text, int port, struct sockaddr_storage *to)
{
	struct sockaddr_in *four = (void *)to;
	struct sockaddr_in6 *six = (void *)to;

	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		return sizeof(*four);
	}
	if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(port);
		return sizeof(*six);
	}
	exit(2);
}

static void check(long result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "sockets: %s: %s\n", what, strerror(errno));
	exit(10);
}

static int to_path(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int client = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	if (path[0] == '@')
		address.sun_path[0] = 0;
	if (connect(client, (void *)&address,
		    offsetof(struct sockaddr_un, sun_path) + strlen(path) + (path[0] != '@')))
		return errno == ECONNREFUSED || errno == ENOENT ? 0 : 10;
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_storage server, client;
	int is_udp, one = 1, listener, caller;
	socklen_t length;

	if (argc < 3)
		return 2;
	if (!strcmp(argv[1], "unix"))
		return to_path(argv[2]);
	if (argc < 4)
		return 2;
	is_udp = !strcmp(argv[1], "udp");
	length = address_of(argv[2], atoi(argv[3]), &server);
	listener = socket(server.ss_family, is_udp ? SOCK_DGRAM : SOCK_STREAM, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	check(bind(listener, (void *)&server, length), "bind");
	if (!is_udp)
		check(listen(listener, 1), "listen");
	caller = socket(server.ss_family, is_udp ? SOCK_DGRAM : SOCK_STREAM, 0);
	setsockopt(caller, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (argc > 4) {
		address_of(argv[2], atoi(argv[4]), &client);
		check(bind(caller, (void *)&client, length), "bind");
	}
	check(connect(caller, (void *)&server, length), "connect");
	if (is_udp)
		check(write(caller, "x", 1), "write");
	getsockname(caller, (void *)&client, &length);
	printf("%d\n", ntohs(((struct sockaddr_in *)&client)->sin_port));
	return 0;
}
