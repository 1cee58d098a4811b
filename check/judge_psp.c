/* What is registered at the PSP. */
#include <string.h>
#include <strings.h>

#include "check/judge_parts.h"

static bool known(const struct seen *s)
{
	return s->registration_asked && !*s->registration_why;
}

bool judge_psp_registered(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	(void)t;
	if (!s->registration_asked)
		return false;
	if (!known(s))
		return say(severity, seen, SEVERITY_NOTE, "what is registered could not be asked: %s", s->registration_why);
	if (!s->registered)
		return say(severity, seen, SEVERITY_WARN, "this URL is not the one that is registered at the PSP");
	return say(severity, seen, SEVERITY_OK, "this URL is registered at the PSP");
}

bool judge_psp_txid(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	(void)t;
	if (!known(s) || !s->registered)
		return false;
	return say(severity, seen, s->only_txid ? SEVERITY_FAIL : SEVERITY_OK, "somenteComTxId is %s", s->only_txid ? "true" : "false");
}

bool judge_psp_account(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	(void)t;
	if (!known(s) || !s->registered)
		return false;
	return say(severity, seen, s->other_account ? SEVERITY_FAIL : SEVERITY_OK, "it is registered for %s", s->other_account ? "another account (contaNumero)" : "this account");
}

bool judge_psp_uploaded(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	(void)now;
	(void)t;
	if (!*s->uploaded)
		return s->registration_asked && say(severity, seen, SEVERITY_NOTE, "no upload is remembered here, so nothing can be compared");
	if (!s->chain.count)
		return false;
	if (!strcasecmp(s->uploaded, s->chain.item->sha256))
		return say(severity, seen, SEVERITY_OK, "the certificate served is the one that was uploaded");
	/* where the addresses differ, cert.same tells */
	for (int i = 0; i < s->addresses; i++)
		if (!strcasecmp(s->uploaded, s->address[i].leaf))
			return false;
	return say(severity, seen, SEVERITY_FAIL, "served is the certificate SHA-256 %.16s, uploaded was %.16s", s->chain.item->sha256, s->uploaded);
}
