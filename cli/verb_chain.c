/* `pixgate chain …`: a PSP's CA chain, fetched or explained. */
#include <stdio.h>

#include "cli/chain.h"
#include "cli/verb.h"
#include "lib/when.h"
#include "pix/psp.h"

void chain_known(const struct cert *c, struct buf *b)
{
	const char *before = "";

	for (const struct psp *const *p = psps; *p; p++)
		for (const struct psp_env *env = (*p)->envs; env && env->name; env++)
			if (psp_env_knows(env, c->sha256)) {
				buf_putf(b, "%s%s %s", before, (*p)->name, env->name);
				before = ", ";
			}
}

void chain_purpose(const struct cert *c, struct buf *b)
{
	if (c->ca && c->self_issued)
		buf_puts(b, "root CA");
	else if (c->ca)
		buf_putf(b, "intermediate CA%s", c->client ? " that signs client certificates" : c->server ? " that signs server certificates" : "");
	else if (c->server && *c->names)
		buf_putf(b, "server certificate%s for %s", c->client ? " (fit for clients too)" : "", c->names);
	else if (c->client)
		buf_puts(b, "client certificate");
	else
		buf_puts(b, c->server ? "server certificate without a host name" : "neither for TLS servers nor for clients");
}

const char *chain_name(const struct cert *c)
{
	for (const unsigned char *p = (const unsigned char *)c->subject_cn; *p; p++)
		if (*p < ' ' || *p == 0x7f || (*p == 0xc2 && p[1] < 0xa0))
			return c->subject;
	return *c->subject_cn ? c->subject_cn : c->subject;
}

void day_text(int64_t seconds, char out[DAY_TEXT])
{
	char text[WHEN_TEXT];

	when_format(seconds * 1000, text);
	snprintf(out, DAY_TEXT, "%.10s", text);
}

static const struct verb *const subs[] = { &chain_fetch, &chain_show, NULL };

const struct verb verb_chain = {
	.name = "chain",
	.synopsis = "fetch|show …",
	.summary = "a PSP's CA chain",
	.subs = subs,
};
