/* Where the host is, what TLS it speaks there, and which certificate it shows. */
#include <stdio.h>
#include <string.h>

#include "check/probe_run.h"
#include "lib/lookup.h"

void probe_name(struct run *r)
{
	struct ip list[SEEN_ADDRESSES];
	size_t count = 0;
	struct err e = { 0 };

	r->s->resolved = lookup_at(r->t->host, r->t->port, r->o->resolve, list, SEEN_ADDRESSES, &count, &e);
	if (!r->s->resolved)
		told_text(r->t, e.text, strlen(e.text), r->s->lookup, sizeof r->s->lookup);
	for (size_t i = 0; r->s->resolved && i < count; i++)
		r->s->address[r->s->addresses++].ip = list[i];
}

static void request_of(const struct run *r, const struct ip *ip, enum tls_version least, enum tls_version most, struct tls_request *q)
{
	*q = (struct tls_request){
		.address = *ip, .port = r->t->port, .name = r->t->host, .least = least, .most = most, .timeout_ms = r->o->timeout_ms,
		/* lighttpd breaks a handshake below TLS 1.2 off when h2 is offered, and would pass for refusing it */
		.alpn = most < TLS_1_2 ? "http/1.1" : "h2,http/1.1"
	};
}

/* What the first server that shook hands shows. */
static void keep_shown(struct run *r, struct tls_seen *seen)
{
	struct seen *s = r->s;
	struct err e = { 0 };

	s->h2 = !strcmp(seen->alpn, "h2");
	s->asked = seen->asked;
	s->name_count = seen->name_count;
	for (int i = 0; i < SEEN_NAMES && i < TLS_NAMES; i++) {
		s->names[i] = seen->names[i];
		seen->names[i] = NULL;
	}
	if (!certs_read(buf_str(&seen->chain), seen->chain.len, "what the server sent", &s->chain, &e)) {
		told_text(r->t, e.text, strlen(e.text), s->distrust, sizeof s->distrust);
		return;
	}
	s->for_host = cert_is_for(&s->chain.item[0], r->t->host);
	s->trusted = certs_trusted(&s->chain, r->o->cacert, r->o->now / 1000, s->distrust, sizeof s->distrust);
}

/* A server that refuses us within the handshake, for want of a certificate, has agreed on all the rest. */
static bool looked(const struct tls_request *q, struct tls_seen *seen, struct err *e)
{
	bool ok = tls_look(q, seen, e);

	if (!ok && seen->asked && seen->chain.len && seen->fail != TLS_TIMEOUT) {
		seen->fail = TLS_AGREED;
		*seen->alert = '\0';
		ok = true;
	}
	return ok;
}

static void look_at(struct run *r, struct seen_address *a)
{
	struct tls_seen seen = { 0 };
	struct cert_list list = { 0 };
	struct err e = { 0 };
	struct tls_request q;
	bool ok;

	request_of(r, &a->ip, TLS_1_2, TLS_1_3, &q);
	ok = looked(&q, &seen, &e);
	a->connected = seen.connect_ms >= 0;
	a->connect_ms = a->connected ? seen.connect_ms : 0;
	a->tls_ms = ok ? seen.handshake_ms : 0;
	a->fail = seen.fail;
	if (!ok)
		told_text(r->t, e.text, strlen(e.text), a->why, sizeof a->why);
	else if (certs_read(buf_str(&seen.chain), seen.chain.len, "", &list, NULL))
		snprintf(a->leaf, sizeof a->leaf, "%s", list.item[0].sha256);
	run_count(r, PATIENCE_ADDRESS, seen.fail == TLS_TIMEOUT ? END_TIMEOUT : END_UNTRIED, seen.took_ms);
	if (ok && !r->speaks)
		keep_shown(r, &seen);
	if (ok ? !r->speaks : a->connected && !r->connects)
		r->ip = a->ip;
	r->connects |= a->connected;
	r->speaks |= ok;
	certs_free(&list);
	tls_seen_free(&seen);
}

void probe_addresses(struct run *r)
{
	for (int i = 0; i < r->s->addresses; i++) {
		struct seen_address *a = &r->s->address[i];

		if (run_patient(r, PATIENCE_ADDRESS)) {
			look_at(r, a);
			continue;
		}
		a->fail = TLS_TIMEOUT;
		snprintf(a->why, sizeof a->why, "not tried: its other addresses took too long");
	}
	identities_make(r->t, r->s->names, r->s->name_count < SEEN_NAMES ? r->s->name_count : SEEN_NAMES, r->o->now / 1000, &r->who);
}

void probe_versions(struct run *r)
{
	for (enum tls_version v = TLS_1_0; r->connects && v < TLS_VERSIONS && run_patient(r, PATIENCE_TLS); v++) {
		struct seen_version *out = &r->s->version[v];
		struct tls_seen seen = { 0 };
		struct tls_request q;

		request_of(r, &r->ip, v, v, &q);
		out->tried = true;
		out->agreed = looked(&q, &seen, NULL);
		out->fail = seen.fail;
		told_text(r->t, seen.alert, strlen(seen.alert), out->alert, sizeof out->alert);
		run_count(r, PATIENCE_TLS, seen.fail == TLS_TIMEOUT ? END_TIMEOUT : END_UNTRIED, seen.took_ms);
		/* one that speaks nothing newer shows its certificate here alone */
		if (out->agreed && !r->speaks && !r->s->chain.count)
			keep_shown(r, &seen);
		tls_seen_free(&seen);
	}
}
