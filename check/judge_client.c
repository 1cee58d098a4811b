/* Client certificates: who is let in, and who is not. What one of these checks tells, those below it do not repeat. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "check/judge_parts.h"

/* "TLS 1.2: HTTP 200; TLS 1.3: refused by TLS: …", or once where both are alike. */
static const char *both_text(const struct seen *s, enum who who, char out[2 * REPLY_TEXT + 32])
{
	char two[REPLY_TEXT], three[REPLY_TEXT];
	const struct reply *a = &s->client[who][0], *b = &s->client[who][1];

	reply_text(a, two);
	reply_text(b, three);
	if (a->end == END_UNTRIED || b->end == END_UNTRIED)
		snprintf(out, 2 * REPLY_TEXT + 32, "%s", a->end == END_UNTRIED ? three : two);
	else if (!strcmp(two, three))
		snprintf(out, 2 * REPLY_TEXT + 32, "%s", two);
	else
		snprintf(out, 2 * REPLY_TEXT + 32, "TLS 1.2: %s; TLS 1.3: %s", two, three);
	return out;
}

bool judge_client_between(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	(void)t;
	if (!spoken(s))
		return false;
	if (between(s))
		return say(severity, seen, SEVERITY_FAIL, "somebody else ends the TLS connection and asks for no certificate: %s", between_text(s));
	return say(severity, seen, SEVERITY_OK, "nobody else ends the TLS connection");
}

bool judge_client_asked(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	char text[2 * REPLY_TEXT + 32];

	(void)now;
	(void)t;
	if (!spoken(s) || between(s))
		return false;
	if (asked(s))
		return say(severity, seen, SEVERITY_OK, s->asked ? "a client certificate is asked for" : "a client certificate is asked for, once the path is known");
	/* it may be asked for once the path is known, and no path was told */
	if (s->withheld)
		return false;
	both_text(s, WHO_NONE, text);
	return say(severity, seen, SEVERITY_FAIL, "no client certificate is asked for; a ping without one: %s", text);
}

bool judge_client_names(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	const struct psp_env *other;
	const char *wanted = t->env && t->env->pin ? t->env->pin : t->pin, *first;

	(void)now;
	if (!spoken(s) || !s->asked)
		return false;
	first = s->name_count && s->names[0] ? s->names[0] : "";
	switch (names_state(t, s, &other)) {
	case NAMES_NONE:
		return say(severity, seen, SEVERITY_NOTE, "a certificate is asked for, and of no CA by name");
	case NAMES_FIT:
		return say(severity, seen, SEVERITY_OK, "asked for are certificates of the PSP's CA");
	case NAMES_ROOT:
		return say(severity, seen, SEVERITY_NOTE, "asked for are certificates of the PSP's root, not of %s", wanted);
	case NAMES_OTHER:
		return say(severity, seen, SEVERITY_FAIL, "asked for are certificates of %s: that is the CA of %s, and this is %s", other->pin, other->name, t->env->name);
	case NAMES_FOREIGN:
		return say(severity, seen, SEVERITY_FAIL, "asked for are certificates of %.200s%s, not of %s", first, s->name_count > 1 ? " and others" : "", wanted);
	case NAMES_UNKNOWN:
		break;
	}
	return say(severity, seen, SEVERITY_OK, "asked for are certificates of %.200s%s", first, s->name_count > 1 ? " and others" : "");
}

/* Nobody may get in like this. */
static bool judge_stranger(const struct seen *s, enum who who, const char *whose, enum severity *severity, struct buf *seen)
{
	unsigned all = outcomes(s, who);
	char text[2 * REPLY_TEXT + 32];

	both_text(s, who, text);
	if (all & 1U << OUT_IN)
		return say(severity, seen, SEVERITY_FAIL, "a ping with %s was let in: %s", whose, text);
	if (!(all & (1U << OUT_REFUSED | 1U << OUT_CLOSED)))
		return false;
	/* closed to everybody is no refusal of anybody: http.speaks tells */
	if (!(all & 1U << OUT_REFUSED) && !(all & 1U << OUT_ASIDE) && outcomes(s, WHO_RIGHT) == 1U << OUT_CLOSED)
		return false;
	return say(severity, seen, SEVERITY_OK, "a ping with %s: %s", whose, text);
}

bool judge_client_none(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	char text[2 * REPLY_TEXT + 32];

	(void)now;
	(void)t;
	if (!spoken(s) || !asked(s))
		return false;
	if (!let_in(s, WHO_NONE) && outcomes(s, WHO_NONE) & 1U << OUT_ASIDE) {
		/* a redirect of everybody: http.redirect */
		if (outcomes(s, WHO_RIGHT) & 1U << OUT_ASIDE)
			return false;
		return say(severity, seen, SEVERITY_WARN, "a ping without a certificate is neither let in nor refused: %s", both_text(s, WHO_NONE, text));
	}
	return judge_stranger(s, WHO_NONE, "no certificate", severity, seen);
}

bool judge_client_self(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	return spoken(s) && !anybody_in(t, s) && judge_stranger(s, WHO_SELF, "a self-signed certificate", severity, seen);
}

bool judge_client_foreign(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	return spoken(s) && !anybody_in(t, s) && !let_in(s, WHO_SELF) &&
	       judge_stranger(s, WHO_FOREIGN, "a certificate of another CA that bears the PSP's names", severity, seen);
}

bool judge_client_expired(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	return spoken(s) && !anybody_in(t, s) && !let_in(s, WHO_SELF) && !let_in(s, WHO_FOREIGN) &&
	       judge_stranger(s, WHO_EXPIRED, "an expired certificate", severity, seen);
}

