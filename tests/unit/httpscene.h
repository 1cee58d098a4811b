/* Requests to a server by a name that nobody can look up, which is not verified. */
#ifndef TESTS_UNIT_HTTPSCENE_H
#define TESTS_UNIT_HTTPSCENE_H

#include "tests/unit/tlsscene.h"

/* To p. The caller frees answer->body. */
static inline bool sent(struct peer p, struct http_request r, struct http_answer *answer, struct err *e)
{
	char to[40];

	snprintf(to, sizeof to, "127.0.0.1:%d", p.port);
	r.url = r.url ? r.url : "https://nobody.invalid/path";
	r.connect_to = to;
	r.unverified = true;
	r.timeout_ms = r.timeout_ms ? r.timeout_ms : 9000;
	*answer = (struct http_answer){ .body = BUF(64) };
	*e = (struct err){ 0 };
	return http_send(&r, answer, e);
}

static inline void good(struct peer p, struct http_request r, struct http_answer *answer)
{
	struct err e;

	if (!sent(p, r, answer, &e))
		fail_msg("%s", e.text);
	assert_int_equal(answer->fail, HTTP_ANSWERED);
	buf_free(&answer->body);
}

static inline void bad(struct peer p, struct http_request r, enum http_fail why, const char *says)
{
	struct http_answer answer;
	struct err e;

	if (sent(p, r, &answer, &e) || answer.fail != why || !strcasestr(answer.reason, says) || !strcasestr(e.text, answer.reason))
		fail_msg("%d (%s) %s", answer.fail, answer.reason, e.text);
	assert_int_equal(answer.body.len, 0);
	buf_free(&answer.body);
}

#endif
