/* The secret in the URL: "hmac=". */
#include "fcgi/gate.h"

enum proof auth_secret(const struct gate *g, const struct door *d, const struct req *r, const struct route *route, int64_t now, struct verdict *v)
{
	struct secret with, without;
	bool same = false;

	(void)g, (void)r, (void)now;
	if (!d->secrets && !d->hook->secrets.count)
		return PROOF_ABSENT;
	if (!route->has_secret) {
		v->detail = "hmac missing from the URL, twice in it, or broken";
		return PROOF_BAD;
	}
	/* A secret may itself end in "/pix": both are asked where the URL gives two readings. All secrets, always. */
	secret_set(&with, route->secret, route->glued_len);
	without = with;
	if (route->secret_len != route->glued_len)
		secret_set(&without, route->secret, route->secret_len);
	for (size_t i = 0; i < d->secrets; i++) {
		same |= secret_same(&d->secret[i], &with);
		same |= secret_same(&d->secret[i], &without);
	}
	if (same)
		return PROOF_GOOD;
	v->detail = "hmac is none of the hook's secrets";
	return PROOF_BAD;
}
