/* The FastCGI wire, written from the specification (FastCGI 1.0, §3 and §5) and not with libfcgi, so that a test and
 * the gate do not share a mistake. For test programs: any failure ends the process. */
#ifndef TESTS_TOOLS_RECORD_H
#define TESTS_TOOLS_RECORD_H

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { FCGI_BEGIN = 1, FCGI_ABORT = 2, FCGI_END = 3, FCGI_PARAMS = 4, FCGI_STDIN = 5, FCGI_STDOUT = 6, FCGI_STDERR = 7 };

struct bytes {
	unsigned char *p;
	size_t len, cap;
};

static inline void die(const char *what)
{
	perror(what);
	exit(3);
}

static inline void put(struct bytes *b, const void *p, size_t len)
{
	if (len == 0)
		return;
	if (b->len + len > b->cap) {
		b->cap = (b->len + len) * 2;
		b->p = realloc(b->p, b->cap);
		if (b->p == NULL)
			die("memory");
	}
	memcpy(b->p + b->len, p, len);
	b->len += len;
}

/* One record; more than 65,535 bytes become several. An empty one ends its stream. */
static inline void put_record(struct bytes *b, int type, int id, const void *data, size_t len)
{
	const unsigned char *from = data ? data : (const void *)"";	/* an empty one may come as NULL */

	do {
		size_t now = len > 65535 ? 65535 : len;
		unsigned char head[8] = { 1, (unsigned char)type, (unsigned char)(id >> 8), (unsigned char)id, (unsigned char)(now >> 8), (unsigned char)now, 0, 0 };

		put(b, head, sizeof head);
		put(b, from, now);
		from += now;
		len -= now;
	} while (len > 0);
}

static inline void put_length(struct bytes *b, size_t n)
{
	unsigned char four[4] = { (unsigned char)(n >> 24 | 0x80), (unsigned char)(n >> 16), (unsigned char)(n >> 8), (unsigned char)n };
	unsigned char one = (unsigned char)n;

	if (n < 128)
		put(b, &one, 1);
	else
		put(b, four, 4);
}

static inline void put_pair(struct bytes *b, const char *name, const char *value)
{
	put_length(b, strlen(name));
	put_length(b, strlen(value));
	put(b, name, strlen(name));
	put(b, value, strlen(value));
}

static inline void put_begin(struct bytes *b, int id, bool keep)
{
	unsigned char body[8] = { 0, 1, keep ? 1 : 0 };

	put_record(b, FCGI_BEGIN, id, body, sizeof body);
}

static inline void put_stream(struct bytes *b, int type, int id, const void *data, size_t len)
{
	if (len > 0)
		put_record(b, type, id, data, len);
	put_record(b, type, id, NULL, 0);
}

/* "unix:PATH" or "127.0.0.1:PORT"; -1 where nobody listens. */
static inline int connect_to(const char *address)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr_in in = { .sin_family = AF_INET };
	const char *colon = strrchr(address, ':');
	int fd;

	if (strncmp(address, "unix:", 5) == 0) {
		if (strlen(address + 5) >= sizeof un.sun_path)
			exit(2);
		memcpy(un.sun_path, address + 5, strlen(address + 5) + 1);
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 && connect(fd, (struct sockaddr *)&un, sizeof un) == 0)
			return fd;
	} else {
		char host[64] = "";

		if (colon == NULL || (size_t)(colon - address) >= sizeof host)
			exit(2);
		memcpy(host, address, (size_t)(colon - address));
		in.sin_port = htons((unsigned short)atoi(colon + 1));
		if (inet_pton(AF_INET, host, &in.sin_addr) != 1)
			exit(2);
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 && connect(fd, (struct sockaddr *)&in, sizeof in) == 0)
			return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static inline int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* false: the other side has closed. */
static inline bool send_all(int fd, const void *p, size_t len)
{
	const unsigned char *from = p;

	while (len > 0) {
		ssize_t n = send(fd, from, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		from += n;
		len -= (size_t)n;
	}
	return true;
}

/* Exactly len bytes before the deadline (of now_us). */
static inline bool read_exactly(int fd, void *p, size_t len, int64_t deadline)
{
	unsigned char *to = p;

	while (len > 0) {
		struct pollfd f = { .fd = fd, .events = POLLIN };
		int64_t left = (deadline - now_us()) / 1000;
		ssize_t n;

		if (left <= 0 || poll(&f, 1, (int)left) <= 0)
			return false;
		n = recv(fd, to, len, 0);
		if (n <= 0)
			return false;
		to += n;
		len -= (size_t)n;
	}
	return true;
}

/* Reads one answer up to its END record; what the gate wrote to standard output is appended to out. false: the
 * connection ended or the time ran out before the answer was whole. */
static inline bool read_answer(int fd, struct bytes *out, int timeout_ms)
{
	int64_t deadline = now_us() + (int64_t)timeout_ms * 1000;
	unsigned char head[8], body[65535 + 255];

	for (;;) {
		size_t len;

		if (!read_exactly(fd, head, sizeof head, deadline))
			return false;
		len = (size_t)(head[4] << 8 | head[5]);
		if (!read_exactly(fd, body, len + head[6], deadline))
			return false;
		if (head[1] == FCGI_STDOUT)
			put(out, body, len);
		else if (head[1] == FCGI_END)
			return true;
	}
}

/* The status of a CGI answer: "Status: 403 …"; without one it is 200 (RFC 3875 §6.3.3). 0: no answer at all. */
static inline int status_of(const struct bytes *out)
{
	if (out->len == 0)
		return 0;
	if (out->len > 11 && memcmp(out->p, "Status: ", 8) == 0)
		return atoi((const char *)out->p + 8);
	return 200;
}

#endif
