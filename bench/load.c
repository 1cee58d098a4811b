/*
 * load [-r] [-c CONNECTIONS] [-s SECONDS | -n COUNT] [-w SECONDS] [-i MILLISECONDS] [-l FILE] http:127.0.0.1:PORT|fcgi:SOCKET URI
 *
 * Posts notifications, each fresh, one at a time a connection, over connections that are kept; to a web server, or as
 * the web server to a FastCGI responder. What is answered within the first -w seconds is not counted. With -r
 * the endToEndIds are in no order; with -i nothing is sent for so long after an answer; with -l the file gets
 * "ENDTOENDID NANOSECONDS" an answer (CLOCK_MONOTONIC). Prints
 * "n=… errors=… rate=… p50=… p99=… max=…" (a second; microseconds from the request's write to the answer's last byte).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench/lat.h"
#include "bench/notice.h"

enum { CONNECTIONS = 1024, REQUEST_MAX = 8192, REPLY_MAX = 8192, PATIENCE_MS = 10000, FCGI_HEAD = 8, FCGI_END = 3, FCGI_OUT = 6 };

struct conn {
	int fd;
	uint64_t sent;		/* when the request in hand was written; 0: none */
	size_t len;
	char id[33];		/* the notification's endToEndId */
	char reply[REPLY_MAX];
};

/* How a request is written, and how much of a reply is one: 0 until it is whole, -1 where it is none. */
struct protocol {
	const char *scheme;
	size_t (*write)(char *out, const char *uri, const char *body, size_t len);
	ptrdiff_t (*whole)(const char *in, size_t len, int *status);
};

static size_t http_write(char *out, const char *uri, const char *body, size_t len)
{
	return (size_t)snprintf(out, REQUEST_MAX,
		"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%.*s", uri, len, (int)len, body);
}

static ptrdiff_t http_whole(const char *in, size_t len, int *status)
{
	const char *end = memmem(in, len, "\r\n\r\n", 4), *size;
	size_t need;

	if (!end)
		return len == REPLY_MAX ? -1 : 0;
	if (end - in < 12 || memcmp(in, "HTTP/1.", 7))
		return -1;
	*status = atoi(in + 9);
	size = memmem(in, (size_t)(end - in), "Content-Length: ", 16);
	if (!size)
		return -1;
	need = (size_t)(end - in) + 4 + strtoul(size + 16, NULL, 10);
	return len >= need ? (ptrdiff_t)need : 0;
}

static size_t fcgi_record(char *out, int type, size_t len)
{
	const unsigned char head[FCGI_HEAD] = { 1, (unsigned char)type, 0, 1, (unsigned char)(len >> 8), (unsigned char)len, 0, 0 };

	memcpy(out, head, sizeof(head));
	return FCGI_HEAD;
}

static size_t fcgi_param(char *out, const char *name, const char *value)
{
	size_t n = strlen(name), v = strlen(value), len = 0;

	out[len++] = (char)n;	/* every name here is short */
	if (v > 127) {
		out[len++] = (char)(0x80 | v >> 24);
		out[len++] = (char)(v >> 16);
		out[len++] = (char)(v >> 8);
	}
	out[len++] = (char)v;
	memcpy(out + len, name, n);
	memcpy(out + len + n, value, v);
	return len + n + v;
}

static size_t fcgi_write(char *out, const char *uri, const char *body, size_t len)
{
	static const char *const fixed[][2] = {
		{ "REQUEST_METHOD", "POST" }, { "CONTENT_TYPE", "application/json" }, { "SCRIPT_NAME", "/pix" }, { "DOCUMENT_URI", "/pix" },
		{ "SERVER_PROTOCOL", "HTTP/1.1" }, { "GATEWAY_INTERFACE", "CGI/1.1" }, { "SERVER_SOFTWARE", "nginx" }, { "REMOTE_ADDR", "127.0.0.1" },
		{ "REMOTE_PORT", "40000" }, { "SERVER_ADDR", "127.0.0.1" }, { "SERVER_PORT", "80" }, { "SERVER_NAME", "localhost" },
		{ "HTTP_HOST", "localhost" }, { "HTTP_CONTENT_TYPE", "application/json" },
	};
	const char *query = strchr(uri, '?');
	char size[24], *params;
	size_t at;

	at = fcgi_record(out, 1, 8);
	memcpy(out + at, "\0\1\1\0\0\0\0\0", 8);	/* responder, keep the connection */
	at += 8;
	params = out + at;
	at += FCGI_HEAD;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		at += fcgi_param(out + at, fixed[i][0], fixed[i][1]);
	snprintf(size, sizeof(size), "%zu", len);
	at += fcgi_param(out + at, "CONTENT_LENGTH", size);
	at += fcgi_param(out + at, "QUERY_STRING", query ? query + 1 : "");
	at += fcgi_param(out + at, "REQUEST_URI", uri);
	fcgi_record(params, 4, (size_t)(out + at - params) - FCGI_HEAD);
	at += fcgi_record(out + at, 4, 0);
	at += fcgi_record(out + at, 5, len);
	memcpy(out + at, body, len);
	at += len;
	return at + fcgi_record(out + at, 5, 0);
}

static ptrdiff_t fcgi_whole(const char *in, size_t len, int *status)
{
	size_t at = 0;

	*status = 200;		/* what no Status says */
	while (at + FCGI_HEAD <= len) {
		const unsigned char *h = (const unsigned char *)in + at;
		size_t size = (size_t)h[4] << 8 | h[5], next = at + FCGI_HEAD + size + h[6];

		if (next > len)
			break;
		if (h[1] == FCGI_OUT && size > 11 && !memcmp(in + at + FCGI_HEAD, "Status: ", 8))
			*status = atoi(in + at + FCGI_HEAD + 8);
		if (h[1] == FCGI_END)
			return (ptrdiff_t)next;
		at = next;
	}
	return len == REPLY_MAX ? -1 : 0;
}

