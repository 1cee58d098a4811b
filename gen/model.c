/* A plan as the names that templates use. Every name is set in every case: a template is right or wrong, whatever the case. */
#include <stdio.h>
#include <string.h>

#include "gen/plan.h"
#include "gen/plan_parts.h"
#include "lib/buf.h"
#include "lib/when.h"

enum { TIMEOUT_S = 30, TEXT_MAX = 512 * 1024 };

/* ---- regular expressions */

/* Text that stands for itself, in PCRE and RE2: brackets, because a backslash is already something to most grammars. */
static void plain(struct buf *b, const char *text)
{
	for (; *text; text++)
		buf_putf(b, strchr(".+*?()[]{}|$", *text) ? "[%c]" : "%c", *text);
}

/* The same of one path: itself, or with segments behind it. */
static void one_regex(const char *path, struct buf *b)
{
	buf_puts(b, "^");
	plain(b, path);
	buf_puts(b, strcmp(path, "/") == 0 ? "" : "(/|$)");
}

static void path_regex(const struct gen_plan *p, struct buf *b)
{
	if (p->hook_count == 1) {
		one_regex(p->hooks[0]->path, b);
		return;
	}
	buf_puts(b, "^(");
	for (size_t i = 0; i < p->hook_count; i++) {
		const char *path = p->hooks[i]->path;

		/* "/" ends its segment itself */
		if (strcmp(path, "/") == 0) {
			buf_reset(b);
			buf_puts(b, "^/");
			return;
		}
		buf_puts(b, i ? "|" : "");
		plain(b, path);
	}
	buf_puts(b, ")(/|$)");
}

/* ---- lists */

/* "/cgi-bin/pixgate.cgi" of "/cgi-bin/pixgate.cgi" and "/cgi-bin/pixgate.cgi/loja": the server finds the program itself. */
static void path_cgi(const char *path, struct buf *b)
{
	static const char *const ends[] = { ".cgi", ".fcgi" };

	for (const char *at = path; *at; ) {
		size_t len = 1 + strcspn(at + 1, "/");

		for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
			size_t n = strlen(ends[i]);

			if (len > n + 1 && memcmp(at + len - n, ends[i], n) == 0) {
				buf_add(b, path, (size_t)(at + len - path));
				return;
			}
		}
		at += len;
	}
}

static void path_item(struct values *v, const char *path)
{
	struct buf cgi = BUF(TEXT_MAX), regex = BUF(TEXT_MAX);

	path_cgi(path, &cgi);
	one_regex(path, &regex);
	values_text(v, "path", path);
	values_text(v, "path_cgi", buf_str(&cgi));
	values_text(v, "regex", buf_str(&regex));
	buf_free(&cgi);
	buf_free(&regex);
}

/* c NULL: the names alone. */
static void cert_item(struct values *v, const struct cert *c)
{
	char when[WHEN_TEXT] = "";

	if (c)
		when_format(c->until * 1000, when);
	values_text(v, "subject", c ? c->subject : "");
	values_text(v, "cn", c ? c->subject_cn : "");
	values_text(v, "sha256", c ? c->sha256 : "");
	values_textf(v, "expires", "%.10s", when);
	values_text(v, "base64", c ? c->base64 : "");
	values_flag(v, "intermediate", c && !c->self_issued);
	values_flag(v, "root_ca", c && c->self_issued);
}

static void lists(struct values *v, const struct gen_plan *p)
{
	bool roots_only = true;

	path_item(values_shape(v, "paths"), "");
	cert_item(values_shape(v, "chain"), NULL);
	cert_item(values_shape(v, "anchors"), NULL);
	for (size_t i = 0; p->server->web && i < p->hook_count; i++)
		path_item(values_item(v, "paths"), p->hooks[i]->path);
	for (size_t i = 0; i < p->chain.count; i++)
		roots_only = roots_only && p->chain.item[i].self_issued;
	for (size_t i = 0; i < p->chain.count; i++) {
		const struct cert *c = &p->chain.item[i];

		cert_item(values_item(v, "chain"), c);
		if (roots_only || !c->self_issued)
			cert_item(values_item(v, "anchors"), c);
	}
}

/* ---- single names */

static void text(struct values *v, const char *name, const char *value)
{
	values_text(v, name, value ? value : "");
}

static void number(struct values *v, const char *name, long long n)
{
	if (n)
		values_textf(v, name, "%lld", n);
	else
		values_text(v, name, "");
}

/* Two texts in one configuration never share it: a host name has no '_', and no '-' beside a dot. */
static void id_of(const struct gen_plan *p, struct buf *b)
{
	for (const char *c = p->domain; c && *c; c++)
		buf_puts(b, *c == '.' ? "_" : *c == '-' ? "__" : (char[]){ *c, '\0' });
	if (p->port != 443)
		buf_putf(b, "_%d", p->port);
}

