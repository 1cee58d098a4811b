/* Whether a PSP gets there: name, connection, TLS. */
#include <string.h>

#include "check/judge_parts.h"

bool judge_dns_name(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	struct ip ip;

	(void)now;
	if (!s->resolved)
		return say(severity, seen, SEVERITY_FAIL, "%s does not resolve%s%s", t->host, *s->lookup ? ": " : "", s->lookup);
	if (ip_parse(t->host, strlen(t->host), &ip))
		return say(severity, seen, SEVERITY_OK, "%s is an address", t->host);
	return say(severity, seen, SEVERITY_OK, "%s has %d address%s", t->host, s->addresses, s->addresses == 1 ? "" : "es");
}

static bool is_v4(const struct ip *ip)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(ip->byte, mapped, sizeof mapped);
}

bool judge_tcp_connect(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	const struct seen_address *bad = NULL;
	int good = 0, shut = 0, no_route = 0;
	char text[46];

	(void)now;
	if (!s->resolved)
		return false;
	for (int i = 0; i < s->addresses; i++) {
		const struct seen_address *a = &s->address[i];

		if (a->connected) {
			good++;
		} else if (a->fail == TLS_NO_ROUTE && !is_v4(&a->ip)) {
			no_route++;	/* this machine's lack, not the server's */
		} else {
			shut++;
			if (!bad)
				bad = a;
		}
	}
	if (bad)
		ip_format(&bad->ip, text);
	if (!good && bad)
		return say(severity, seen, SEVERITY_FAIL, "no address takes a connection at port %d: %s: %s", t->port, text, *bad->why ? bad->why : "refused");
	if (!good)
		return say(severity, seen, SEVERITY_FAIL, "no address of %s can be reached from this machine", t->host);
	if (bad)
		return say(severity, seen, SEVERITY_WARN, "%d of %d addresses take no connection at port %d: %s: %s", shut, s->addresses, t->port, text,
			   *bad->why ? bad->why : "refused");
	return say(severity, seen, SEVERITY_OK, "%d address%s take%s connections at port %d%s", good, good == 1 ? "" : "es", good == 1 ? "s" : "", t->port,
		   no_route ? " (IPv6 cannot be tried from this machine)" : "");
}

/* An address that takes connections and is no use: what it did in place of TLS. NULL: it speaks. */
static const char *mute(const struct seen *s, const struct seen_address *a)
{
	if (!a->connected || a->fail == TLS_AGREED || (a->fail == TLS_ALERT && s->asked))
		return NULL;
	switch (a->fail) {
	case TLS_NO_TLS: return "answers, but not in TLS (plain HTTP at that port?)";
	case TLS_TIMEOUT: return "takes the connection and does not answer in TLS";
	case TLS_CLOSED: return "closes the connection in the TLS handshake";
	default: return *a->why ? a->why : "the TLS handshake breaks";
	}
}

bool judge_tls_speaks(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	bool works = spoken(s);
	char text[46];

	(void)now;
	(void)t;
	if (!reached(s))
		return false;
	for (int i = 0; i < s->addresses; i++) {
		const struct seen_address *a = &s->address[i];
		const char *how = mute(s, a);

		/* where TLS 1.0 or 1.1 is all there is, tls.version tells; where it works at last, the look was unlucky */
		if (!how || (works && s->addresses == 1))
			continue;
		ip_format(&a->ip, text);
		return say(severity, seen, works ? SEVERITY_WARN : SEVERITY_FAIL, "%s: %s", text, how);
	}
	if (!works)
		return say(severity, seen, SEVERITY_FAIL, "the TLS handshake breaks at every version");
	return say(severity, seen, SEVERITY_OK, "TLS is spoken");
}

static const char *why_not(const struct seen_version *v)
{
	return !v->tried ? "not tried" : *v->alert ? v->alert : v->fail == TLS_TIMEOUT ? "no answer in time" : v->fail == TLS_CLOSED ? "connection closed" : "not agreed on";
}

bool judge_tls_version(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	bool strict = t->mode == MODE_BS2 || t->mode == MODE_BS2_INDIRECT;
	bool two = version_works(s, TLS_1_2), three = version_works(s, TLS_1_3);

	(void)now;
	if (!spoken(s) || (!s->version[TLS_1_2].tried && !two && !three))
		return false;
	if (two || (three && !strict))
		return say(severity, seen, SEVERITY_OK, "%s", two && three ? "TLS 1.2 and 1.3" : two ? "TLS 1.2" : "TLS 1.3");
	if (three)
		return say(severity, seen, SEVERITY_FAIL, "TLS 1.2: handshake refused, %s; TLS 1.3 works", why_not(&s->version[TLS_1_2]));
	return say(severity, seen, SEVERITY_FAIL, "TLS 1.2: handshake refused, %s; TLS 1.3: %s", why_not(&s->version[TLS_1_2]), why_not(&s->version[TLS_1_3]));
}

bool judge_tls_old(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	bool zero = s->version[TLS_1_0].agreed, one = s->version[TLS_1_1].agreed;

	(void)now;
	(void)t;
	/* where there is nothing newer, tls.version says so */
	if (!spoken(s) || !s->version[TLS_1_1].tried || (!version_works(s, TLS_1_2) && !version_works(s, TLS_1_3)))
		return false;
	if (zero || one)
		return say(severity, seen, SEVERITY_WARN, "%s still taken", zero && one ? "TLS 1.0 and 1.1 are" : zero ? "TLS 1.0 is" : "TLS 1.1 is");
	return say(severity, seen, SEVERITY_OK, "TLS 1.0 and 1.1 are refused");
}