static const struct protocol protocols[] = {
	{ "http:", http_write, http_whole },
	{ "fcgi:", fcgi_write, fcgi_whole },
};

static const struct protocol *protocol;
static const char *place, *uri;
static struct conn conns[CONNECTIONS];
static struct lat lat;
static uint64_t serial;
static unsigned long errors;
static int poller;
static bool scattered;

static bool dial(struct conn *c)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };
	bool http = protocol->write == http_write;
	int on = 1;

	c->len = 0;
	c->fd = socket(http ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return false;
	if (http) {
		const char *port = strrchr(place, ':');

		in.sin_port = htons((uint16_t)atoi(port ? port + 1 : "0"));
		if (connect(c->fd, (struct sockaddr *)&in, sizeof(in)))
			return false;
		setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	} else {
		snprintf(un.sun_path, sizeof(un.sun_path), "%s", place);
		if (connect(c->fd, (struct sockaddr *)&un, sizeof(un)))
			return false;
	}
	return !epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &ev);
}

static bool ask(struct conn *c)
{
	char body[NOTICE_MAX], request[REQUEST_MAX];
	size_t len = notice_write(body, serial++, time(NULL), scattered);

	snprintf(c->id, sizeof(c->id), "%s", (char *)memmem(body, len, "\"E", 2) + 1);
	len = protocol->write(request, uri, body, len);
	c->len = 0;
	c->sent = lat_now();
	return send(c->fd, request, len, MSG_NOSIGNAL) == (ssize_t)len;	/* blocks, but so little always fits */
}

/* The answer is in: 1; not yet: 0; the connection is of no more use: -1. */
static int hear(struct conn *c)
{
	ssize_t got = recv(c->fd, c->reply + c->len, REPLY_MAX - c->len, MSG_DONTWAIT);
	ptrdiff_t whole;
	int status = 0;

	if (got <= 0)
		return got < 0 && errno == EAGAIN ? 0 : -1;
	c->len += (size_t)got;
	whole = protocol->whole(c->reply, c->len, &status);
	if (whole <= 0)
		return (int)whole;
	if (status != 200)
		errors++;
	return 1;
}

int main(int argc, char **argv)
{
	struct epoll_event ready[CONNECTIONS];
	unsigned long count = 0, asked = 0, open = 0, answered = 0;
	uint64_t begin, end, last;
	double seconds = 0, warm = 0;
	int connections = 1, pause_ms = 0, opt, n;
	FILE *log = NULL;

	while ((opt = getopt(argc, argv, "rc:s:n:w:i:l:")) != -1)
		switch (opt) {
		case 'r': scattered = true; break;
		case 'c': connections = atoi(optarg); break;
		case 's': seconds = atof(optarg); break;
		case 'n': count = strtoul(optarg, NULL, 10); break;
		case 'w': warm = atof(optarg); break;
		case 'i': pause_ms = atoi(optarg); break;
		case 'l':
			log = fopen(optarg, "w");
			if (!log)
				return perror(optarg), 2;
			break;
		default: return 2;
		}
	for (size_t i = 0; optind < argc && i < sizeof(protocols) / sizeof(*protocols); i++)
		if (!strncmp(argv[optind], protocols[i].scheme, 5))
			protocol = &protocols[i];
	if (argc - optind != 2 || !protocol || connections < 1 || connections > CONNECTIONS || !count == !seconds || strlen(argv[optind + 1]) > 2048)
		return fputs("usage: load [-r] [-c CONNECTIONS] [-s SECONDS | -n COUNT] [-w SECONDS] [-i MILLISECONDS] [-l FILE] http:127.0.0.1:PORT|fcgi:SOCKET URI\n",
			stderr), 2;
	place = argv[optind] + 5;
	uri = argv[optind + 1];
	serial = notice_first();
	poller = epoll_create1(EPOLL_CLOEXEC);

	begin = last = lat_now();
	end = count ? UINT64_MAX : begin + (uint64_t)((warm + seconds) * 1e9);
	for (int i = 0; i < connections && (!count || asked < count); i++, asked++, open++)
		if (!dial(&conns[i]) || !ask(&conns[i]))
			return perror(argv[optind]), 1;
	while (open && (n = epoll_wait(poller, ready, CONNECTIONS, PATIENCE_MS)) > 0) {
		for (int i = 0; i < n; i++) {
			struct conn *c = ready[i].data.ptr;
			int heard = hear(c);

			if (!heard)
				continue;
			last = lat_now();
			open--;
			if (heard < 0) {
				errors++;
				close(c->fd);
				if (errors > 1000 || !dial(c))
					return fputs("load: the server hangs up\n", stderr), 1;
			} else if (last - begin >= (uint64_t)(warm * 1e9)) {
				lat_add(&lat, last - c->sent);
				answered++;
			}
			if (log && heard > 0)
				fprintf(log, "%s %llu\n", c->id, (unsigned long long)last);
			if (last >= end || (count && asked == count))
				continue;
			if (pause_ms)
				usleep((useconds_t)pause_ms * 1000);
			if (!ask(c))
				return perror("load: send"), 1;
			asked++;
			open++;
		}
	}
	errors += open;
	printf("n=%lu errors=%lu rate=%.1f ", answered, errors, (double)answered / ((double)(last - begin) / 1e9 - warm));
	lat_print(&lat);
	putchar('\n');
	free(lat.ns);
	if (log && fclose(log))
		return perror("load: -l"), 1;
	return errors ? 1 : 0;
}