/* The folder that the inbox's files are in: the gate must be able to write there. */
static void inbox_dir(const struct gen_plan *p, struct buf *b)
{
	const char *at = p->settings->inbox, *slash;

	if (!at || strncmp(at, "sqlite:", 7) != 0)
		return;
	at += 7;
	slash = strrchr(at, '/');
	if (*at != '/')
		buf_putf(b, "%s%s", p->settings->dir, slash ? "/" : "");
	if (slash)
		buf_add(b, at, slash == at ? 1 : (size_t)(slash - at));
}

static void of_all(struct values *v, const struct gen_plan *p)
{
	struct buf names = BUF(TEXT_MAX), inbox = BUF(TEXT_MAX);

	for (size_t i = 0; i < p->hook_count; i++)
		buf_putf(&names, "%s%s", i ? ", " : "", p->hooks[i]->name);
	text(v, "version", VERSION);
	text(v, "command", p->command);
	text(v, "title", p->server->title);
	text(v, "oldest", p->server->oldest);
	text(v, "server_version", p->version);
	text(v, "hooks", buf_str(&names));
	inbox_dir(p, &inbox);
	text(v, "conf", p->settings->file);
	text(v, "conf_dir", p->settings->dir);
	text(v, "inbox_dir", buf_str(&inbox));
	text(v, "socket", p->socket);
	text(v, "gate", p->gate);
	text(v, "place", p->server->texts[0].place);
	buf_free(&inbox);
	buf_free(&names);
}

static void of_web(struct values *v, const struct gen_plan *p)
{
	bool web = p->server->web;
	struct buf regex = BUF(TEXT_MAX), id = BUF(TEXT_MAX);

	if (web) {
		path_regex(p, &regex);
		id_of(p, &id);
	}
	text(v, "psp", p->psp ? p->psp->name : "");
	text(v, "psp_title", p->psp ? p->psp->title : "");
	text(v, "environment", p->env ? p->env->name : "");
	text(v, "domain", p->domain);
	values_flag(v, "mtls", web && p->mtls);
	values_flag(v, "skip_mtls", web && !p->mtls);
	values_flag(v, "scope_site", web && p->scope == SCOPE_SITE);
	values_flag(v, "scope_path", web && p->scope == SCOPE_PATH);
	values_flag(v, "scope_port", web && p->scope == SCOPE_PORT);
	values_flag(v, "fastcgi", web && !p->cgi);
	values_flag(v, "cgi", web && p->cgi);
	text(v, "path_regex", buf_str(&regex));
	text(v, "id", buf_str(&id));
	number(v, "port", p->port);
	if (p->port && p->port != 443)
		values_textf(v, "port_suffix", ":%d", p->port);
	else
		text(v, "port_suffix", "");
	number(v, "http_port", p->http_port);
	text(v, "address", p->address);
	values_flag(v, "ipv6", p->address && strchr(p->address, ':'));
	text(v, "server_cert", p->server_cert);
	text(v, "server_key", p->server_key);
	text(v, "root", p->root);
	text(v, "log", p->log);
	number(v, "max_body", p->settings->max_body);
	number(v, "max_body_kib", (p->settings->max_body + 1023) / 1024);
	number(v, "timeout_s", TIMEOUT_S);
	text(v, "ca", p->ca);
	values_flag(v, "chain_known", p->chain_known);
	buf_free(&regex);
	buf_free(&id);
}

static void of_pin(struct values *v, const struct gen_plan *p)
{
	const char *pin = p->pin ? p->pin : "", *cn = plan_pin_cn(pin);
	struct buf regex = BUF(TEXT_MAX);
	bool named = cn && plan_cn_plain(cn);

	if (named)
		plain(&regex, cn);
	text(v, "pin_cn", named ? cn : "");
	text(v, "pin_cn_regex", buf_str(&regex));
	values_flag(v, "pin_issuer", named && strncmp(pin, "issuer:", 7) == 0);
	values_flag(v, "pin_subject", named && strncmp(pin, "subject:", 8) == 0);
	buf_free(&regex);
}

/* Of every server, so that a template may ask for another's: it is only not set. */
static void of_version(struct values *v, const struct gen_plan *p)
{
	for (const struct gen_server *const *s = gen_servers; *s; s++)
		for (const struct gen_since *f = (*s)->since; f && f->flag; f++)
			values_flag(v, f->flag, false);
	for (const struct gen_since *f = p->server->since; f && f->flag; f++)
		values_flag(v, f->flag, version_compare(p->version, f->version) >= 0);
}

struct values *gen_model(const struct gen_plan *p)
{
	struct values *v = values_new();

	of_all(v, p);
	of_web(v, p);
	of_pin(v, p);
	lists(v, p);
	of_version(v, p);
	return v;
}
