/* The command line of `pixgate check` becomes a target. */
#include "cli/check_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/cert.h"
#include "cli/start.h"
#include "cli/urls.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/secret.h"
#include "lib/text.h"

enum { URL_MOST = 4096 };

static const struct {
	enum mode mode;
	const char *psp;
} modes[] = {
	{ MODE_EFI_MTLS, "efi" }, { MODE_EFI_SKIP, "efi" }, { MODE_BS2, "bs2" }, { MODE_BS2_INDIRECT, "bs2-indirect" }, { MODE_BACEN, "bacen" },
};
enum { MODE_ROWS = sizeof modes / sizeof modes[0] };

static bool has_prefix(const char *text, const char *prefix)
{
	return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

static void wipe(struct buf *b)
{
	if (b->data)
		secret_wipe(b->data, b->cap);
	buf_free(b);
}

void check_target_free(struct check_target *t)
{
	wipe(&t->path);
	wipe(&t->query);
	wipe(&t->secret);
	wipe(&t->authorization);
	settings_free(t->settings);
	*t = (struct check_target){ 0 };
}

/* Texts of the target that others own: what may be NULL there must not be here. */
static void begin(struct check_target *t)
{
	*t = (struct check_target){
		.target = { .host = "", .path = "/", .query = "", .secret = "", .authorization = "", .ca = "", .pin = "", .server = "" },
		.path = BUF(URL_MOST), .query = BUF(URL_MOST), .secret = BUF(URL_MOST), .authorization = BUF(URL_MOST),
	};
}

/* The value of hmac, else of the first parameter that has one; its bytes as they stand in the URL. */
static void find_secret(struct check_target *t)
{
	const char *found = NULL;
	size_t found_len = 0;

	for (const char *p = buf_str(&t->query); *p; p += *p == '&') {
		size_t len = strcspn(p, "&"), name = strcspn(p, "=&");
		bool hmac = name == 4 && strncmp(p, "hmac", 4) == 0;

		if (name + 1 < len && (!found || hmac)) {
			found = p + name + 1;
			found_len = len - name - 1;
		}
		p += len;
		if (hmac && found)
			break;
	}
	if (found)
		buf_add(&t->secret, found, found_len);
	t->target.secret = buf_str(&t->secret);
}

/* Nothing of the URL is in a message: it may hold a secret anywhere. */
bool check_url_read(struct check_target *t, const char *url, struct err *e)
{
	static const char scheme[] = "https://";
	const char *at = url + strlen(scheme), *path, *query;
	struct host host = { 0 };
	struct err why = { 0 };
	char *domain;
	bool ok;

	if (!has_prefix(url, scheme))
		return fail(e, ERR_USAGE, "the URL does not begin with https://: a PSP calls nothing else");
	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p > '~' || *p == '#' || *p == '"' || *p == '<' || *p == '>' || *p == '\\')
			return fail(e, ERR_USAGE, "the URL's byte %td cannot stand in a URL that is registered: write it with %%XX, and leave out a #part", p - url + 1);
	if (strlen(url) >= URL_MOST)
		return fail(e, ERR_USAGE, "the URL is longer than %d bytes", URL_MOST - 1);
	path = at + strcspn(at, "/?");
	query = path + strcspn(path, "?");
	domain = xstrndup(at, (size_t)(path - at));
	if (strchr(domain, '@'))
		ok = fail(e, ERR_USAGE, "the URL holds a name or a password before its host, which a PSP does not send");
	else if (!domain_ok(domain, &why) || !host_read(&host, domain, &why))
		ok = fail(e, ERR_USAGE, "the URL's host is no host name with or without a port: expected one such as https://loja.example.com/webhook");
	else
		ok = true;
	secret_wipe(domain, strlen(domain));
	free(domain);
	if (!ok)
		return false;
	buf_reset(&t->path);
	buf_reset(&t->query);
	buf_reset(&t->secret);
	snprintf(t->host, sizeof t->host, "%.261s", host.name);
	buf_puts(&t->path, *path == '/' ? "" : "/");
	buf_add(&t->path, path, (size_t)(query - path));
	buf_puts(&t->query, *query ? query + 1 : "");
	t->target.host = t->host;
	t->target.port = host.port;
	t->target.path = buf_str(&t->path);
	t->target.query = buf_str(&t->query);
	find_secret(t);
	return true;
}

