/* A server of tests/unit/tlspeer.h that is probed; what was sent to it can be looked through. Behind probe_scene.h. */
#ifndef TESTS_UNIT_PROBE_PEER_H
#define TESTS_UNIT_PROBE_PEER_H

#include "tests/unit/probe_scene.h"
#include "tests/unit/tlspeer.h"

static inline struct peer_manner well(void)
{
	return (struct peer_manner){
		.cert = at(PKI_SERVER_CERT), .key = at(PKI_SERVER_KEY), .clients = at(PKI_CHAIN_PRODUCTION), .names = at(PKI_CHAIN_PRODUCTION),
		.without = 403, .with = 200
	};
}

static char sent[1 << 17];	/* every request that came, each behind "CN\n"; NULs became '\1' */

/* Probes the server and stops it. The caller frees. */
static inline struct seen probed(struct peer_manner m, struct target t, const char *client_cert)
{
	struct peer p = peer_start(&m);
	struct probe_options o;
	struct err e = { 0 };
	struct seen s;
	ssize_t n;
	size_t len = 0;

	assert_true(p.port > 0);
	t.port = p.port;
	o = options_of(&t, client_cert);
	if (!probe(&t, &o, &s, &e))
		fail_msg("%s", e.text);
	kill(p.pid, SIGKILL);
	while ((n = read(p.told, sent + len, sizeof sent - 1 - len)) > 0)
		len += (size_t)n;
	for (size_t i = 0; i < len; i++)
		sent[i] = sent[i] ? sent[i] : '\1';
	sent[len] = '\0';
	peer_stop(p);
	clean_seen(&s);
	return s;
}

static inline int times(const char *text)
{
	int n = 0;

	for (const char *p = sent; (p = strstr(p, text)); p += strlen(text))
		n++;
	return n;
}

static inline void ended(const struct reply *r, enum ending end, int status)
{
	if (r->end != end || r->status != status)
		fail_msg("ended with %d, HTTP %d (%s), not %d, %d", (int)r->end, r->status, r->text, (int)end, status);
}

#endif
