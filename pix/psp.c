#include "pix/psp.h"

#include <string.h>

#include "lib/ascii.h"

const struct psp *const psps[] = { &psp_efi, &psp_bs2, &psp_bs2_indirect, &psp_bacen, NULL };

const struct psp *psp_find(const char *name)
{
	for (const struct psp *const *p = psps; *p; p++)
		if (strcmp((*p)->name, name) == 0)
			return *p;
	return NULL;
}

const struct psp_env *psp_env_find(const struct psp *psp, const char *name)
{
	for (const struct psp_env *env = psp->envs; env->name; env++)
		if (strcmp(env->name, name) == 0)
			return env;
	return NULL;
}

bool psp_env_knows(const struct psp_env *env, const char *sha256)
{
	for (const char *const *known = env ? env->chain_sha256 : NULL; known && *known; known++)
		if (strcmp(*known, sha256) == 0)
			return true;
	return false;
}

const struct psp_call *psp_call_find(const struct psp *psp, const char *name)
{
	for (const struct psp_call *c = psp->calls; c && c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

/* Without regard to ASCII case: "Invalid Apikey" is met in several. */
static bool begins(const char *text, const char *pattern)
{
	while (*pattern && ascii_lower(*text) == ascii_lower(*pattern)) {
		text++;
		pattern++;
	}
	return pattern[0] == '*' ? !pattern[1] : !*pattern && !*text;
}

const struct psp_error *psp_error_find(const struct psp *psp, const char *name, const char *text)
{
	for (const struct psp_error *x = psp->errors; x && x->text; x++)
		if ((!x->name || (name && strcmp(x->name, name) == 0)) && begins(text, x->text))
			return x;
	return NULL;
}

/* Bytes that the slash at the end of text[0..len) takes, 0 where there is none. */
static size_t slash(const char *text, size_t len)
{
	if (len >= 1 && text[len - 1] == '/')
		return 1;
	if (len >= 3 && text[len - 3] == '%' && text[len - 2] == '2' && (text[len - 1] == 'F' || text[len - 1] == 'f'))
		return 3;
	return 0;
}

const char *psp_suffix(const struct psp *psp, const char *text, size_t len, size_t *cut)
{
	for (const char *const *s = psp->suffixes; s && *s; s++) {
		size_t word = strlen(*s) - 1, before;	/* what stands behind the slash */

		if (len <= word || memcmp(text + len - word, *s + 1, word) != 0)
			continue;
		before = slash(text, len - word);
		if (!before)
			continue;
		*cut = before + word;
		return *s;
	}
	return NULL;
}

const struct cert_form cert_forms[] = {
	{ "multipart-pem", "cert.set", CERT_PEM },
	{ "multipart-der", "cert.set", CERT_DER },
	{ "json-b64-der", "cert.set.json", CERT_BASE64_DER },
	{ "json-b64-pem", "cert.set.json", CERT_BASE64_PEM },
	{ "json-pem", "cert.set.json", CERT_PEM },
	{ 0 }
};

const struct cert_form *cert_form_find(const char *name)
{
	for (const struct cert_form *f = cert_forms; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}
