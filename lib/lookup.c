#include "lib/lookup.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

static bool address(const struct addrinfo *a, struct ip *ip)
{
	*ip = (struct ip){ { [10] = 0xff, [11] = 0xff } };
	if (a->ai_family == AF_INET && a->ai_addrlen >= sizeof(struct sockaddr_in))
		memcpy(ip->byte + 12, (const char *)a->ai_addr + offsetof(struct sockaddr_in, sin_addr), 4);
	else if (a->ai_family == AF_INET6 && a->ai_addrlen >= sizeof(struct sockaddr_in6))
		memcpy(ip->byte, (const char *)a->ai_addr + offsetof(struct sockaddr_in6, sin6_addr), 16);
	else
		return false;
	return true;
}

bool lookup(const char *host, struct ip *list, size_t most, size_t *count, struct err *e)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	int rc = getaddrinfo(host, NULL, &hints, &found);
	size_t n = 0;

	if (rc)
		return fail(e, ERR_NET, "%s: no address: %s", host, rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc));
	for (const struct addrinfo *a = found; a && n < most; a = a->ai_next) {
		size_t i = 0;

		if (!address(a, &list[n]))
			continue;
		while (i < n && memcmp(&list[i], &list[n], sizeof *list))
			i++;
		n += i == n;
	}
	freeaddrinfo(found);
	if (!n)
		return fail(e, ERR_NET, "%s: no address", host);
	*count = n;
	return true;
}

static bool bad_resolve(const char *text, struct err *e)
{
	return fail(e, ERR_USAGE, "--resolve: '%.200s' is not HOST:PORT:ADDRESS[,ADDRESS…], as in pix.example.com:443:192.0.2.7", text);
}

/* HOST: or [HOST]: at the beginning; what stands behind it, or NULL. */
static const char *read_host(const char *text, const char **host, size_t *len)
{
	size_t bracket = *text == '[';
	const char *end = bracket ? strchr(text, ']') : text + strcspn(text, ":");

	if (!end || end == text + bracket || end[bracket] != ':')
		return NULL;
	*host = text + bracket;
	*len = (size_t)(end - *host);
	return end + bracket + 1;
}

/* PORT: at the beginning; what stands behind it, or NULL. */
static const char *read_port(const char *text, int *port)
{
	size_t len = strspn(text, "0123456789");

	if (!len || len > 5 || text[len] != ':')
		return NULL;
	*port = atoi(text);
	return *port >= 1 && *port <= 65535 ? text + len + 1 : NULL;
}

bool lookup_resolve(const char *resolve, const char *host, int port, struct ip *list, size_t most, size_t *count, bool *applies, struct err *e)
{
	const char *name = NULL, *p;
	size_t len = 0, n = 0;
	int of_port = 0;
	struct ip ip;
	bool ours;

	p = read_host(resolve, &name, &len);
	p = p ? read_port(p, &of_port) : NULL;
	if (!p)
		return bad_resolve(resolve, e);
	ours = host && of_port == port && strlen(host) == len && !strncasecmp(host, name, len);
	for (;; p++) {
		size_t one = strcspn(p, ","), cut = *p == '[' && one > 1 && p[one - 1] == ']';

		if (!ip_parse(p + cut, one - 2 * cut, &ip))
			return bad_resolve(resolve, e);
		if (n == most)
			return fail(e, ERR_USAGE, "--resolve: more than %zu addresses", most);
		if (ours)
			list[n] = ip;
		n++;
		p += one;
		if (!*p)
			break;
	}
	*applies = ours;
	if (ours)
		*count = n;
	return true;
}

bool lookup_at(const char *host, int port, const char *resolve, struct ip *list, size_t most, size_t *count, struct err *e)
{
	bool applies = false;

	if (resolve && !lookup_resolve(resolve, host, port, list, most, count, &applies, e))
		return false;
	return applies || lookup(host, list, most, count, e);
}
