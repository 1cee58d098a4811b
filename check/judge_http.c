/* What the PSP's requests are answered, and those that it never makes. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "check/judge_parts.h"

static bool two_hundred(const struct reply *r)
{
	return outcome_of(r) == OUT_IN;
}

static bool tried(const struct reply *r)
{
	return r->end != END_UNTRIED;
}

bool judge_http_speaks(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	const struct reply *r = main_reply(t, s);
	char text[REPLY_TEXT];

	(void)now;
	if (!spoken(s))
		return false;
	if (!may_ask(t, s)) {
		/* nobody to be let in at hand: what comes in place of a refusal still tells */
		r = s->client[WHO_NONE][1].end == END_UNTRIED ? &s->client[WHO_NONE][0] : &s->client[WHO_NONE][1];
		if (!mutual(t) || (r->end != END_NO_HTTP && r->end != END_TIMEOUT && r->end != END_STATUS))
			return false;
	}
	if (r->end == END_UNTRIED)
		return false;
	if (r->end == END_STATUS)
		return say(severity, seen, SEVERITY_OK, "HTTP is spoken");
	return say(severity, seen, SEVERITY_FAIL, "a ping: %s", reply_text(r, text));
}

bool judge_http_redirect(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	static const struct {
		enum request what;
		const char *name;
	} posts[] = { { REQ_PING, "the ping" }, { REQ_PIX, "a notification (…/pix)" }, { REQ_REC, "a notification (…/rec)" }, { REQ_COBR, "a notification (…/cobr)" },
		{ REQ_EVENT, "an event" } };
	char text[REPLY_TEXT];

	(void)now;
	if (!answered(t, s))
		return false;
	for (size_t i = 0; i < sizeof posts / sizeof *posts; i++) {
		const struct reply *r = posts[i].what == REQ_PING ? main_reply(t, s) : &s->request[posts[i].what];

		if (outcome_of(r) == OUT_ASIDE)
			return say(severity, seen, SEVERITY_FAIL, "%s is redirected: %s", posts[i].name, reply_text(r, text));
	}
	return say(severity, seen, SEVERITY_OK, "no redirect");
}

bool judge_http_ping(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	const struct reply *r = main_reply(t, s);
	char text[REPLY_TEXT];

	(void)now;
	if (!answered(t, s) || outcome_of(r) == OUT_ASIDE)
		return false;
	reply_text(r, text);
	if (two_hundred(r))
		return say(severity, seen, SEVERITY_OK, "a ping at the URL as registered: %s", text);
	if (own_refusal(t, s))
		return say(severity, seen, SEVERITY_NOTE, "%s: it takes some addresses only, and this machine's is none of them; what the PSP would get cannot be told from here", text);
	return say(severity, seen, SEVERITY_FAIL, "a ping at the URL as registered: %s%s", text,
		   r->status == 403 ? (r->body_len ? ", with the web server's own page" : ", as the gate refuses") : "");
}

bool judge_http_body(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	const struct reply *r = main_reply(t, s);
	const char *at = r->body + strspn(r->body, " \t\r\n");

	(void)now;
	if (!ping_in(t, s))
		return false;
	if (!strncmp(at, "200", 3) && !at[3 + strspn(at + 3, " \t\r\n")])
		return say(severity, seen, SEVERITY_OK, "the gate answers");
	if (!*at)
		return say(severity, seen, SEVERITY_WARN, "HTTP %d with an empty body, which is not the gate's answer", r->status);
	if (*at == '<')
		return say(severity, seen, SEVERITY_WARN, "HTTP %d with an HTML page, which is not the gate's answer", r->status);
	return say(severity, seen, SEVERITY_WARN, "HTTP %d with another body than the gate's: \"%.40s\"", r->status, at);
}

/* A notification that must be taken. A redirect of it is told by http.redirect. */
static bool judge_post(const struct target *t, const struct seen *s, enum request what, enum severity bad, const char *name, enum severity *severity, struct buf *seen)
{
	const struct reply *r = &s->request[what];
	char text[REPLY_TEXT];

	if (!gate_answers(t, s) || !tried(r) || outcome_of(r) == OUT_ASIDE)
		return false;
	return say(severity, seen, two_hundred(r) ? SEVERITY_OK : bad, "%s: %s", name, reply_text(r, text));
}

