/* One run of the probe, as its parts (probe_*.c) share it. */
#ifndef CHECK_PROBE_RUN_H
#define CHECK_PROBE_RUN_H

#include "check/identity.h"
#include "check/probe.h"
#include "lib/http.h"

/* Where patience is counted: a kind of step is left after so many timeouts, so that a server that hangs costs a few, not forty. */
enum patience { PATIENCE_ADDRESS, PATIENCE_TLS, PATIENCE_CLIENT, PATIENCE_SESSION, PATIENCE_REQUEST, PATIENCE_TIME, PATIENCES };

struct run {
	const struct target *t;
	const struct probe_options *o;
	struct seen *s;
	struct identities who;
	struct ip ip;			/* the address that all but the first step talk to */
	bool connects;			/* it takes connections */
	bool speaks;			/* it shook hands with TLS 1.2 or 1.3 */
	int timeouts[PATIENCES];
	int64_t spent_ms;		/* all that was waited for */
};

bool run_patient(const struct run *r, enum patience p);		/* it may be tried once more */
void run_count(struct run *r, enum patience p, enum ending end, int ms);	/* counts a timeout, and the time that it took */

/* The steps, in their order. None fails: what goes wrong is a fact. (probe_look.c, probe_client.c, probe_request.c, probe_plain.c) */
void probe_name(struct run *r);
void probe_addresses(struct run *r);
void probe_versions(struct run *r);
void probe_clients(struct run *r);
void probe_resumed(struct run *r);
void probe_crossed(struct run *r);
void probe_requests(struct run *r);
void probe_times(struct run *r);
void probe_plain(struct run *r);
void probe_plain_at(struct run *r, int port);	/* not 80, for tests */

/* What is sent (probe_text.c). All into b, whose ceiling is the caller's; false: it does not fit, or has no place in this target. */
extern const char probe_ping[];			/* the body of a registration's test */
bool text_event(const struct target *t, enum request what, int64_t now, struct buf *b);	/* the body of REQ_PIX … REQ_EVENT */
bool text_large(size_t len, struct buf *b);	/* JSON of len bytes that is no payment */
bool text_host(const struct target *t, struct buf *b);					/* of the Host header: port and brackets where needed */
bool text_path(const struct target *t, enum request what, const char *random, struct buf *b);	/* path and query; random: hexadecimal, 64 letters */

/* How it ended (probe_answer.c). Nothing of t's secrets is in what they fill; texts are printable. */
void told_http(const struct target *t, bool ok, const struct http_answer *a, struct reply *out);
void told_tls(const struct target *t, bool ok, const struct tls_seen *seen, const struct err *e, const char *bytes, size_t len, struct reply *out);
void told_text(const struct target *t, const char *text, size_t len, char *out, size_t size);	/* printable, cut, secrets as *** */
void told_location(const struct target *t, const char *text, size_t len, char *out, size_t size);	/* and every value of its query */

#endif
