#include "emul/proof.h"

#include <string.h>

#include "lib/ascii.h"
#include "lib/text.h"

const char *proof_of(const struct front_request *r, const char *way)
{
	const char *h = r->header(r, "Authorization");
	size_t n = strlen(way);
	char word[16] = "";

	if (!h || n >= sizeof word || strlen(h) <= n || h[n] != ' ')
		return NULL;
	memcpy(word, h, n);
	return ascii_casecmp(word, way) ? NULL : h + n + 1;
}

bool proof_pair(const struct bank *bank, const char *id, const char *secret)
{
	return !strcmp(id, bank->client_id) && secret_equal(&bank->client_secret, secret, strlen(secret));
}

bool proof_basic(const struct bank *bank, const struct front_request *r)
{
	const char *text = proof_of(r, "Basic");
	char plain[1024], *colon;
	size_t len;
	bool ok = false;

	if (text && text_unbase64(text, strlen(text), (unsigned char *)plain, sizeof plain - 1, &len)) {
		plain[len] = '\0';
		colon = strchr(plain, ':');
		if (colon && strlen(plain) == len) {
			*colon++ = '\0';
			ok = proof_pair(bank, plain, colon);
		}
	}
	secret_wipe(plain, sizeof plain);
	return ok;
}

bool proof_has(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = words; n && (p = strstr(p, word)); p += n)
		if ((p == words || p[-1] == ' ') && (!p[n] || p[n] == ' '))
			return true;
	return false;
}
