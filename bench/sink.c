/*
 * sink PORT
 *
 * A merchant's application that only says yes: takes POSTs over kept connections on 127.0.0.1 and answers each with 200 as soon as its
 * last byte is there. Prints "COUNT ENDTOENDID NANOSECONDS" a POST (CLOCK_MONOTONIC, which load's -l has, too), until it is ended.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/lat.h"

enum { CONNECTIONS = 1024, REQUEST_MAX = 65536, ID = 32, FLUSH = 500 };

struct conn {
	int fd;
	size_t len;
	char in[REQUEST_MAX + 1];
};

static const char yes[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
static unsigned long count;

/* The first text that begins with an E, whatever it is called: bodies of PSPs and of deliver alike. */
static void note(const char *body, size_t len)
{
	const char *id = memmem(body, len, "\"E", 2);

	if (!id || len - (size_t)(id - body) < ID + 2)
		id = "\"?", len = 0;
	printf("%lu %.*s %llu\n", ++count, ID, id + 1, (unsigned long long)lat_now());
}

/* Answers every request that is whole; how many bytes of them there were, -1: no HTTP, or no more room. */
static ssize_t take(struct conn *c)
{
	size_t at = 0;

	for (;;) {
		char *in = c->in + at, *end, *size;
		size_t head, body;

		c->in[c->len] = 0;
		end = strstr(in, "\r\n\r\n");
		if (!end)
			return c->len - at == REQUEST_MAX ? -1 : (ssize_t)at;
		head = (size_t)(end - in) + 4;
		*end = 0;
		size = strcasestr(in, "\r\nContent-Length:");
		body = size ? strtoul(size + 17, NULL, 10) : 0;
		*end = '\r';
		if (head + body > REQUEST_MAX)
			return -1;
		if (c->len - at < head + body)
			return (ssize_t)at;
		note(in + head, body);
		if (send(c->fd, yes, sizeof(yes) - 1, MSG_NOSIGNAL) != sizeof(yes) - 1)
			return -1;
		at += head + body;
	}
}

static void hear(struct conn *c)
{
	ssize_t got = recv(c->fd, c->in + c->len, REQUEST_MAX - c->len, MSG_DONTWAIT), done = -1;

	if (got < 0 && errno == EAGAIN)
		return;
	if (got > 0) {
		c->len += (size_t)got;
		done = take(c);
	}
	if (done < 0) {
		close(c->fd);
		free(c);
		return;
	}
	c->len -= (size_t)done;
	memmove(c->in, c->in + done, c->len);
}

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	stop = sig;
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)atoi(argc == 2 ? argv[1] : "0")) };
	struct epoll_event ready[CONNECTIONS], ev = { .events = EPOLLIN };
	struct sigaction end = { .sa_handler = on_signal };
	int on = 1, poller = epoll_create1(EPOLL_CLOEXEC), listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unsigned long told = 0;

	if (argc != 2)
		return fputs("usage: sink PORT\n", stderr), 2;
	sigaction(SIGTERM, &end, NULL);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) || listen(listener, CONNECTIONS) || epoll_ctl(poller, EPOLL_CTL_ADD, listener, &ev))
		return perror("sink"), 1;
	while (!stop) {
		/* what is printed is on its way soon, but no write stands between two requests of a full load */
		int n = epoll_wait(poller, ready, CONNECTIONS, 5);

		if (n <= 0 || count - told >= FLUSH) {
			fflush(stdout);
			told = count;
		}
		for (int i = 0; i < n; i++) {
			struct conn *c = ready[i].data.ptr;

			if (c) {
				hear(c);
				continue;
			}
			c = calloc(1, sizeof(*c));
			if (!c)
				abort();
			c->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
			if (c->fd < 0) {
				free(c);
				continue;
			}
			setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
			epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &(struct epoll_event){ .events = EPOLLIN, .data.ptr = c });
		}
	}
	return fflush(stdout) ? 1 : 0;
}