/* The first line of standard input. */
static bool read_stdin(struct buf *url, struct err *e)
{
	char line[URL_MOST + 2];
	bool ok = fgets(line, sizeof line, stdin) && strcspn(line, "\r\n") > 0;

	if (ok) {
		line[strcspn(line, "\r\n")] = '\0';
		buf_puts(url, line);
	}
	secret_wipe(line, sizeof line);
	return ok || fail(e, ERR_USAGE, "standard input holds no URL in its first line");
}

/* What a reference names, as the PSP sends it. */
static bool keep_authorization(struct check_target *t, const char *ref, const char *dir, const char *name, bool basic, struct err *e)
{
	char bytes[LIMIT_SECRET + 1], coded[LIMIT_SECRET * 4 / 3 + 8];
	size_t len = 0;
	bool ok = secret_read(ref, dir, name, bytes, sizeof bytes, &len, e);

	if (ok && !basic)
		ok = buf_putf(&t->authorization, "Bearer %s", bytes);
	else if (ok && text_base64(bytes, len, coded, sizeof coded))
		ok = buf_putf(&t->authorization, "Basic %s", coded);
	secret_wipe(bytes, sizeof bytes);
	secret_wipe(coded, sizeof coded);
	t->target.authorization = buf_str(&t->authorization);
	return ok;
}

static bool read_authorization(struct check_target *t, const struct hook *h, struct err *e)
{
	bool basic = *h->basic;

	return (!basic && !*h->bearer) || keep_authorization(t, basic ? h->basic : h->bearer, t->settings->dir, h->name, basic, e) ||
	       fail_in(e, "hook \"%s\": %s", h->name, basic ? "basic" : "bearer");
}

bool check_authorization(struct check_target *t, const char *basic, const char *bearer, struct err *e)
{
	const char *option = basic ? "--basic" : "--bearer", *file = basic ? basic : bearer;
	struct buf ref = BUF(4096 + 8);
	bool ok = false;

	if (!file)
		return true;
	if (t->hook)
		fail(e, ERR_USAGE, "%s: hook \"%s\" says itself what the PSP sends", option, t->hook);
	else if (basic && bearer)
		fail(e, ERR_USAGE, "--basic and --bearer: a PSP sends one of them");
	else if (!*file || !buf_putf(&ref, "file:%s", file))
		fail(e, ERR_USAGE, "%s: the file's name is empty or too long", option);
	else
		ok = keep_authorization(t, buf_str(&ref), ".", "", basic, e) || fail_in(e, "%s", option);
	buf_free(&ref);
	return ok;
}

static bool read_hook(struct check_target *t, const struct common *c, const char *name, struct err *e)
{
	struct buf url = BUF(2 * URL_MOST);
	const struct hook *h;
	bool ok = false;

	t->settings = start_settings(c, e);
	h = t->settings ? start_hook(t->settings, name, e) : NULL;
	if (!h)
		goto out;
	if (!h->domain[0]) {
		fail(e, ERR_CONFIG, "%s:%d: hook \"%s\" has no domain: set the host name that the PSP shall call", t->settings->file, h->line, name);
		goto out;
	}
	if (!settings_url(t->settings, h, NULL, "", &url, e) || !check_url_read(t, buf_str(&url), e) || !read_authorization(t, h, e)) {
		fail_in(e, "hook \"%s\"", name);
		goto out;
	}
	t->hook = name;
	t->target.psp = h->psp;
	t->target.env = h->env;
	t->target.ca = h->ca;
	t->target.pin = h->pin;
	t->target.keys = h->keys.count;
	t->target.sources = h->sources.count;
	for (size_t i = 0; i < MODE_ROWS; i++)
		if (strcmp(modes[i].psp, h->psp->name) == 0) {
			t->target.mode = modes[i].mode;
			break;
		}
	if (t->target.mode == MODE_EFI_MTLS && h->client_cert == CLIENT_CERT_NONE)
		t->target.mode = MODE_EFI_SKIP;
	ok = true;
out:
	wipe(&url);
	return ok;
}

