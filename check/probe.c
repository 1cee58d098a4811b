#include "check/probe.h"

#include <string.h>

#include "check/probe_run.h"
#include "lib/lookup.h"

static const struct step {
	const char *name;
	void (*run)(struct run *r);
} steps[] = {
	{ "name", probe_name },
	{ "addresses", probe_addresses },
	{ "TLS versions", probe_versions },
	{ "client certificates", probe_clients },
	{ "sessions", probe_resumed },
	{ "names crossed", probe_crossed },
	{ "requests", probe_requests },
	{ "time", probe_times },
	{ "port 80", probe_plain },
};

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
		if (o->progress)
			o->progress(o->ctx, steps[i].name);
		steps[i].run(&r);
	}
	identities_free(&r.who);
	return ok;
}
