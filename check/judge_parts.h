/* What the judges share: readings of what was seen, and the judges themselves. check/judge*.c alone include it. */
#ifndef CHECK_JUDGE_PARTS_H
#define CHECK_JUDGE_PARTS_H

#include "check/judge.h"

/* How one request came out, as a PSP takes it. */
enum outcome {
	OUT_UNKNOWN,	/* not tried, or it tells nothing: no connection, no answer in time, no HTTP */
	OUT_IN,		/* 2xx */
	OUT_ASIDE,	/* 3xx: neither let in nor refused */
	OUT_REFUSED,	/* an alert, or 4xx: Efí's own recipes answer 401 and 403 */
	OUT_CLOSED,	/* closed without a word: of who shows no certificate, mostly a refusal */
	OUT_BROKEN,	/* 5xx: something behind the web server is down */
};
enum outcome outcome_of(const struct reply *r);
enum { REPLY_TEXT = 256 };
const char *reply_text(const struct reply *r, char out[REPLY_TEXT]);	/* "HTTP 403", "closed without an answer" */

bool reached(const struct seen *s);				/* an address takes connections */
bool spoken(const struct seen *s);				/* and TLS is spoken there */
bool version_works(const struct seen *s, enum tls_version v);

/* Sets both and returns true. */
bool say(enum severity *severity, struct buf *seen, enum severity how, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Client certificates. */
bool mutual(const struct target *t);				/* the mode wants one of the PSP */
bool between(const struct seen *s);				/* somebody else ends TLS */
const char *between_text(const struct seen *s);
bool asked(const struct seen *s);				/* for one, in the handshake or later */
unsigned outcomes(const struct seen *s, enum who who);		/* bits 1 << enum outcome, of the TLS versions that work */
bool let_in(const struct seen *s, enum who who);		/* in one version at least */
bool anybody_in(const struct target *t, const struct seen *s);	/* with no proof of a certificate: told by client.* */
bool wants_certificate(const struct seen *s, const struct reply *r);	/* it refused for want of one */

enum right { RIGHT_UNTRIED, RIGHT_REFUSED, RIGHT_PASSED, RIGHT_UNCLEAR };
enum right right_state(const struct seen *s);

enum names { NAMES_NONE, NAMES_FIT, NAMES_ROOT, NAMES_OTHER, NAMES_FOREIGN, NAMES_UNKNOWN };
enum names names_state(const struct target *t, const struct seen *s, const struct psp_env **other);

/* What a request of the PSP tells can be judged: no certificate is needed for it, or the right one was shown and passed. */
bool may_ask(const struct target *t, const struct seen *s);
const struct reply *main_reply(const struct target *t, const struct seen *s);	/* the ping as the PSP sends it */
bool answered(const struct target *t, const struct seen *s);	/* it got an HTTP answer */
bool ping_in(const struct target *t, const struct seen *s);	/* … and that is 2xx */
bool gate_answers(const struct target *t, const struct seen *s);	/* … and no page of a shop */
bool page(const struct reply *r);				/* an HTML page or nothing at all */
bool own_refusal(const struct target *t, const struct seen *s);	/* it takes some addresses only, and said 403: perhaps to ours alone */

/* What is true of `now` and the certificate. */
bool out_of_date(const struct seen *s, int64_t now);

/* The lines that help with a finding: for the server (NULL: not recognised) and the status that came. Nothing is added where none is
 * known. */
void remedy(const char *id, const char *server, int status, struct buf *out);
struct remedy {
	const char *id, *server;	/* server NULL: any */
	int status;			/* 0: any */
	const char *lines;		/* of its configuration; NULL */
	const char *note;		/* prose: where they belong; for a status what it means; NULL */
};
extern const struct remedy remedies[];	/* ends with a row whose id is NULL */
int judged_status(const char *id, const struct seen *s);	/* of the request that the check is about; 0: none */

typedef bool judge_fn(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen);
judge_fn judge_dns_name, judge_tcp_connect, judge_tls_speaks, judge_tls_version, judge_tls_old;
judge_fn judge_cert_host, judge_cert_dates, judge_cert_chain, judge_cert_same, judge_cert_key;
judge_fn judge_client_between, judge_client_asked, judge_client_names, judge_client_none, judge_client_self, judge_client_foreign;
judge_fn judge_client_expired, judge_client_right, judge_client_same, judge_client_resumed, judge_client_crossed, judge_client_demanded;
judge_fn judge_http_speaks, judge_http_redirect, judge_http_ping, judge_http_body, judge_http_pix, judge_http_rec, judge_http_cobr;
judge_fn judge_http_glued, judge_http_slash, judge_http_event, judge_http_chunked, judge_http_http2, judge_http_large;
judge_fn judge_http_get, judge_http_elsewhere, judge_http_plain;
judge_fn judge_secret_none, judge_secret_missing, judge_secret_wrong, judge_auth_missing, judge_auth_wrong;
judge_fn judge_time_answer, judge_psp_registered, judge_psp_txid, judge_psp_account, judge_psp_uploaded;

#endif
