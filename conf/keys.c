/* Every setting, one row each: name, type, example, sentence, how it is read and how it is shown. */
#include "conf/keys.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/secret.h"
#include "lib/text.h"
#include "lib/x509.h"

#define NAME_MAX_LEN 64

static bool among(const char *text, const char *allowed)
{
	return text[0] && text[strspn(text, allowed)] == '\0';
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* ---- top level */

static bool set_inbox(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	(void)h;
	if (!strchr(conf_text(v), ':'))
		return fail(e, ERR_CONFIG, "\"%s\" names no kind of store: expected \"sqlite:PATH\"", conf_text(v));
	keep_text(&s->inbox, xstrdup(conf_text(v)));
	return true;
}

static void show_inbox(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)h;
	show_text(b, s->inbox);
}

static bool domain_ok(const char *text, struct err *e)
{
	if (!among(text, LETTERS DIGITS "-.:[]") || strlen(text) > 260)
		return fail(e, ERR_CONFIG, "\"%s\" is no host name: expected a name such as \"loja.example.com\", without https:// and path", text);
	return true;
}

static bool set_domain(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	if (!domain_ok(conf_text(v), e))
		return false;
	keep_text(h ? &h->domain : &s->domain, xstrdup(conf_text(v)));
	return true;
}

static void show_domain(const struct settings *s, const struct hook *h, struct buf *b)
{
	show_text(b, h ? h->domain : s->domain);
}

static bool set_trusted(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	(void)h;
	return read_cidrs(v, &s->trusted_proxies, e);
}

static void show_trusted(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)h;
	show_cidrs(b, &s->trusted_proxies);
}

static const char *const proxy_headers[] = {
	[PROXY_X_FORWARDED_FOR] = "X-Forwarded-For", [PROXY_CF_CONNECTING_IP] = "CF-Connecting-IP", NULL
};

static const char *const client_certs[] = {
	[CLIENT_CERT_NONE] = "none", [CLIENT_CERT_SERVER] = "server", [CLIENT_CERT_VERIFY] = "verify", NULL
};

static bool set_proxy_header(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	int i = choice(conf_text(v), proxy_headers, true, e);

	(void)h;
	if (i >= 0)
		s->proxy_header = (enum proxy_header)i;
	return i >= 0;
}

static void show_proxy_header(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)h;
	show_text(b, proxy_headers[s->proxy_header]);
}

static bool set_max_body(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	int64_t n;

	(void)h;
	if (!conf_number(v, &n) || n < 1024 || n > LIMIT_BODY_MAX)
		return fail(e, ERR_CONFIG, "expected a number of bytes from 1024 to %d", LIMIT_BODY_MAX);
	s->max_body = n;
	return true;
}

static void show_max_body(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)h;
	buf_putf(b, "%lld", (long long)s->max_body);
}

/* ---- a hook's */

bool short_name_ok(const char *text, struct err *e)
{
	if (!among(text, LETTERS DIGITS "._-") || strlen(text) > NAME_MAX_LEN)
		return fail(e, ERR_CONFIG, "\"%s\" is no name: expected 1 to %d letters, digits, '.', '_' or '-'", text, NAME_MAX_LEN);
	return true;
}

static bool set_name(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	(void)s;
	if (!short_name_ok(conf_text(v), e))
		return false;
	keep_text(&h->name, xstrdup(conf_text(v)));
	return true;
}

static void show_name(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)s;
	show_text(b, h->name);
}

static bool set_path(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	const char *path = conf_text(v);

	(void)s;
	if (path[0] != '/' || strlen(path) > 512 || path[strcspn(path, "?#%\"\\ \t\r\n")] || strstr(path, "/../") || strstr(path, "/./"))
		return fail(e, ERR_CONFIG, "\"%s\" is no path: expected one such as \"/webhook\", without query, '%%', spaces and \"..\"", path);
	for (const char *p = path; *p; p++)
		if (!isprint((unsigned char)*p))
			return fail(e, ERR_CONFIG, "a path of printable ASCII was expected");
	keep_text(&h->path, path_normal(path));
	return true;
}

static void show_path(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)s;
	show_text(b, h->path);
}

static bool set_psp(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	const char *names[64];
	size_t n = 0;
	int i;

	(void)s;
	for (; psps[n] && n < sizeof names / sizeof names[0] - 1; n++)
		names[n] = psps[n]->name;
	names[n] = NULL;
	i = choice(conf_text(v), names, false, e);
	if (i >= 0)
		h->psp = psps[i];
	return i >= 0;
}

static void show_psp(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)s;
	show_text(b, h->psp->name);
}

static bool set_environment(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	const char *names[8];
	size_t n = 0;
	int i;

	(void)s;
	for (; h->psp->envs && h->psp->envs[n].name && n < sizeof names / sizeof names[0] - 1; n++)
		names[n] = h->psp->envs[n].name;
	names[n] = NULL;
	i = choice(conf_text(v), names, false, e);
	if (i >= 0)
		h->env = &h->psp->envs[i];
	return i >= 0;
}

