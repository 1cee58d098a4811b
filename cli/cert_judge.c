/* What BS2 would stumble over. Pure. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/cert.h"
#include "cli/chain.h"

enum { DAY = 24 * 3600, SOON = 14 };	/* days before its end that a certificate is told of */

void find(struct findings *f, enum weight weight, const char *fmt, ...)
{
	va_list ap;

	if (f->count == FINDINGS)
		return;
	va_start(ap, fmt);
	vsnprintf(f->item[f->count].text, sizeof f->item[0].text, fmt, ap);
	va_end(ap);
	f->item[f->count++].weight = weight;
	if (weight > f->worst)
		f->worst = weight;
}

int64_t days_left(const struct cert *c, int64_t now)
{
	int64_t left = c->until - now;

	return left >= 0 ? left / DAY : -(-left / DAY) - 1;
}

void judge_cert(const struct cert *c, const char *host, int64_t now, struct findings *f)
{
	char day[DAY_TEXT];
	int64_t left = days_left(c, now);

	if (c->ca)
		find(f, STOPS, "this is a CA's certificate (%.150s), not the server's own", c->subject);
	if (!cert_is_for(c, host))
		find(f, STOPS, "the certificate is not for %.120s but for %.200s", host, *c->names ? c->names : "no host name at all");
	if (!c->server)
		find(f, STOPS, "the certificate is not meant for servers (its extended key usage)");
	if (now < c->from) {
		day_text(c->from, day);
		find(f, STOPS, "the certificate is not valid before %s; is this machine's clock right?", day);
	}
	day_text(c->until, day);
	if (now > c->until)
		find(f, NEVER, "the certificate has expired on %s: renew it first", day);
	else if (left < SOON)
		find(f, SAYS, "the certificate expires on %s, in %" PRId64 " day%s: renew it, and upload the new one then", day, left, left == 1 ? "" : "s");
}

static void judge_address(const struct host *h, const struct served *s, bool others, struct findings *f)
{
	char day[DAY_TEXT];

	if (s->list.count && !others) {
		day_text(s->list.item->until, day);
		find(f, NEVER, "%s serves the certificate SHA-256 %.16s…, until %s", s->address, s->list.item->sha256, day);
	}
	if (s->list.count && s->seen.version == TLS_1_3)
		find(f, STOPS, "%s speaks TLS 1.3 alone: BS2 speaks TLS 1.2 and would not get through; allow TLS 1.2 in the web server", s->address);
	if (s->list.count)
		return;
	if (s->seen.fail == TLS_NO_ROUTE || s->seen.fail == TLS_NO_CONNECTION || s->seen.fail == TLS_TIMEOUT)
		find(f, SAYS, "%s, port %d: not reachable from here: %.150s", s->address, h->port, s->why);
	else
		find(f, STOPS, "%s, port %d: no TLS 1.2 with it: %.150s", s->address, h->port, s->why);
}

void judge_host(const struct host *h, struct findings *f)
{
	bool agrees = host_agrees(h);

	if (!agrees)
		find(f, NEVER, "the addresses of %.120s do not serve the same certificate: whichever is uploaded, BS2 would not trust some of them", h->name);
	for (size_t i = 0; i < h->count; i++)
		judge_address(h, &h->item[i], agrees, f);
}

bool renewed_covers(const char *domains, const char *host)
{
	size_t len;

	for (; *domains; domains += len) {
		const char *name = domains += strspn(domains, " \t\n");
		const char *of = host;

		len = strcspn(name, " \t\n");
		if (len > 2 && name[0] == '*' && name[1] == '.') {
			of = strchr(host, '.');
			if (!of || of == host)
				continue;
			if (strlen(of) == len - 1 && strncasecmp(of, name + 1, len - 1) == 0)
				return true;
		} else if (len && strlen(of) == len && strncasecmp(of, name, len) == 0) {
			return true;
		}
	}
	return false;
}
