/* Prints free TCP ports of 127.0.0.1, one a line: port [HOW-MANY]. Found by binding, below the range that the kernel
 * hands to outgoing connections, so that no curl takes one between this check and the server's start. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST = 12000, LAST = 31999 };

static int bound(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int main(int argc, char **argv)
{
	int want = argc > 1 ? atoi(argv[1]) : 1;

	/* the sockets stay open until the end, so that no port is printed twice */
	for (int found = 0, tries = 0; found < want && tries < 100000; tries++) {
		unsigned draw, port;

		if (getrandom(&draw, sizeof draw, 0) != sizeof draw)
			return 1;
		port = FIRST + draw % (LAST - FIRST + 1);
		if (bound(port) < 0)
			continue;
		printf("%u\n", port);
		found++;
	}
	return 0;
}
