#include "cli/webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/start.h"
#include "lib/mem.h"
#include "lib/secret.h"

bool webhook_start(struct webhook *w, const struct common *c, const char *hook, const char *call, bool url, struct err *e)
{
	const struct psp_call *set;

	*w = (struct webhook){ .common = c, .url = BUF(8192) };
	w->settings = start_settings(c, e);
	if (!w->settings)
		return false;
	w->hook = start_hook(w->settings, hook, e);
	if (!w->hook)
		return false;
	set = psp_call_find(w->hook->psp, "webhook.set");
	if (!set)
		return fail(e, ERR_CONFIG, "hook \"%s\": how one registers at %s is not known to pixgate " VERSION ": do it by hand; `pixgate url %s` prints the URLs",
			    hook, w->hook->psp->title, hook);
	w->per_key = strstr(set->path, "{key}");
	if (!psp_call_find(w->hook->psp, call))
		return fail(e, ERR_CONFIG, "hook \"%s\": %s has no such call", hook, w->hook->psp->title);
	if (url && !w->hook->domain[0])
		return fail(e, ERR_CONFIG, "%s:%d: hook \"%s\" has no domain: set the host name that the PSP shall call", w->settings->file, w->hook->line, hook);
	if (!settings_url(w->settings, w->hook, NULL, "", &w->url, e))
		return fail_in(e, "hook \"%s\"", hook);
	w->api = api_open(w->settings, w->hook, e);
	return w->api != NULL;
}

void webhook_end(struct webhook *w)
{
	api_close(w->api);
	if (w->url.data)
		secret_wipe(w->url.data, w->url.cap);
	buf_free(&w->url);
	settings_free(w->settings);
	*w = (struct webhook){ 0 };
}

static bool key_ok(const char *key)
{
	size_t n = strlen(key);

	return n && n <= PIX_KEY_MAX && strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.@_+") == n;
}

static bool known(const struct hook *h, const char *key)
{
	for (size_t i = 0; i < h->keys.count; i++)
		if (strcmp(h->keys.item[i], key) == 0)
			return true;
	return false;
}

static void add_key(struct target *t, const char *key)
{
	*t = (struct target){ .what = "key", .key = key, .get = "webhook.get", .set = "webhook.set", .del = "webhook.delete" };
	snprintf(t->label, sizeof t->label, "key %s", key);
}

bool webhook_not_per_key(const struct webhook *w, struct err *e)
{
	return fail(e, ERR_USAGE, "--key, --rec and --cobr are not for %s: it has one list of events for the account", w->hook->psp->title);
}

bool webhook_targets(const struct webhook *w, const char *key, bool rec, bool cobr, struct target **list, size_t *count, struct err *e)
{
	static const struct target account[] = {
		{ "rec", NULL, "webhookrec.get", "webhookrec.set", "webhookrec.delete", "webhookrec" },
		{ "cobr", NULL, "webhookcobr.get", "webhookcobr.set", "webhookcobr.delete", "webhookcobr" },
	};
	const struct hook *h = w->hook;
	const bool wanted[] = { rec, cobr };
	size_t n = 0;

	if (key && !key_ok(key))
		return fail(e, ERR_USAGE, "--key: '%s' is no Pix key (chave)", key);
	if (!key && !h->keys.count)
		return fail(e, ERR_CONFIG, "%s:%d: hook \"%s\" has no keys: at %s a URL is registered for a key; set keys, or give --key",
			    w->settings->file, h->line, h->name, h->psp->title);
	for (size_t i = 0; i < 2; i++)
		if (wanted[i] && !psp_call_find(h->psp, account[i].set))
			return fail(e, ERR_USAGE, "--%s: %s has no such call", account[i].what, h->psp->title);
	if (key && h->keys.count && !known(h, key))
		note(w->common->quiet, "key %s is none of the hook's keys: its events will be kept as foreign", key);
	*list = xcalloc((key ? 1 : h->keys.count) + 2, sizeof **list);
	if (key)
		add_key(&(*list)[n++], key);
	for (size_t i = 0; !key && i < h->keys.count; i++)
		add_key(&(*list)[n++], h->keys.item[i]);
	for (size_t i = 0; i < 2; i++)
		if (wanted[i])
			(*list)[n++] = account[i];
	*count = n;
	return true;
}

/* With TLS 1.3 the refusal of a certificate may look like any connection that breaks (Efí: "socket hang up"). */
static bool blames_our_cert(enum http_fail why)
{
	return why == HTTP_TLS || why == HTTP_OUR_CERT || why == HTTP_RESET || why == HTTP_EMPTY;
}

