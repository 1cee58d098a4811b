#include "fcgi/gate.h"

#include <stdlib.h>
#include <string.h>

#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/x509.h"

static bool proof_load(const struct settings *s, const struct hook *h, const char *ref, struct secret *to, struct err *e)
{
	char bytes[LIMIT_SECRET + 1];
	size_t len;
	bool ok = secret_read(ref, s->dir, h->name, bytes, sizeof bytes, &len, e);

	if (ok)
		secret_set(to, bytes, len);
	secret_wipe(bytes, sizeof bytes);
	return ok || fail_in(e, "%s:%d: hook \"%s\"", s->file, h->line, h->name);
}

static bool door_open(const struct settings *s, const struct hook *h, struct door *d, struct err *e)
{
	struct door open = { .hook = h };

	for (size_t i = 0; i < h->secrets.count; i++)
		if (!proof_load(s, h, h->secrets.item[i], &open.secret[open.secrets++], e))
			return false;
	open.has_basic = h->basic[0];
	if (open.has_basic && !proof_load(s, h, h->basic, &open.basic, e))
		return false;
	open.has_bearer = h->bearer[0];
	if (open.has_bearer && !proof_load(s, h, h->bearer, &open.bearer, e))
		return false;
	if (h->client_cert == CLIENT_CERT_VERIFY) {
		open.trust = x509_trust_load(h->ca, e);
		if (!open.trust)
			return fail_in(e, "%s:%d: hook \"%s\"", s->file, h->line, h->name);
	}
	*d = open;
	return true;
}

bool gate_open(struct gate *g, const char *conf_file, bool lazy, struct err *e)
{
	struct gate open = { .lazy = lazy };

	open.settings = settings_load(conf_file, e);
	if (!open.settings)
		return false;
	open.doors = xcalloc(open.settings->hook_count, sizeof *open.doors);
	for (size_t i = 0; !lazy && i < open.settings->hook_count; i++) {
		if (!door_open(open.settings, &open.settings->hooks[i], &open.doors[i], e)) {
			gate_close(&open);
			return false;
		}
	}
	*g = open;
	return true;
}

void gate_close(struct gate *g)
{
	for (size_t i = 0; g->settings && i < g->settings->hook_count; i++)
		x509_trust_free(g->doors[i].trust);
	if (g->doors)
		secret_wipe(g->doors, g->settings->hook_count * sizeof *g->doors);
	free(g->doors);
	settings_free(g->settings);
	*g = (struct gate){ 0 };
}

static void refuse(struct verdict *v, int status, const char *check, const char *detail)
{
	v->status = status;
	v->check = check;
	v->detail = detail;
}

void gate_admit(struct gate *g, const struct req *r, int64_t now, struct verdict *v)
{
	struct door *d;

	v->status = 200;
	v->hook = NULL;
	v->check = v->detail = "";
	v->remote[0] = v->cert[0] = '\0';
	g->trouble.code = ERR_NONE;
	if (!route_find(g->settings, r->uri, &v->route)) {
		refuse(v, 404, "path", "no hook has this path");
		return;
	}
	d = &g->doors[v->route.hook];
	v->hook = &g->settings->hooks[v->route.hook];
	if (strcmp(r->method, "POST") != 0) {
		refuse(v, 405, "method", "not a POST");
		return;
	}
	if (!d->hook && !door_open(g->settings, v->hook, d, &g->trouble)) {
		refuse(v, 503, "configuration", "");
		return;
	}
	for (const struct auth_check *c = auth_checks; c->name; c++) {
		const char *before = v->detail;

		v->detail = "";
		/* A 403 outranks a 401: who is not the PSP must not learn that a password would be asked next. */
		if (c->check(g, d, r, &v->route, now, v) == PROOF_BAD && (v->status == 200 || (v->status == 401 && c->status == 403)))
			refuse(v, c->status, c->name, v->detail);
		else
			v->detail = before;
	}
}
