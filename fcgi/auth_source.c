/* The address that a request comes from, through the proxies that the settings trust. */
#include "fcgi/gate.h"

#include <string.h>

#include "lib/net.h"

static bool in(const struct cidr_list *list, const struct ip *ip)
{
	for (size_t i = 0; i < list->count; i++)
		if (cidr_has(&list->item[i], ip))
			return true;
	return false;
}

static bool parse(const char *text, size_t len, struct ip *ip)
{
	while (len && (*text == ' ' || *text == '\t')) {
		text++;
		len--;
	}
	while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	return ip_parse_host(text, len, ip);
}

/* From the right, where the nearest proxy wrote, to the first that is no trusted proxy; what stands further left may be
 * anybody's invention. All trusted: the left-most. */
static bool walk(const struct cidr_list *proxies, const char *list, struct ip *ip)
{
	size_t end = strlen(list);

	for (;;) {
		size_t start = end;

		while (start && list[start - 1] != ',')
			start--;
		if (!parse(list + start, end - start, ip))
			return false;
		if (!start || !in(proxies, ip))
			return true;
		end = start - 1;
	}
}

/* NULL, or what is wrong. */
static const char *find(const struct settings *s, const struct req *r, struct ip *ip)
{
	if (!parse(r->remote_addr, strlen(r->remote_addr), ip))
		return "REMOTE_ADDR is no address";
	if (!in(&s->trusted_proxies, ip) || !*r->forwarded)
		return NULL;
	if (s->proxy_header == PROXY_CF_CONNECTING_IP)
		return parse(r->forwarded, strlen(r->forwarded), ip) ? NULL : "CF-Connecting-IP is no address";
	return walk(&s->trusted_proxies, r->forwarded, ip) ? NULL : "X-Forwarded-For is no list of addresses";
}

enum proof auth_source(const struct gate *g, const struct door *d, const struct req *r, const struct route *route, int64_t now, struct verdict *v)
{
	struct ip ip;
	const char *wrong = find(g->settings, r, &ip);

	(void)route, (void)now;
	v->remote[0] = '\0';
	if (!wrong)
		ip_format(&ip, v->remote);	/* for the log, asked for or not */
	if (!d->hook->sources.count)
		return PROOF_ABSENT;
	if (!wrong && in(&d->hook->sources, &ip))
		return PROOF_GOOD;
	if (!wrong)
		wrong = in(&g->settings->trusted_proxies, &ip) ? "a trusted proxy passes no address in the header that proxy_header names" : "not in sources";
	v->detail = wrong;
	return PROOF_BAD;
}
