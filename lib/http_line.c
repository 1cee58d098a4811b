/* The connections of requests: one for each, or one that is kept; to anywhere, or to this machine alone. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/http_inside.h"
#include "lib/mem.h"

struct http_line {
	CURL *h;	/* has nothing of a request between two of them, but connections, TLS sessions and names looked up */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool started;

/* curl_easy_init would do it too, but not for two threads at a time before libcurl 7.84. */
static void start(void)
{
	started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static CURL *handle(void)
{
	return pthread_once(&once, start) || !started ? NULL : curl_easy_init();
}

struct http_line *http_line_new(void)
{
	struct http_line *line;
	CURL *h = handle();

	if (!h)
		return NULL;
	line = xmalloc(sizeof *line);
	line->h = h;
	return line;
}

void http_line_free(struct http_line *line)
{
	if (!line)
		return;
	curl_easy_cleanup(line->h);
	free(line);
}

bool http_take(struct http_try *t)
{
	t->h = t->r->line ? t->r->line->h : handle();
	return t->h;
}

void http_give_back(struct http_try *t)
{
	if (t->r->line)
		curl_easy_reset(t->h);	/* it borrowed what ends with the request */
	else
		curl_easy_cleanup(t->h);
}

static bool is_here(const struct curl_sockaddr *a)
{
	struct sockaddr_in6 six;
	struct sockaddr_in four;

	if (a->family == AF_INET && a->addrlen >= sizeof four) {
		memcpy(&four, &a->addr, sizeof four);
		return ntohl(four.sin_addr.s_addr) >> 24 == 127;
	}
	if (a->family == AF_INET6 && a->addrlen >= sizeof six) {
		memcpy(&six, &a->addr, sizeof six);
		return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
	}
	return false;
}

static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	(void)arg;
	(void)purpose;
	return is_here(a) ? socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol) : CURL_SOCKET_BAD;
}

bool http_stay_here(CURL *h)
{
	return curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, on_socket) == CURLE_OK;
}