bool judge_http_pix(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	return judge_post(t, s, REQ_PIX, SEVERITY_FAIL, "a notification at the URL with /pix behind it", severity, seen);
}

bool judge_http_rec(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	return two_hundred(&s->request[REQ_PIX]) && judge_post(t, s, REQ_REC, SEVERITY_WARN, "a notification at the URL with /rec behind it", severity, seen);
}

bool judge_http_cobr(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	return two_hundred(&s->request[REQ_PIX]) && judge_post(t, s, REQ_COBR, SEVERITY_WARN, "a notification at the URL with /cobr behind it", severity, seen);
}

bool judge_http_glued(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	return two_hundred(&s->request[REQ_PIX]) && judge_post(t, s, REQ_GLUED, SEVERITY_NOTE, "/pix right behind the secret", severity, seen);
}

bool judge_http_slash(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	return two_hundred(&s->request[REQ_PIX]) && judge_post(t, s, REQ_SLASH, SEVERITY_NOTE, "the path with //pix behind it", severity, seen);
}

bool judge_http_event(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	return judge_post(t, s, REQ_EVENT, SEVERITY_FAIL, "an event at the path with its name behind it", severity, seen);
}

bool judge_http_chunked(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	return judge_post(t, s, REQ_CHUNKED, SEVERITY_WARN, "a ping in chunks, without a length", severity, seen);
}

bool judge_http_http2(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	return s->h2 && judge_post(t, s, REQ_HTTP2, SEVERITY_WARN, "HTTP/2 is offered; a ping with it", severity, seen);
}

bool judge_http_large(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	const struct reply *r = &s->request[REQ_LARGE];
	char text[REPLY_TEXT];

	(void)now;
	if (!gate_answers(t, s) || !tried(r))
		return false;
	reply_text(r, text);
	if (s->large_cut)
		return say(severity, seen, SEVERITY_OK, "a body above the limit is cut off");
	if (two_hundred(r) || r->end == END_TIMEOUT)
		return say(severity, seen, SEVERITY_WARN, "a body above the limit: %s", text);
	return say(severity, seen, SEVERITY_OK, "a body above the limit: %s", text);
}

/* Where a page answers the ping, http.body tells; it answers everything else as well. */
static bool page_everywhere(const struct target *t, const struct seen *s)
{
	return ping_in(t, s) && page(main_reply(t, s));
}

bool judge_http_get(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	const struct reply *r = &s->request[REQ_GET];
	char text[REPLY_TEXT];

	(void)now;
	if (!spoken(s) || r->end != END_STATUS || page_everywhere(t, s))
		return false;
	return say(severity, seen, two_hundred(r) ? SEVERITY_WARN : SEVERITY_OK, "GET in place of POST: %s", reply_text(r, text));
}

bool judge_http_elsewhere(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	const struct reply *r = &s->request[REQ_ELSEWHERE];
	char text[REPLY_TEXT];

	(void)now;
	if (!spoken(s) || r->end != END_STATUS || page_everywhere(t, s))
		return false;
	return say(severity, seen, two_hundred(r) ? SEVERITY_WARN : SEVERITY_OK, "a POST to a path that does not exist: %s", reply_text(r, text));
}

bool judge_http_plain(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	const struct reply *r = &s->plain;
	char text[REPLY_TEXT];

	(void)now;
	(void)t;
	if (!spoken(s) || !tried(r))
		return false;
	reply_text(r, text);
	if (two_hundred(r))
		return say(severity, seen, SEVERITY_WARN, "without TLS, at port 80, a POST is taken: %s", text);
	if (outcome_of(r) == OUT_ASIDE)
		return say(severity, seen, SEVERITY_NOTE, "without TLS, at port 80: %s", text);
	return say(severity, seen, SEVERITY_OK, "without TLS, at port 80: %s", text);
}