bool judge_client_right(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	const struct psp_env *other;
	enum names names = names_state(t, s, &other);
	const struct reply *r = s->client[WHO_RIGHT];
	char text[2 * REPLY_TEXT + 32];

	(void)now;
	/* where another CA's certificates are asked for, client.names has said why the right one does not pass */
	if (!spoken(s) || !asked(s))
		return false;
	switch (right_state(s)) {
	case RIGHT_UNTRIED:
		if (s->withheld || names == NAMES_OTHER || names == NAMES_FOREIGN || let_in(s, WHO_NONE))
			return false;
		return say(severity, seen, SEVERITY_NOTE, "not tried: --client-cert FILE with the emulator's or the sandbox's certificate would");
	case RIGHT_REFUSED:
		if (names == NAMES_OTHER || names == NAMES_FOREIGN)
			return false;
		both_text(s, WHO_RIGHT, text);
		if (t->sources && (r[0].status == 403 || r[1].status == 403) && !r[0].body_len && !r[1].body_len)
			return say(severity, seen, SEVERITY_NOTE, "%s; it takes some addresses only, so that cannot be told from here", text);
		return say(severity, seen, SEVERITY_FAIL, "the right certificate is refused: %s", text);
	case RIGHT_PASSED:
		return say(severity, seen, SEVERITY_OK, "the right certificate is taken: %s", both_text(s, WHO_RIGHT, text));
	case RIGHT_UNCLEAR:
		break;
	}
	return false;
}

bool judge_client_same(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	static const char *const names[WHOS] = { "no certificate", "a self-signed certificate", "another CA's certificate", "an expired certificate",
		"the right certificate" };
	bool compared = false;
	char text[2 * REPLY_TEXT + 32];

	(void)now;
	if (!spoken(s) || !version_works(s, TLS_1_2) || !version_works(s, TLS_1_3) || anybody_in(t, s))
		return false;
	for (int who = 0; who < WHOS; who++) {
		enum outcome two = outcome_of(&s->client[who][0]), three = outcome_of(&s->client[who][1]);

		if (two == OUT_UNKNOWN || three == OUT_UNKNOWN)
			continue;
		compared = true;
		/* a stranger that gets in has its own check */
		if ((two == OUT_IN) == (three == OUT_IN) || (who != WHO_RIGHT && mutual(t)))
			continue;
		return say(severity, seen, SEVERITY_FAIL, "with %s: %s", names[who], both_text(s, (enum who)who, text));
	}
	return compared && say(severity, seen, SEVERITY_OK, "TLS 1.2 and 1.3 let in and refuse the same");
}

/* The session was begun by somebody who is not let in: the right one's own may well be resumed. */
bool judge_client_resumed(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	char text[REPLY_TEXT];

	(void)now;
	/* a stranger that gets in by itself has its own check */
	if (!spoken(s) || anybody_in(t, s) || let_in(s, WHO_SELF) || let_in(s, WHO_FOREIGN) || outcome_of(&s->resumed) == OUT_UNKNOWN)
		return false;
	reply_text(&s->resumed, text);
	if (!s->resumed.resumed)
		return say(severity, seen, SEVERITY_OK, "a stranger's session is not resumed: %s", text);
	return say(severity, seen, outcome_of(&s->resumed) == OUT_IN ? SEVERITY_FAIL : SEVERITY_OK, "a stranger's session, resumed: %s", text);
}

bool judge_client_crossed(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	const struct reply *right = main_reply(t, s);
	char text[REPLY_TEXT];

	(void)now;
	if (!spoken(s) || anybody_in(t, s) || outcome_of(&s->crossed) == OUT_UNKNOWN)
		return false;
	reply_text(&s->crossed, text);
	/* another site's own page is no way in */
	if (outcome_of(&s->crossed) == OUT_IN && !(outcome_of(right) == OUT_IN && strcmp(right->body, s->crossed.body) != 0))
		return say(severity, seen, SEVERITY_FAIL, "a connection to another name, with this host in its request and no certificate, is let in: %s", text);
	return say(severity, seen, SEVERITY_OK, "a connection to another name does not lead here without a certificate: %s", text);
}

bool judge_client_demanded(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	const struct reply *r = main_reply(t, s);
	const struct psp_env *other;
	enum names names = names_state(t, s, &other);
	bool skip = t->mode == MODE_EFI_SKIP;
	char text[REPLY_TEXT];

	(void)now;
	if (!spoken(s))
		return false;
	if (wants_certificate(s, r))
		return say(severity, seen, skip ? SEVERITY_WARN : SEVERITY_FAIL, "a ping without a certificate is refused for want of one: %s", reply_text(r, text));
	/* Efí shows its certificate in any case: a server that verifies it against another CA refuses it */
	for (int i = 0; skip && s->asked && (names == NAMES_OTHER || names == NAMES_FOREIGN) && i < 2; i++)
		if (wants_certificate(s, &s->client[WHO_FOREIGN][i]) || wants_certificate(s, &s->client[WHO_SELF][i]))
			return say(severity, seen, SEVERITY_WARN, "certificates are verified against a CA that is not Efí's, and refused: it asks for %.150s",
				   s->names[0] ? s->names[0] : "another");
	if (outcome_of(r) == OUT_UNKNOWN)
		return false;
	return say(severity, seen, SEVERITY_OK, "%s", s->asked ? "a client certificate is asked for, not demanded" : "no client certificate is demanded");
}