bool webhook_failed(struct webhook *w, const char *label, const struct api_answer *a, struct err *e)
{
	const char *name = NULL, *text = NULL;
	const struct psp_error *known_error = NULL;
	bool words = api_words(a->doc, &name, &text);

	text_hide_secret(e->text, buf_str(&w->url));
	fail_in(e, "hook \"%s\"%s%s", w->hook->name, *label ? ", " : "", label);
	if (e->code == ERR_NET && w->hook->psp->token && w->hook->psp->token->client_cert && blames_our_cert(a->fail))
		note(w->common->quiet, "the PSP breaks off when it does not know the certificate that it is shown: api_cert must be the one that it gave "
			"for environment \"%s\", and not have expired", w->hook->env ? w->hook->env->name : "");
	if (e->code == ERR_NET && a->fail == HTTP_THEIR_CERT)
		note(w->common->quiet, "nothing was sent: the server that answered could not prove that it is the PSP's; look at %s",
			w->hook->api_ca[0] ? "api and api_ca" : w->hook->api[0] ? "api, and set api_ca where the PSP has CAs of its own" : "this machine's clock and its CAs");
	if (e->code != ERR_REFUSED)
		return false;
	complain(e->text);
	if (words)
		known_error = psp_error_find(w->hook->psp, name ? name : "", text);
	else if (a->status == 403 && !a->body.len)
		known_error = psp_error_find(w->hook->psp, "", "");
	else if (a->body.len && !a->doc)	/* a gateway's plain text */
		known_error = psp_error_find(w->hook->psp, "", buf_str(&a->body));
	else if (json_type(a->doc) == JSON_STRING)
		known_error = psp_error_find(w->hook->psp, "", json_text(a->doc));
	if (known_error) {
		note(w->common->quiet, "%s", known_error->means);
		note(w->common->quiet, "%s", known_error->remedy);
	}
	*e = (struct err){ 0 };
	w->status = err_exit(ERR_REFUSED);
	w->stop = w->stop || concerns_all(a->status);
	return false;
}

/* A member's text; a URL is never longer than what a hook's may be. */
static char *member(const struct api_answer *a, const char *name, size_t most)
{
	const char *text = json_text(json_path(a->doc, name, true));

	return xstrndup(text ? text : "", most);
}

bool webhook_read(struct webhook *w, const struct target *t, struct registered *r, struct err *e)
{
	const struct api_value values[] = { { .name = "key", .value = t->key }, { 0 } };
	struct api_answer a = { 0 };
	const char *name = NULL, *text = NULL;
	bool ok = false;

	if (api_call(w->api, t->get, values, w->common->now_ms, &a, e)) {
		if (json_type(a.doc) != JSON_OBJECT) {
			fail(e, ERR_REFUSED, "HTTP %ld, and no JSON object that tells the URL", a.status);
			webhook_failed(w, t->label, &a, e);
			goto out;
		}
	} else if (e->code != ERR_REFUSED || !api_words(a.doc, &name, &text) || !says_nothing_there(a.status, name)) {
		webhook_failed(w, t->label, &a, e);
		goto out;
	} else {
		*e = (struct err){ 0 };
		json_free(a.doc);
		a.doc = NULL;
	}
	r->url = member(&a, "webhookUrl", 4096);
	r->since = member(&a, "criacao", 64);
	ok = true;
out:
	api_answer_free(&a);
	return ok;
}

void registered_free(struct registered *r)
{
	if (r->url)
		explicit_bzero(r->url, strlen(r->url));
	free(r->url);
	free(r->since);
	*r = (struct registered){ 0 };
}

bool webhook_show(struct webhook *w, const char *call, const struct api_value *values, struct err *e)
{
	struct buf b = BUF(1024 * 1024), line = BUF(OUT_MAX);
	bool ok = api_show(w->api, call, values, &b, e);

	if (ok && w->common->json) {
		json_open(&line, NULL, '{');
		json_str(&line, "hook", w->hook->name);
		json_str(&line, "call", call);
		json_flag(&line, "sent", false);
		json_str(&line, "request", buf_str(&b));
		json_close(&line, '}');
		out_line(&line);
	} else if (ok) {
		out_bytes(b.data, b.len);
		if (b.len && b.data[b.len - 1] != '\n')
			putchar('\n');
	}
	buf_free(&b);
	buf_free(&line);
	return ok;
}

bool webhook_each(struct webhook *w, const struct target *list, size_t count, target_fn *fn, void *arg, struct err *e)
{
	for (size_t i = 0; i < count; i++)
		if (!fn(w, &list[i], arg, e) && (e->code != ERR_NONE || w->stop)) {
			if (i + 1 < count)
				note(w->common->quiet, "%zu more not tried: %s%s", count - i - 1, list[i + 1].label, i + 2 < count ? " …" : "");
			return false;
		}
	return true;
}