static void show_environment(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)s;
	show_text(b, h->env->name);
}

static bool set_secret(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	(void)s;
	if (!read_texts(v, &h->secrets, e))
		return false;
	if (h->secrets.count > 2)
		return fail(e, ERR_CONFIG, "%zu secrets: at most two are live at a time (the old one and the new one)", h->secrets.count);
	for (size_t i = 0; i < h->secrets.count; i++)
		if (!secret_ref_ok(h->secrets.item[i], e))
			return false;
	return true;
}

static void show_secret(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)s;
	show_texts(b, &h->secrets);
}

static bool set_sources(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	(void)s;
	return read_cidrs(v, &h->sources, e);
}

static void show_sources(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)s;
	show_cidrs(b, &h->sources);
}

static bool set_client_cert(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	int i = choice(conf_text(v), client_certs, false, e);

	(void)s;
	if (i >= 0)
		h->client_cert = (enum client_cert)i;
	return i >= 0;
}

static void show_client_cert(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)s;
	show_text(b, client_certs[h->client_cert]);
}

static bool set_ca(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	return read_place(s, v, &h->ca, e);
}

static void show_ca(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)s;
	show_text(b, h->ca);
}

static bool set_pin(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	(void)s;
	if (!x509_pin_ok(conf_text(v), e))
		return false;
	keep_text(&h->pin, xstrdup(conf_text(v)));
	return true;
}

static void show_pin(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)s;
	show_text(b, h->pin);
}

bool read_pix_keys(const struct conf_value *v, struct text_list *list, struct err *e)
{
	if (!read_texts(v, list, e))
		return false;
	/* BCB DICT: at most 77 characters; Efí's own check is ^[a-zA-Z0-9-.@_+]{1,77}$ */
	for (size_t i = 0; i < list->count; i++)
		if (!among(list->item[i], LETTERS DIGITS "-.@_+") || strlen(list->item[i]) > PIX_KEY_MAX)
			return fail(e, ERR_CONFIG, "\"%s\" is no Pix key (chave): expected 1 to %d letters, digits, or any of - . @ _ +", list->item[i], PIX_KEY_MAX);
	return true;
}

static bool set_keys(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	(void)s;
	return read_pix_keys(v, &h->keys, e);
}

static void show_keys(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)s;
	show_texts(b, &h->keys);
}

static bool set_basic(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	(void)s;
	return read_ref(v, &h->basic, e);
}

static void show_basic(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)s;
	show_text(b, h->basic);
}

static bool set_bearer(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	(void)s;
	return read_ref(v, &h->bearer, e);
}

static void show_bearer(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)s;
	show_text(b, h->bearer);
}

