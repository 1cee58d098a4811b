/* A hook's settings for the PSP's API: how they are read, shown and checked. The gate reads them too and uses none. */
#include <ctype.h>
#include <string.h>

#include "conf/keys.h"
#include "lib/buf.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/secret.h"

#define ID_MAX 256

/* A base URL: what the calls' paths are put behind. User, query and fragment would end up in the wrong place. */
bool set_api(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	static const char scheme[] = "https://";
	const char *url = conf_text(v), *host = url + sizeof scheme - 1;
	size_t len = strlen(url);

	(void)s;
	if (strncmp(url, scheme, sizeof scheme - 1) != 0 || (!isalnum((unsigned char)*host) && *host != '['))
		return fail(e, ERR_CONFIG, "expected the https:// URL of the PSP's API, such as \"https://pix.bank.example/api/v2\"");
	if (len > 512)
		return fail(e, ERR_CONFIG, "the URL is longer than 512 bytes");
	for (const char *p = host; *p; p++)
		if (!isgraph((unsigned char)*p) || strchr("?#@\\\"{}", *p))
			return fail(e, ERR_CONFIG, "the API's URL has neither user nor query nor spaces: expected one such as \"https://pix.bank.example/api/v2\"");
	while (url[len - 1] == '/')
		len--;
	keep_text(&h->api, xstrndup(url, len));
	return true;
}

/* It goes into an HTTP Basic header, which a ':' divides (RFC 7617 §2). */
bool set_client_id(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	const char *id = conf_text(v);

	(void)s;
	if (!*id || strlen(id) > ID_MAX)
		return fail(e, ERR_CONFIG, "expected the identifier that the PSP gave, 1 to %d characters", ID_MAX);
	for (const char *p = id; *p; p++)
		if (!isgraph((unsigned char)*p) || *p == ':')
			return fail(e, ERR_CONFIG, "expected the identifier as the PSP gave it, without spaces and ':'");
	keep_text(&h->client_id, xstrdup(id));
	return true;
}

bool set_account(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	int64_t n;

	(void)s;
	if (!conf_number(v, &n) || n < 1 || n > 999999999999999)
		return fail(e, ERR_CONFIG, "expected the number of the account, digits alone");
	h->account = n;
	return true;
}

void show_account(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)s;
	if (h->account)
		buf_putf(b, "%lld%s", (long long)h->account, h->account > INT32_MAX ? "L" : "");
}

#define SET_PLACE(name) \
	bool set_##name(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e) \
	{ \
		return read_place(s, v, &h->name, e); \
	}
#define SET_REF(name) \
	bool set_##name(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e) \
	{ \
		(void)s; \
		return read_ref(v, &h->name, e); \
	}
#define SHOW(name) \
	void show_##name(const struct settings *s, const struct hook *h, struct buf *b) \
	{ \
		(void)s; \
		show_text(b, h->name); \
	}

SET_PLACE(api_ca)
SET_PLACE(api_cert)
SET_REF(api_password)
SET_REF(client_secret)
SET_REF(user_agent)
SHOW(api)
SHOW(api_ca)
SHOW(api_cert)
SHOW(api_password)
SHOW(client_id)
SHOW(client_secret)
SHOW(user_agent)

/* The bytes are not kept: a certificate comes with its private key. */
static bool there(const char *path, mode_t forbidden, struct err *e)
{
	struct buf b = BUF(LIMIT_CA_FILE);
	bool ok = file_read(path, forbidden, &b, e);

	if (ok && !b.len)
		ok = fail(e, ERR_CONFIG, "%s: the file is empty", path);
	if (b.data)
		secret_wipe(b.data, b.cap);
	buf_free(&b);
	return ok;
}

bool api_files_ok(const struct settings *s, const struct hook *h, struct err *e)
{
	const struct {
		const char *name, *ref;
	} refs[] = {
		{ "client_secret", h->client_secret }, { "api_password", h->api_password }, { "user_agent", h->user_agent },
	};
	char bytes[LIMIT_SECRET + 1];
	size_t len;

	for (size_t i = 0; i < sizeof refs / sizeof refs[0]; i++) {
		bool ok = !refs[i].ref[0] || secret_read(refs[i].ref, s->dir, h->name, bytes, sizeof bytes, &len, e);

		secret_wipe(bytes, sizeof bytes);
		if (!ok)
			return fail_in(e, "%s", refs[i].name);
	}
	if (!h->client_id[0] != !h->client_secret[0])
		return fail(e, ERR_CONFIG, "client_id and client_secret belong together: %s is missing", h->client_id[0] ? "client_secret" : "client_id");
	if (h->api_password[0] && !h->api_cert[0])
		return fail(e, ERR_CONFIG, "api_password is of api_cert, which is missing");
	if (h->api_ca[0] && !there(h->api_ca, 0, e))
		return fail_in(e, "api_ca");
	if (h->api_cert[0] && !there(h->api_cert, 07, e))
		return fail_in(e, "api_cert");
	return true;
}