static bool unknown(const char *option, const char *word, const char *const *names, struct err *e)
{
	struct buf all = BUF(400);

	for (; *names; names++)
		buf_putf(&all, "%s%s", all.len ? ", " : "", *names);
	fail(e, ERR_USAGE, "%s: '%s' is unknown (one of: %s)", option, word, buf_str(&all));
	buf_free(&all);
	return false;
}

/* --mode and --psp, and what follows from them where they are not given. */
static bool read_mode(struct check_target *t, const char *psp, const char *mode, struct err *e)
{
	const char *psp_names[MODE_ROWS + 1] = { 0 };
	size_t n = 0;
	int row = -1;

	for (size_t i = 0; i < MODE_ROWS; i++)
		if (!n || strcmp(psp_names[n - 1], modes[i].psp) != 0)
			psp_names[n++] = modes[i].psp;
	for (int i = 0; mode && row < 0; i++) {
		if (!mode_names[i])
			return unknown("--mode", mode, mode_names, e);
		for (int k = 0; strcmp(mode_names[i], mode) == 0 && row < 0; k++)
			if ((int)modes[k].mode == i)
				row = k;
	}
	if (t->hook && psp && strcmp(psp, t->target.psp->name) != 0)
		return fail(e, ERR_USAGE, "--psp %s: hook \"%s\" says psp = \"%s\"", psp, t->hook, t->target.psp->name);
	if (t->hook)
		psp = t->target.psp->name;
	if (row >= 0 && psp && strcmp(modes[row].psp, psp) != 0 && psp_find(psp))
		return fail(e, ERR_USAGE, "--mode %s is not for PSP %s", mode, psp);
	for (int i = 0; psp && row < 0 && i < MODE_ROWS; i++)
		if (strcmp(modes[i].psp, psp) == 0)
			row = i;
	if (psp && row < 0)
		return unknown("--psp", psp, psp_names, e);
	if (t->hook && !mode)
		return true;
	if (row < 0)
		row = 0;
	/* who gives Efí's URL a secret does so because there is no certificate; a hook's settings know better */
	if (!mode && modes[row].mode == MODE_EFI_MTLS && *t->target.secret)
		row++;
	t->target.mode = modes[row].mode;
	t->target.psp = psp_find(modes[row].psp);
	return true;
}

/* One URL an event is registered below the hook's: what is looked at is that, as a hook has it. */
static void cut_event(struct check_target *t)
{
	char *last = t->path.len ? strrchr(t->path.data, '/') : NULL;

	for (const struct psp_event *ev = t->target.psp->events; last && last > t->path.data && ev && ev->fields; ev++)
		if (ev->name && strcmp(last + 1, ev->name) == 0) {
			*last = '\0';
			t->path.len = (size_t)(last - t->path.data);
			break;
		}
}

static bool read_server(struct check_target *t, const char *server, struct err *e)
{
	static const char *const names[] = { "apache", "caddy", "lighttpd", "nginx", NULL };

	if (!server)
		return true;
	for (size_t i = 0; names[i]; i++)
		if (strcmp(names[i], server) == 0) {
			t->target.server = names[i];
			return true;
		}
	return unknown("--server", server, names, e);
}

bool check_target_read(struct check_target *t, const struct common *c, const char *operand, const char *psp, const char *mode, const char *server, struct err *e)
{
	struct buf url = BUF(URL_MOST + 1);
	bool ok;

	begin(t);
	if (strcmp(operand, "-") == 0)
		ok = read_stdin(&url, e) && check_url_read(t, buf_str(&url), e);
	else if (strstr(operand, "://"))
		ok = check_url_read(t, operand, e);
	else
		ok = read_hook(t, c, operand, e);
	wipe(&url);
	if (!ok || !read_mode(t, psp, mode, e) || !read_server(t, server, e))
		return false;
	if (!t->hook && t->target.psp->event_in_path)
		cut_event(t);
	return true;
}

bool check_resolve_ok(const struct check_target *t, const char *resolve, bool *other, struct err *e)
{
	char at[sizeof t->host + 16];
	bool v6 = strchr(t->host, ':');

	snprintf(at, sizeof at, "%s%s%s:%d:", v6 ? "[" : "", t->host, v6 ? "]" : "", t->target.port);
	*other = !has_prefix(resolve, at);
	return resolve_ok(resolve, e);
}
