/* A hook's settings for the PSP's API: how they are read, shown and checked. The gate reads them too and uses none. */
#include <ctype.h>
#include <stdlib.h>
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

/*
 * HOST:PORT alone. A user and a password would stand readable in the file; and without a port libcurl would take 1080, which
 * hardly anybody means.
 */
bool set_api_proxy(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	const char *url = conf_text(v), *host, *port;
	size_t len = strlen(url);

	(void)s;
	host = strncmp(url, "http://", 7) == 0 ? url + 7 : strncmp(url, "https://", 8) == 0 ? url + 8 : NULL;
	if (len && url[len - 1] == '/')
		len--;
	/* the URL is in no message: the password stands there */
	if (strchr(url, '@'))
		return fail(e, ERR_CONFIG, "a user and a password would stand readable in this file and are not taken: expected a proxy that wants none, "
			"such as \"http://proxy.example:3128\"");
	if (!host || len > 300)
		return fail(e, ERR_CONFIG, "expected http:// or https:// with host and port, such as \"http://proxy.example:3128\"");
	port = *host == '[' ? strchr(host, ']') : host + strcspn(host, ":/");
	port = port && *port == ']' ? port + 1 : port;
	if (!port || port == host || *port != ':' || strspn(port + 1, "0123456789") != (size_t)(url + len - port - 1) || atol(port + 1) < 1 || atol(port + 1) > 65535)
		return fail(e, ERR_CONFIG, "expected a host and its port without path, such as \"http://proxy.example:3128\"");
	for (const char *p = host; p < port; p++)
		if (!isalnum((unsigned char)*p) && !strchr(*host == '[' ? "[]:." : "-._", *p))
			return fail(e, ERR_CONFIG, "expected a host name or address and its port, such as \"http://proxy.example:3128\"");
	keep_text(&h->api_proxy, xstrndup(url, len));
	return true;
}

bool set_token_path(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	(void)s;
	if (!request_path_ok(conf_text(v), false, e))
		return false;
	keep_text(&h->token_path, xstrdup(conf_text(v)));
	return true;
}

/* RFC 6749 §3.3: words of visible ASCII but for '"' and '\\', one space between them. */
bool set_token_scope(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	const char *scope = conf_text(v);

	(void)s;
	if (!*scope || strlen(scope) > LIMIT_SCOPE)
		return fail(e, ERR_CONFIG, "expected scopes, 1 to %d characters, such as \"webhook.read webhook.write\"", LIMIT_SCOPE);
	for (const char *p = scope; *p; p++)
		if (*p < ' ' || *p > '~' || *p == '"' || *p == '\\' || (*p == ' ' && (p == scope || !p[1] || p[1] == ' ')))
			return fail(e, ERR_CONFIG, "expected scopes with one space between them, such as \"webhook.read webhook.write\"");
	keep_text(&h->token_scope, xstrdup(scope));
	return true;
}

bool set_cert_form(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	const char *names[16];
	size_t n = 0;

	(void)s;
	for (; cert_forms[n].name && n < sizeof names / sizeof names[0] - 1; n++)
		names[n] = cert_forms[n].name;
	names[n] = NULL;
	if (choice(conf_text(v), names, false, e) < 0)
		return false;
	keep_text(&h->cert_form, xstrdup(conf_text(v)));
	return true;
}

bool set_confirm(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	(void)s;
	return conf_flag(v, &h->confirm) || fail(e, ERR_CONFIG, "expected true or false");
}

void show_confirm(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)s;
	buf_puts(b, h->confirm ? "true" : "false");
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
SHOW(api_proxy)
SHOW(token_path)
SHOW(token_scope)
SHOW(cert_form)

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
