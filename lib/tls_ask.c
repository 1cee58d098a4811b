/* A look that goes on: bytes are sent, and what comes back is read, refusals and sessions among it. */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "lib/mem.h"
#include "lib/tls_inside.h"

/*
 * A TLS 1.3 server judges our certificate after the handshake and says so, or gives a session. What we sent before it had said so would
 * be unread when it hangs up: the connection is reset then, and the alert lost. So it has the time of two round trips to speak first.
 */
static void hear(struct look *l)
{
	int64_t until = l->until, soon = tls_clock() + 50 + 2 * l->seen->handshake_ms;
	char byte;

	l->until = soon < until ? soon : until;
	if (l->seen->version == TLS_1_3 && tls_more(l, NULL))
		SSL_peek(l->ssl, &byte, 1);
	l->until = until;
}

/* What was read before a failure stays: a server that answers and then breaks off has answered. */
static bool read_on(struct look *l, struct buf *answer, struct err *e)
{
	char bytes[4096];

	while (answer->len < answer->max) {
		size_t room = answer->max - answer->len, n = 0;
		int rc = SSL_read_ex(l->ssl, bytes, room < sizeof bytes ? room : sizeof bytes, &n), why = SSL_get_error(l->ssl, rc);

		if (rc == 1) {
			buf_add(answer, bytes, n);
			continue;
		}
		if (*l->seen->alert) {
			l->seen->fail = TLS_ALERT;
			return fail(e, ERR_NET, "it ended the TLS connection after the handshake: alert \"%s\"", l->seen->alert);
		}
		if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
			l->seen->closed = true;
			break;
		}
		if (!tls_flush(l, NULL) || !tls_more(l, NULL)) {
			l->seen->closed = l->seen->fail != TLS_TIMEOUT;
			break;
		}
	}
	l->seen->fail = TLS_AGREED;
	return true;
}

bool tls_ask(const struct tls_request *r, const char *bytes, size_t len, struct tls_seen *seen, struct buf *answer, struct tls_session **session, struct err *e)
{
	struct look l = { .r = r, .seen = seen, .fd = -1, .until = tls_clock() + r->timeout_ms, .most = TLS_MOST };
	enum tls_fail how;
	size_t n;
	bool ok;

	if (session)
		*session = NULL;
	ok = tls_open(&l, e);
	if (ok) {
		l.until = tls_clock() + r->timeout_ms;
		l.most = l.taken + TLS_MOST + 2 * answer->max;
		hear(&l);
		if (!*seen->alert && len && SSL_write_ex(l.ssl, bytes, len, &n) != 1)	/* into memory: all of it, at once */
			ok = tls_bad(&l, TLS_BROKEN, e, "OpenSSL has no memory");
		else {
			tls_flush(&l, NULL);	/* who does not take it all may have said why */
			ok = read_on(&l, answer, e);
		}
	}
	if (ok && session && l.session) {
		*session = xcalloc(1, sizeof **session);
		(*session)->is = l.session;
		l.session = NULL;
	}
	how = seen->fail;
	tls_close(&l);
	seen->fail = how;
	return ok;
}

void tls_session_free(struct tls_session *s)
{
	if (s)
		SSL_SESSION_free(s->is);
	free(s);
}