const struct key setting_keys[] = {
	{ "inbox", KEY_TEXT, false, true, "\"sqlite:inbox.db\"",
	  "Where notifications are kept: sqlite:PATH, on a local disk.", set_inbox, show_inbox },
	{ "domain", KEY_TEXT, false, false, "\"loja.example.com\"",
	  "The host name that the PSP calls; part of the URL to register.", set_domain, show_domain },
	{ "trusted_proxies", KEY_TEXTS, false, false, "[ ]",
	  "Addresses of the proxies in front of the web server, whose proxy_header is believed.", set_trusted, show_trusted },
	{ "proxy_header", KEY_TEXT, false, false, "\"X-Forwarded-For\"",
	  "The header in which a trusted proxy tells the caller's address: X-Forwarded-For or CF-Connecting-IP.", set_proxy_header, show_proxy_header },
	{ "max_body", KEY_NUMBER, false, false, "262144",
	  "The largest request body in bytes.", set_max_body, show_max_body },
	{ "sinks", KEY_SINKS, false, false, "( { name = \"shop\"; type = \"https\"; url = \"https://loja.example.com/pix.php\"; secret = \"file:shop.whsec\"; } )",
	  "Where `pixgate deliver` hands events over, one group each; of every hook that has none of its own.", set_sinks, show_sinks },
	{ "hooks", KEY_HOOKS, false, true, NULL,
	  "The webhooks, one group each.", NULL, NULL },
	{ "name", KEY_TEXT, true, true, "\"loja\"",
	  "The hook's name, in the inbox, in logs and on the command line.", set_name, show_name },
	{ "path", KEY_TEXT, true, true, "\"/webhook\"",
	  "The path of the URL that is registered at the PSP.", set_path, show_path },
	{ "psp", KEY_TEXT, true, true, "\"efi\"",
	  "Who calls: efi, bs2, bs2-indirect, or bacen for any PSP that follows the BCB standard.", set_psp, show_psp },
	{ "environment", KEY_TEXT, true, false, "\"production\"",
	  "Which of the PSP's environments calls.", set_environment, show_environment },
	{ "domain", KEY_TEXT, true, false, "\"loja.example.com\"",
	  "This hook's host name, where it is not the file's.", set_domain, show_domain },
	{ "secret", KEY_TEXTS, true, false, "[ \"file:loja.secret\" ]",
	  "The secret in the URL's parameter hmac, as file:PATH, env:NAME or derive:file:PATH; two may live at a time, the first is the one to register.", set_secret, show_secret },
	{ "sources", KEY_TEXTS, true, false, "[ \"34.193.116.226\" ]",
	  "Addresses that may call; left out: the profile's; [ ]: any. An address alone proves nothing.", set_sources, show_sources },
	{ "client_cert", KEY_TEXT, true, false, "\"none\"",
	  "Who checks the PSP's client certificate: none, server (the web server did) or verify (the gate does).", set_client_cert, show_client_cert },
	{ "ca", KEY_TEXT, true, false, "\"efi-production.pem\"",
	  "The PSP's CA file, PEM; for client_cert = \"verify\".", set_ca, show_ca },
	{ "pin", KEY_TEXT, true, false, "\"CN=webhook.efipay.com.br\"",
	  "What the certificate must besides be: CN=NAME (issuer or subject), issuer:CN=NAME, subject:CN=NAME or sha256:HEX.", set_pin, show_pin },
	{ "keys", KEY_TEXTS, true, false, "[ \"11111111-2222-4333-8444-555555555555\" ]",
	  "Our own Pix keys (chaves); events for another key are kept as foreign and never delivered.", set_keys, show_keys },
	{ "basic", KEY_TEXT, true, false, "\"file:loja.basic\"",
	  "HTTP Basic: a reference to user:password.", set_basic, show_basic },
	{ "bearer", KEY_TEXT, true, false, "\"file:loja.bearer\"",
	  "HTTP Bearer: a reference to the token.", set_bearer, show_bearer },
	{ "api", KEY_TEXT, true, false, "\"https://pix.bank.example/api/v2\"",
	  "The base URL of the PSP's API, where it is not the profile's.", set_api, show_api },
	{ "api_ca", KEY_TEXT, true, false, "\"bank-ca.pem\"",
	  "The CAs that may vouch for the API's server, PEM, in place of the system's.", set_api_ca, show_api_ca },
	{ "api_cert", KEY_TEXT, true, false, "\"loja.p12\"",
	  "Our certificate and key for the API: .p12 or .pfx as the PSP gave it, or PEM.", set_api_cert, show_api_cert },
	{ "api_password", KEY_TEXT, true, false, "\"file:loja.p12.password\"",
	  "A reference to the password of api_cert; left out: none, as in Efí's.", set_api_password, show_api_password },
	{ "client_id", KEY_TEXT, true, false, "\"Client_Id_0123456789abcdef\"",
	  "The identifier that the PSP gave for its API.", set_client_id, show_client_id },
	{ "client_secret", KEY_TEXT, true, false, "\"file:loja.client_secret\"",
	  "A reference to the secret that belongs to client_id.", set_client_secret, show_client_secret },
	{ "user_agent", KEY_TEXT, true, false, "\"file:loja.user_agent\"",
	  "A reference to the code that BS2 demands in User-Agent in production.", set_user_agent, show_user_agent },
	{ "account", KEY_NUMBER, true, false, "7654321",
	  "BS2: the account (contaNumero) whose events are announced.", set_account, show_account },
	{ "api_proxy", KEY_TEXT, true, false, "\"http://proxy.example:3128\"",
	  "The proxy through which the API is reached; left out: none, whatever the environment says.", set_api_proxy, show_api_proxy },
	{ "token_path", KEY_TEXT, true, false, "\"/oauth/token\"",
	  "Where the API gives tokens, in place of what the profile knows.", set_token_path, show_token_path },
	{ "token_scope", KEY_TEXT, true, false, "\"webhook.read webhook.write\"",
	  "The scopes that are asked for, in place of the profile's.", set_token_scope, show_token_scope },
	{ "cert_form", KEY_TEXT, true, false, "\"multipart-pem\"",
	  "How the web server's certificate is uploaded, in place of the profile's way.", set_cert_form, show_cert_form },
	{ "calls", KEY_CALLS, true, false, "( { name = \"webhook.set\"; path = \"/v2/webhook/{key}\"; } )",
	  "What this PSP's API calls differently than the profile says, one group a call.", set_calls, show_calls },
	{ "sinks", KEY_SINKS, true, false, "( { name = \"erp\"; type = \"exec\"; command = [ \"/usr/local/bin/pix-paid\" ]; } )",
	  "Where this hook's events are handed over, in place of the file's sinks; ( ): nowhere.", set_sinks, show_sinks },
	{ "confirm", KEY_FLAG, true, false, "true",
	  "Whether the PSP's API is asked, before an event is handed over, that it says the same.", set_confirm, show_confirm },
	{ 0 }
};
