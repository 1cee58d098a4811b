/* The secret in the URL: "hmac=". */
#include "fcgi/gate.h"

enum proof auth_secret(const struct gate *g, const struct door *d, const struct req *r, const struct route *route, int64_t now, struct verdict *v)
{
	bool same = false;

	(void)g, (void)r, (void)now;
	if (!d->secrets && !d->hook->secrets.count)
		return PROOF_ABSENT;
	if (!route->has_secret) {
		v->detail = "hmac missing from the URL, twice in it, or broken";
		return PROOF_BAD;
	}
	/* a secret may itself end in "/pix": with and without the suffix, both are asked, and all secrets, always */
	for (size_t i = 0; i < d->secrets; i++) {
		same |= secret_equal(&d->secret[i], route->secret, route->secret_len);
		same |= secret_equal(&d->secret[i], route->secret, route->glued_len);
	}
	if (same)
		return PROOF_GOOD;
	v->detail = "hmac is none of the hook's secrets";
	return PROOF_BAD;
}
