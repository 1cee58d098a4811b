#include "deliver/sign.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/limits.h"
#include "lib/secret.h"
#include "lib/text.h"

static const char prefix[] = "whsec_";

bool sign_key_read(const char *text, size_t len, struct sign_key *key, struct err *e)
{
	unsigned char bytes[LIMIT_SECRET];
	size_t n = 0;
	bool ok = false;

	if (len >= strlen(prefix) && memcmp(text, prefix, strlen(prefix)) == 0) {
		text += strlen(prefix);
		len -= strlen(prefix);
	}
	if (!text_unbase64(text, len, bytes, sizeof bytes, &n)) {
		fail(e, ERR_CONFIG, "no Standard Webhooks secret: \"whsec_\" and base64 are expected");
		goto out;
	}
	if (n < SIGN_KEY_MIN || n > SIGN_KEY_MAX) {
		fail(e, ERR_CONFIG, "a key of %zu bytes: Standard Webhooks wants %d to %d, as base64 behind \"whsec_\"", n, SIGN_KEY_MIN, SIGN_KEY_MAX);
		goto out;
	}
	memcpy(key->bytes, bytes, n);
	key->len = n;
	ok = true;
out:
	secret_wipe(bytes, sizeof bytes);
	return ok;
}

void sign(const struct sign_key *key, const char *id, int64_t timestamp, const char *body, size_t len, char out[SIGN_TEXT])
{
	unsigned char mac[32];
	char at[24];
	int n = snprintf(at, sizeof at, ".%" PRId64 ".", timestamp);
	const struct secret_part parts[] = { { id, strlen(id) }, { at, (size_t)n }, { body, len } };

	hmac_sha256(key->bytes, key->len, parts, 3, mac);
	memcpy(out, "v1,", 3);
	text_base64(mac, sizeof mac, out + 3, SIGN_TEXT - 3);	/* 44 characters and a NUL */
}
