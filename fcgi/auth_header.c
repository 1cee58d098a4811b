/* The Authorization header: Basic (RFC 7617) and Bearer (RFC 6750). */
#include "fcgi/gate.h"

#include <string.h>

#include "lib/limits.h"
#include "lib/text.h"

static const char missing[] = "no Authorization header: is it forwarded?";

/* What stands behind "SCHEME ", or NULL (RFC 9110 §11.1: its case does not count). */
static const char *credentials(const char *authorization, const char *scheme)
{
	size_t n = strlen(scheme);

	if (strncasecmp(authorization, scheme, n) || authorization[n] != ' ')
		return NULL;
	return authorization + n + strspn(authorization + n, " ");
}

enum proof auth_basic(const struct gate *g, const struct door *d, const struct req *r, const struct route *route, int64_t now, struct verdict *v)
{
	unsigned char pair[LIMIT_SECRET + 1];
	const char *sent = credentials(r->authorization, "Basic");
	enum proof proof = PROOF_BAD;
	size_t len;

	(void)g, (void)route, (void)now;
	if (!d->has_basic && !*d->hook->basic)
		return PROOF_ABSENT;
	if (!sent)
		v->detail = *r->authorization ? "the Authorization header is not Basic" : missing;
	else if (!text_unbase64(sent, strlen(sent), pair, sizeof pair, &len))
		v->detail = "the Authorization header is not base64, or too long";
	else if (!d->has_basic || !secret_equal(&d->basic, pair, len))
		v->detail = "another user or password";
	else
		proof = PROOF_GOOD;
	secret_wipe(pair, sizeof pair);
	return proof;
}

enum proof auth_bearer(const struct gate *g, const struct door *d, const struct req *r, const struct route *route, int64_t now, struct verdict *v)
{
	const char *sent = credentials(r->authorization, "Bearer");

	(void)g, (void)route, (void)now;
	if (!d->has_bearer && !*d->hook->bearer)
		return PROOF_ABSENT;
	if (!sent)
		v->detail = *r->authorization ? "the Authorization header is not Bearer" : missing;
	else if (!d->has_bearer || !secret_equal(&d->bearer, sent, strlen(sent)))
		v->detail = "another token";
	else
		return PROOF_GOOD;
	return PROOF_BAD;
}
