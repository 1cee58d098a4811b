/* The certificate that the server shows. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check/judge_parts.h"
#include "lib/when.h"

enum { DAY = 24 * 3600, SOON = 14 };	/* days before its end that a certificate is told of */

static void day_of(int64_t seconds, char out[WHEN_TEXT])
{
	when_format(seconds * 1000, out);
	out[10 < strlen(out) ? 10 : strlen(out)] = '\0';
}

/* Why what follows is not looked at. */
static const char *held(const struct seen *s)
{
	return s->withheld ? "; what holds the secret was not sent to it (--cacert FILE names a CA to trust)" : "";
}

bool judge_cert_host(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	const struct cert *c = s->chain.item;

	(void)now;
	if (!s->chain.count)
		return false;
	if (!s->for_host)
		return say(severity, seen, SEVERITY_FAIL, "the certificate is not for %s but for %.200s%s", t->host, *c->names ? c->names : "no host name at all",
			   held(s));
	return say(severity, seen, SEVERITY_OK, "the certificate is for %s", t->host);
}

bool judge_cert_dates(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	const struct cert *c = s->chain.item;
	char day[WHEN_TEXT];
	int64_t left;

	(void)t;
	if (!s->chain.count)
		return false;
	if (now < c->from) {
		day_of(c->from, day);
		return say(severity, seen, SEVERITY_FAIL, "the certificate is not valid before %s; is this machine's clock right?", day);
	}
	day_of(c->until, day);
	if (now > c->until)
		return say(severity, seen, SEVERITY_FAIL, "the certificate has expired on %s", day);
	left = (c->until - now) / DAY;
	if (left < SOON)
		return say(severity, seen, SEVERITY_WARN, "the certificate expires on %s, in %" PRId64 " day%s", day, left, left == 1 ? "" : "s");
	return say(severity, seen, SEVERITY_OK, "the certificate is valid until %s", day);
}

bool judge_cert_chain(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	bool uploaded = t->mode == MODE_BS2 || t->mode == MODE_BS2_INDIRECT;
	enum severity bad = uploaded ? SEVERITY_NOTE : SEVERITY_FAIL;
	const struct cert *c = s->chain.item;

	if (!s->chain.count || out_of_date(s, now))
		return false;
	if (s->trusted)
		return say(severity, seen, SEVERITY_OK, "it chains to a CA that is known here (%zu certificate%s sent)", s->chain.count, s->chain.count == 1 ? "" : "s");
	if (c->self_issued)
		return say(severity, seen, bad, "the certificate is self-signed: no CA vouches for it%s", held(s));
	if (s->chain.count == 1)
		return say(severity, seen, bad, "only the leaf was sent, without the intermediate of %.150s%s", c->issuer_cn && *c->issuer_cn ? c->issuer_cn : c->issuer,
			   held(s));
	return say(severity, seen, bad, "it does not chain to a CA that is known here%s%s%s", *s->distrust ? ": " : "", s->distrust, held(s));
}

bool judge_cert_same(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	bool uploaded = t->mode == MODE_BS2 || t->mode == MODE_BS2_INDIRECT;
	const struct seen_address *first = NULL;
	int same = 0;

	(void)now;
	for (int i = 0; i < s->addresses; i++) {
		const struct seen_address *a = &s->address[i];
		char one[46], two[46];

		if (!*a->leaf)
			continue;
		if (!first)
			first = a;
		same++;
		if (!strcmp(first->leaf, a->leaf))
			continue;
		ip_format(&first->ip, one);
		ip_format(&a->ip, two);
		return say(severity, seen, uploaded ? SEVERITY_FAIL : SEVERITY_WARN, "%s and %s serve different certificates (SHA-256 %.16s and %.16s)", one, two,
			   first->leaf, a->leaf);
	}
	if (!first)
		return false;
	return say(severity, seen, SEVERITY_OK, same == 1 ? "one address serves it" : "all %d addresses serve the same certificate", same);
}

bool judge_cert_key(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	static const char *const taken[] = { "EC P-256", "EC P-384", "EC P-521", NULL };
	const char *key;

	(void)now;
	(void)t;
	if (!s->chain.count)
		return false;
	key = s->chain.item->key;
	if (!strncasecmp(key, "RSA", 3)) {
		long bits = strtol(strchr(key, ' ') ? strchr(key, ' ') : "0", NULL, 10);

		if (bits < 2048)
			return say(severity, seen, SEVERITY_WARN, "its key is %s: too short", key);
		return say(severity, seen, SEVERITY_OK, "its key is %s", key);
	}
	for (const char *const *k = taken; *k; k++)
		if (!strcmp(key, *k))
			return say(severity, seen, SEVERITY_OK, "its key is %s", key);
	return say(severity, seen, SEVERITY_WARN, "its key is %s, which many TLS clients do not take", key);
}
