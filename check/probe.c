#include "check/probe.h"

#include <string.h>

#include "check/probe_run.h"
#include "lib/lookup.h"

static const struct step {
	const char *name;
	void (*run)(struct run *r);
	bool tells;		/* sends the URL as registered */
} steps[] = {
	{ "name", probe_name, false },
	{ "addresses", probe_addresses, false },
	{ "TLS versions", probe_versions, false },
	{ "client certificates", probe_clients, true },
	{ "sessions", probe_resumed, true },
	{ "names crossed", probe_crossed, true },
	{ "requests", probe_requests, true },
	{ "time", probe_times, true },
	{ "port 80", probe_plain, false },
};

/* The PSP hangs up on a server that cannot prove itself. A check that went on would hand the secret to whoever answers there. */
static bool withhold(const struct target *t, const struct seen *s)
{
	return s->chain.count && !(s->trusted && s->for_host) && (*t->secret || *t->query || *t->authorization);
}

/* After so many timeouts a kind of step is left; after so many in sum, be they of a server that answers just in time, all of them. */
enum { ENOUGH = 20 };
static const int most[PATIENCES] = {
	[PATIENCE_ADDRESS] = 4, [PATIENCE_TLS] = 2, [PATIENCE_CLIENT] = 4, [PATIENCE_SESSION] = 2, [PATIENCE_REQUEST] = 3, [PATIENCE_TIME] = 2
};

bool run_patient(const struct run *r, enum patience p)
{
	return r->timeouts[p] < most[p] && r->spent_ms < (int64_t)ENOUGH * r->o->timeout_ms;
}

void run_count(struct run *r, enum patience p, enum ending end, int ms)
{
	r->spent_ms += ms;
	r->timeouts[p] += end == END_TIMEOUT;
}

static bool options_ok(const struct probe_options *o, struct run *r, struct err *e)
{
	struct cert_list list = { 0 };
	struct ip ip[SEEN_ADDRESSES];
	bool applies;
	size_t n;

	if (o->resolve && !lookup_resolve(o->resolve, NULL, 0, ip, SEEN_ADDRESSES, &n, &applies, e))
		return false;
	if (o->cacert && !certs_load(o->cacert, &list, e))
		return false;
	certs_free(&list);
	return !o->client_cert || identity_read(o->client_cert, &r->who.pem[WHO_RIGHT], e);
}

bool probe(const struct target *t, const struct probe_options *o, struct seen *s, struct err *e)
{
	struct run r = { .t = t, .o = o, .s = s };
	bool ok = options_ok(o, &r, e);

	memset(s, 0, sizeof *s);
	for (size_t i = 0; ok && i < sizeof steps / sizeof *steps; i++) {
		s->withheld = withhold(t, s);
		if (s->withheld && steps[i].tells)
			continue;
		if (o->progress)
			o->progress(o->ctx, steps[i].name);
		steps[i].run(&r);
	}
	identities_free(&r.who);
	return ok;
}
