/* The secret in the URL, and HTTP's own ways to log in. */
#include "check/judge_parts.h"

bool judge_secret_none(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	if (!spoken(s))
		return false;
	if (*t->secret)
		return say(severity, seen, SEVERITY_OK, "the URL holds a secret");
	if (t->mode != MODE_EFI_SKIP && *t->authorization)
		return say(severity, seen, SEVERITY_OK, "the PSP logs in with HTTP %s", *t->authorization == 'B' && t->authorization[1] == 'a' ? "Basic" : "Bearer");
	if (mutual(t))	/* where none is asked for, client.asked tells */
		return asked(s) && say(severity, seen, SEVERITY_OK, "the PSP's certificate is its proof");
	return say(severity, seen, SEVERITY_FAIL, "the URL holds no secret, and nothing else proves that the PSP is calling");
}

/* 2xx where there is less than the whole proof. */
static bool judge_less(const struct target *t, const struct seen *s, enum request what, const char *how, enum severity *severity, struct buf *seen)
{
	const struct reply *r = &s->request[what];
	char text[REPLY_TEXT];

	if (!gate_answers(t, s) || outcome_of(r) == OUT_UNKNOWN)
		return false;
	reply_text(r, text);
	return say(severity, seen, outcome_of(r) == OUT_IN ? SEVERITY_FAIL : SEVERITY_OK, "a ping %s: %s", how, text);
}

static bool in(const struct seen *s, enum request what)
{
	return outcome_of(&s->request[what]) == OUT_IN;
}

bool judge_secret_missing(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	return *t->secret && judge_less(t, s, REQ_NO_SECRET, "without the secret", severity, seen);
}

/* Who does not look at the secret does not look at a wrong one either. */
bool judge_secret_wrong(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	return *t->secret && !in(s, REQ_NO_SECRET) && judge_less(t, s, REQ_BAD_SECRET, "with another secret", severity, seen);
}

bool judge_auth_missing(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	return *t->authorization && judge_less(t, s, REQ_NO_AUTH, "without Basic or Bearer", severity, seen);
}

bool judge_auth_wrong(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	return *t->authorization && !in(s, REQ_NO_AUTH) && judge_less(t, s, REQ_BAD_AUTH, "with another password or token", severity, seen);
}
