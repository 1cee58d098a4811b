/* A merchant's application that speaks plain HTTP, in processes of its own, one a connection; what it was sent is seen from here. */
#ifndef TESTS_UNIT_RECEIVER_H
#define TESTS_UNIT_RECEIVER_H

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RECEIVER_BYTES = 512 * 1024, RECEIVER_REQUESTS = 4 };

struct receiver_seen {
	int connections, requests, kept;	/* changed with __atomic_… */
	char request[RECEIVER_REQUESTS][RECEIVER_BYTES];	/* the first ones: head and body, a NUL behind */
};

/* One connection, from its first byte to its last. arg is what receiver_start was given. */
typedef void receiver_fn(int fd, struct receiver_seen *seen, const void *arg);

struct receiver {
	pid_t pid;
	int port;
	struct receiver_seen *seen;
};

static inline void receiver_keep(struct receiver_seen *seen, const char *request, size_t len)
{
	int n = __atomic_fetch_add(&seen->kept, 1, __ATOMIC_SEQ_CST);

	if (n < RECEIVER_REQUESTS)
		memcpy(seen->request[n], request, len + 1);
	__atomic_fetch_add(&seen->requests, 1, __ATOMIC_SEQ_CST);
}

/* The next request, kept in seen; false: the client has gone. */
static inline bool receiver_read(int fd, struct receiver_seen *seen)
{
	static char r[RECEIVER_BYTES];	/* each connection has a process of its own */
	size_t len = 0;

	while (len < sizeof r - 1) {
		ssize_t got = read(fd, r + len, sizeof r - 1 - len);
		const char *head, *length;

		if (got <= 0)
			return false;
		len += (size_t)got;
		r[len] = '\0';
		head = strstr(r, "\r\n\r\n");
		length = strcasestr(r, "\r\nContent-Length: ");
		if (head && len >= (size_t)(head + 4 - r) + (length ? strtoul(length + 18, NULL, 10) : 0))
			break;
	}
	receiver_keep(seen, r, len);
	return true;
}

static inline bool receiver_say(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

/* Closes so that what was said arrives: over unread bytes close would be a reset. */
static inline void receiver_part(int fd)
{
	char rest[4096];

	shutdown(fd, SHUT_WR);
	while (read(fd, rest, sizeof rest) > 0)
		;
}

/* Says `arg`, a text, to every request. */
static inline void receiver_says(int fd, struct receiver_seen *seen, const void *arg)
{
	const char *text = arg;

	while (receiver_read(fd, seen) && receiver_say(fd, text, strlen(text)))
		if (strstr(text, "Connection: close"))
			break;
	receiver_part(fd);
}

#define RECEIVER_OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static inline int receiver_listen(int *port, int backlog)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof at;

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, backlog) || getsockname(fd, (struct sockaddr *)&at, &len))
		abort();
	*port = ntohs(at.sin_port);
	return fd;
}

static inline struct receiver receiver_start(receiver_fn *serve, const void *arg)
{
	struct receiver r = { .seen = mmap(NULL, sizeof *r.seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) };
	int fd = receiver_listen(&r.port, 64);

	r.pid = fork();
	if (r.pid < 0)
		abort();
	while (!r.pid) {
		int c;

		prctl(PR_SET_PDEATHSIG, SIGKILL);	/* also where a test ends early */
		signal(SIGCHLD, SIG_IGN);
		c = accept(fd, NULL, NULL);
		if (c < 0)
			_exit(1);
		__atomic_fetch_add(&r.seen->connections, 1, __ATOMIC_SEQ_CST);
		if (!fork()) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(c, r.seen, arg);
			_exit(0);
		}
		close(c);
	}
	close(fd);
	return r;
}

static inline void receiver_stop(struct receiver *r)
{
	kill(r->pid, SIGKILL);
	waitpid(r->pid, NULL, 0);
	munmap(r->seen, sizeof *r->seen);
}

#endif
