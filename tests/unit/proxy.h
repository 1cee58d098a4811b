/* An HTTP proxy in a process of its own: CONNECT, one client after the other; every byte that a client gave it is seen from here. */
#ifndef TESTS_UNIT_PROXY_H
#define TESTS_UNIT_PROXY_H

#include <poll.h>

#include "tests/unit/peer.h"

enum { PROXY_BYTES = 64 * 1024 };

struct proxy_seen {
	volatile int clients;
	volatile size_t len;
	char bytes[PROXY_BYTES];	/* of all clients, head and tunnel */
};

struct proxy {
	pid_t pid;
	char url[40];
	struct proxy_seen *seen;
};

static inline void proxy_keep(struct proxy_seen *seen, const char *bytes, size_t n)
{
	if (n > sizeof seen->bytes - seen->len)
		n = sizeof seen->bytes - seen->len;
	memcpy(seen->bytes + seen->len, bytes, n);
	seen->len += n;
}

/* Bytes both ways until one side ends. */
static inline void proxy_tunnel(int client, int peer, struct proxy_seen *seen)
{
	struct pollfd both[2] = { { .fd = client, .events = POLLIN }, { .fd = peer, .events = POLLIN } };
	char bytes[4096];

	while (poll(both, 2, 20000) > 0)
		for (int i = 0; i < 2; i++) {
			ssize_t n;

			if (!both[i].revents)
				continue;
			n = read(both[i].fd, bytes, sizeof bytes);
			if (n <= 0 || write(both[!i].fd, bytes, (size_t)n) != n)
				return;
			if (i == 0)
				proxy_keep(seen, bytes, (size_t)n);
		}
}

static inline void proxy_serve(int c, const char *says, struct proxy_seen *seen)
{
	static const char yes[] = "HTTP/1.1 200 Connection established\r\nRetry-After: 99\r\n\r\n";
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	char head[4096] = "";
	size_t len = 0;
	ssize_t n;
	int port, peer;

	while (len < sizeof head - 1 && !strstr(head, "\r\n\r\n") && (n = read(c, head + len, sizeof head - 1 - len)) > 0)
		head[len += (size_t)n] = '\0';
	proxy_keep(seen, head, len);
	seen->clients++;
	if (says) {
		if (write(c, says, strlen(says)) < 0)
			_exit(1);
		return;
	}
	if (sscanf(head, "CONNECT 127.0.0.1:%d HTTP/1.1\r\n", &port) != 1)
		return;
	to.sin_port = htons((uint16_t)port);
	peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(peer, (struct sockaddr *)&to, sizeof to) == 0 && write(c, yes, sizeof yes - 1) > 0)
		proxy_tunnel(c, peer, seen);
	close(peer);
}

/* says: what it answers instead of leading on; NULL: it leads. */
static inline struct proxy proxy_start(const char *says)
{
	struct proxy p = { .seen = mmap(NULL, sizeof *p.seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof at;

	assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 8) == 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	snprintf(p.url, sizeof p.url, "http://127.0.0.1:%d", ntohs(at.sin_port));
	p.pid = fork();
	assert_true(p.pid >= 0);
	if (p.pid) {
		close(fd);
		return p;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int c = accept(fd, NULL, NULL);

		if (c < 0)
			_exit(1);
		proxy_serve(c, says, p.seen);
		close(c);
	}
}

static inline void proxy_stop(struct proxy *p)
{
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	munmap(p->seen, sizeof *p->seen);
}

/* Whether a client gave it those bytes as they are. */
static inline bool proxy_saw(const struct proxy *p, const char *what)
{
	return memmem(p->seen->bytes, p->seen->len, what, strlen(what));
}

#endif
