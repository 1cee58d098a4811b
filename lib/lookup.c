#include "lib/lookup.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
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
