/* Who is let in: a ping by each client, in each TLS version, asked by hand, so that the end of it is seen as it was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/probe_run.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/secret.h"

enum { ANSWER = 16 * 1024 };	/* of which the head is read, and the beginning of the body */

static const enum tls_version versions[] = { TLS_1_2, TLS_1_3 };
enum { BOTH = sizeof versions / sizeof *versions };

/* The whole request of a ping, as registered. */
static bool ping(const struct target *t, struct buf *b)
{
	return buf_puts(b, "POST ") && text_path(t, REQ_PING, "", b) && buf_puts(b, " HTTP/1.1\r\nHost: ") && text_host(t, b) &&
	       buf_puts(b, "\r\nUser-Agent: pixgate/" VERSION "\r\nAccept: */*\r\nContent-Type: application/json;charset=utf-8\r\n") &&
	       (!*t->authorization || buf_putf(b, "Authorization: %s\r\n", t->authorization)) &&
	       buf_putf(b, "Content-Length: %zu\r\nConnection: close\r\n\r\n%s", strlen(probe_ping), probe_ping);
}

/* name: of SNI. session: what it gives to resume with, NULL where not wanted. */
static void ask(struct run *r, const char *name, enum tls_version least, enum tls_version most, const char *identity, const struct tls_session *resume,
	enum patience p, struct tls_session **session, struct reply *out)
{
	const struct tls_request q = {
		.address = r->ip, .port = r->t->port, .name = name, .least = least, .most = most, .timeout_ms = r->o->timeout_ms,
		.identity = identity, .resume = resume
	};
	struct buf bytes = BUF(LIMIT_API_URL + 4096), answer = BUF(ANSWER);
	struct tls_seen seen = { 0 };
	struct err e = { 0 };
	bool ok;

	if (ping(r->t, &bytes)) {
		ok = tls_ask(&q, bytes.data, bytes.len, &seen, &answer, session, &e);
		told_tls(r->t, ok, &seen, &e, buf_str(&answer), answer.len, out);
		/* an answer whose connection stays open cost all the time too */
		run_count(r, p, ok && !seen.closed && answer.len < answer.max ? END_TIMEOUT : out->end, seen.took_ms);
	}
	if (bytes.data)
		secret_wipe(bytes.data, bytes.len);
	buf_free(&bytes);
	buf_free(&answer);
	tls_seen_free(&seen);
}

void probe_clients(struct run *r)
{
	/* the right one first: it says most, if patience ends */
	static const enum who order[] = { WHO_RIGHT, WHO_NONE, WHO_SELF, WHO_FOREIGN, WHO_EXPIRED };
	bool shown = r->t->mode != MODE_BS2 && r->t->mode != MODE_BS2_INDIRECT;	/* BS2 shows none */

	for (size_t i = 0; r->speaks && i < WHOS; i++) {
		enum who who = order[i];

		if (who != WHO_NONE && (!shown || !r->who.pem[who]))
			continue;
		for (int v = 0; v < BOTH; v++)
			if (r->s->version[versions[v]].agreed && run_patient(r, PATIENCE_CLIENT))
				ask(r, r->t->host, versions[v], versions[v], r->who.pem[who], NULL, PATIENCE_CLIENT, NULL, &r->s->client[who][v]);
	}
}

/* How bad it is: let in on a session resumed; let in; any other end; nothing. */
static int badness(const struct reply *a)
{
	bool in = a->end == END_STATUS && a->status >= 200 && a->status <= 299;

	return in ? 2 + a->resumed : a->end != END_UNTRIED;
}

/* Another of the leaf's names, where it is not the host's: "*" becomes a label. The caller frees; NULL: it has none. */
static char *other_name(const struct run *r)
{
	const char *p = r->s->chain.count ? r->s->chain.item[0].names : "";
	struct buf b = BUF(300);
	char *name = NULL;
	struct ip ip;

	while (*p && !name) {
		size_t len = strcspn(p, " ");

		buf_reset(&b);
		if (buf_puts(&b, *p == '*' ? "pixgate-check" : "") && buf_add(&b, p + (*p == '*'), len - (*p == '*')) && b.len < 254 &&
		    !ip_parse(buf_str(&b), b.len, &ip) && strcasecmp(buf_str(&b), r->t->host) != 0)
			name = xstrdup(buf_str(&b));
		p += len + (p[len] == ' ');
	}
	buf_free(&b);
	return name;
}

/*
 * A session that was begun by somebody who is not let in (without a certificate, at this name or at another; with one that nobody
 * vouches for), resumed without one. Who had the right certificate may resume: that says nothing of others.
 */
void probe_resumed(struct run *r)
{
	char *other = other_name(r);
	const struct {
		const char *name, *identity;
	} begin[] = { { r->t->host, NULL }, { r->t->host, r->who.pem[WHO_FOREIGN] }, { other, NULL } };

	for (size_t i = 0; r->speaks && i < sizeof begin / sizeof *begin; i++) {
		for (int v = 0; v < BOTH; v++) {
			struct tls_session *session = NULL;
			struct reply first = { 0 }, again = { 0 };

			if ((i && !begin[i].identity && !other) || (i == 1 && !begin[i].identity) || !r->s->version[versions[v]].agreed)
				continue;
			if (run_patient(r, PATIENCE_SESSION))
				ask(r, begin[i].name, versions[v], versions[v], begin[i].identity, NULL, PATIENCE_SESSION, &session, &first);
			if (session && run_patient(r, PATIENCE_SESSION))
				ask(r, r->t->host, versions[v], versions[v], NULL, session, PATIENCE_SESSION, NULL, &again);
			if (badness(&again) > badness(&r->s->resumed))
				r->s->resumed = again;
			tls_session_free(session);
		}
	}
	free(other);
}

void probe_crossed(struct run *r)
{
	char *other = other_name(r);

	r->s->crossed_other = other != NULL;
	if (other && r->speaks && run_patient(r, PATIENCE_SESSION))
		ask(r, other, TLS_1_2, TLS_1_3, NULL, NULL, PATIENCE_SESSION, NULL, &r->s->crossed);
	free(other);
}
