/* `pixgate cert push HOOK…`: uploads the certificate that the server really serves, where that is another than the one uploaded last. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/uploaded.h"
#include "cli/cert.h"
#include "cli/chain.h"
#include "cli/start.h"
#include "cli/webhook.h"
#include "lib/mem.h"
#include "lib/text.h"
#include "lib/when.h"

enum { CERT, RESOLVE, RENEWED, FORCE, DRY_RUN };

static const struct opt options[] = {
	[CERT]    = { "--cert", "FILE", "that certificate (PEM or DER), in place of the one that is served", 0 },
	[RESOLVE] = { "--resolve", "HOST:PORT:ADDRESS[,…]", "looks there, whatever DNS says", 0 },
	[RENEWED] = { "--renewed", NULL, "as certbot's deploy hook: $RENEWED_LINEAGE/cert.pem to each hook of $RENEWED_DOMAINS", 0 },
	[FORCE]   = { "--force", NULL, "uploads although a check failed, or what was uploaded already", 0 },
	[DRY_RUN] = { "--dry-run", NULL, "prints the request, and sends nothing", 0 },
	{ 0 }
};

/* One upload on its way. */
struct push {
	struct webhook w;
	const struct args *a;
	const char *file;	/* NULL: what is served */
	const struct cert_form *form;
	struct host host;
	struct cert_list given;	/* of file */
	const struct cert *cert;
	struct findings found;
};

/* The certificate, and what is wrong with it. */
static bool choose(struct push *p, struct err *e)
{
	const int64_t now = p->w.common->now_ms / 1000;

	if (!host_read(&p->host, p->w.hook->domain, e))
		return false;
	if (p->file) {
		if (!cert_leaf_load(p->file, &p->given, e))
			return false;
		p->cert = p->given.item;
	} else {
		if (!host_look(&p->host, p->a->value[RESOLVE], e))
			return false;
		judge_host(&p->host, &p->found);
		p->cert = host_leaf(&p->host);
		if (!p->cert)
			return fail(e, ERR_NET, "no certificate can be seen: %s at %s, port %d: %.200s", p->host.name, p->host.item[0].address, p->host.port, p->host.item[0].why);
	}
	judge_cert(p->cert, p->host.name, now, &p->found);
	return true;
}

/* {cert} as the form wants it; *len 0: a text. */
static bool coded(const struct push *p, struct buf *out, size_t *len)
{
	const struct cert *c = p->cert;
	size_t size = 4 * strlen(c->pem) + 8;
	char *text = xmalloc(size);
	bool ok = false;

	*len = 0;
	switch (p->form->coding) {
	case CERT_PEM:
		ok = buf_puts(out, c->pem);
		break;
	case CERT_BASE64_DER:
		ok = buf_puts(out, c->base64);
		break;
	case CERT_BASE64_PEM:
		ok = text_base64(c->pem, strlen(c->pem), text, size) && buf_puts(out, text);
		break;
	case CERT_DER:
		ok = text_unbase64(c->base64, strlen(c->base64), (unsigned char *)text, size, len) && buf_add(out, text, *len);
		break;
	}
	free(text);
	return ok;
}

static void say(const struct push *p, const char *result, int64_t at)
{
	const struct cert *c = p->cert;
	const struct common *common = p->w.common;
	int64_t left = days_left(c, common->now_ms / 1000);
	char day[DAY_TEXT], when[WHEN_TEXT];
	struct buf b = BUF(OUT_MAX);

	when_format(at, when);
	if (common->json) {
		json_open(&b, NULL, '{');
		json_str(&b, "hook", p->w.hook->name);
		json_str(&b, "result", result);
		json_str(&b, "sha256", c->sha256);
		json_str(&b, "key", c->key);
		json_str(&b, "names", c->names);
		json_when(&b, "until", c->until * 1000);
		json_int(&b, "days_left", left);
		json_str(&b, "form", p->form->name);
		json_str(&b, "file", p->file);
		json_str(&b, "uploaded_at", at ? when : NULL);
		json_open(&b, "findings", '[');
		for (size_t i = 0; i < p->found.count; i++)
			json_str(&b, NULL, p->found.item[i].text);
		json_close(&b, ']');
		json_close(&b, '}');
		out_line(&b);
	} else {
		day_text(c->until, day);
		printf("%s: %s", p->w.hook->name, result);
		if (at && at != common->now_ms)
			printf(" on %.10s %.5s UTC", when, when + 11);
		printf(": SHA-256 %s, %s, until %s, %" PRId64 " days left (%s)\n", c->sha256, c->key, day, left, p->form->name);
	}
	buf_free(&b);
}

/* BS2's texts may come with any status. */
static bool refused_all_the_same(const struct push *p, const struct api_answer *a, struct err *e)
{
	const char *name = NULL, *text = NULL;

	if (!api_words(a->doc, &name, &text))
		text = json_type(a->doc) == JSON_STRING ? json_text(a->doc) : a->doc ? NULL : buf_str(&a->body);
	if (!text || !*text || !psp_error_find(p->w.hook->psp, name ? name : "", text))
		return false;
	fail(e, ERR_REFUSED, "HTTP %ld, but \"%.200s\"", a->status, text);
	text_tame(e->text, strlen(e->text));
	return true;
}

static bool send(struct push *p, const struct api_value *values, struct err *e)
{
	struct webhook *w = &p->w;
	const int64_t now = w->common->now_ms;
	struct uploaded u = { .until = p->cert->until, .at = now };
	struct api_answer answer = { 0 };
	bool ok = false;

	if (!api_call(w->api, p->form->call, values, now, &answer, e) || refused_all_the_same(p, &answer, e)) {
		bool sent = e->code == ERR_NET && answer.fail != HTTP_NO_HOST && answer.fail != HTTP_NO_CONNECTION;

		webhook_failed(w, "certificate", &answer, e);
		if (sent) {
			uploaded_forget(w->settings, w->hook, NULL);
			fail_in(e, "whether it was uploaded is not known, so push it again");
		}
		goto out;
	}
	snprintf(u.sha256, sizeof u.sha256, "%s", p->cert->sha256);
	snprintf(u.form, sizeof u.form, "%s", p->form->name);
	say(p, "uploaded", now);
	ok = uploaded_write(w->settings, w->hook, &u, e) || fail_in(e, "it was uploaded, but that could not be remembered");
out:
	api_answer_free(&answer);
	return ok;
}

/* What stands against it is told. */
static bool allowed(struct push *p, bool force)
{
	bool go = p->found.worst == SAYS || (force && p->found.worst == STOPS);

	for (size_t i = 0; i < p->found.count; i++)
		note(p->found.item[i].weight == SAYS && p->w.common->quiet, "hook \"%s\": %s", p->w.hook->name, p->found.item[i].text);
	if (go)
		return true;
	say(p, "not uploaded", 0);
	note(p->w.common->quiet, "%s", p->found.worst == STOPS ? "--force uploads it all the same" :
		!p->file && !host_agrees(&p->host) ? "have every address serve the same certificate, or say with --cert which is to be uploaded" :
		"nothing was uploaded");
	if (!p->w.status)
		p->w.status = 1;
	return false;
}

static bool push(struct push *p, struct err *e)
{
	struct webhook *w = &p->w;
	bool force = p->a->value[FORCE], known = false, ok = false;
	struct buf bytes = BUF(LIMIT_API_BODY);
	struct uploaded was;
	size_t len;

	if (!choose(p, e) || !allowed(p, force))
		goto out;
	if (!coded(p, &bytes, &len)) {
		fail(e, ERR_CONFIG, "the certificate is too large to be uploaded");
		goto out;
	}
	const struct api_value values[] = { { .name = "cert", .value = buf_str(&bytes), .len = len }, { 0 } };

	if (p->a->value[DRY_RUN]) {
		ok = webhook_show(w, p->form->call, values, e);
		goto out;
	}
	if (!uploaded_read(w->settings, w->hook, &was, &known, e))
		goto out;
	if (known && !force && strcmp(was.sha256, p->cert->sha256) == 0 && strcmp(was.form, p->form->name) == 0) {
		say(p, "already uploaded", was.at);
		ok = true;
		goto out;
	}
	ok = send(p, values, e);
out:
	buf_free(&bytes);
	return ok;
}

/* Its exit status; what went wrong is told. */
static int push_to(const char *hook, const char *file, const struct common *c, const struct args *a)
{
	struct push p = { .a = a, .file = file };
	struct err e = { 0 };
	int status;

	if (webhook_start(&p.w, c, hook, "cert.set", true, &e)) {
		const struct hook *h = p.w.hook;

		p.form = cert_form_find(*h->cert_form ? h->cert_form : h->psp->cert_form);
		if (!push(&p, &e) && e.code != ERR_NONE && !strstr(e.text, "hook \""))
			fail_in(&e, "hook \"%s\"", h->name);
	}
	status = e.code != ERR_NONE ? err_exit(e.code) : p.w.status;
	if (e.code != ERR_NONE)
		complain(e.text);
	host_free(&p.host);
	certs_free(&p.given);
	webhook_end(&p.w);
	return status;
}

static bool wants_none(const struct hook *h, struct err *e)
{
	return fail(e, ERR_CONFIG, "hook \"%s\": %s wants no certificate of your server", h->name, h->psp->title);
}

static int push_named(const struct settings *s, const struct common *c, const struct args *a, struct err *e)
{
	int worst = 0;

	for (int i = 0; i < a->operands; i++) {
		const struct hook *h = start_hook(s, a->operand[i], e);

		if (!h || (!h->psp->cert_form && !wants_none(h, e)))
			return 2;
	}
	for (int i = 0; i < a->operands; i++) {
		int status = push_to(a->operand[i], a->value[CERT], c, a);

		worst = status > worst ? status : worst;
	}
	return worst;
}

/* certbot's environment: the folder of the new certificate, and the names that it is for. */
static int push_renewed(const struct settings *s, const struct common *c, const struct args *a, struct err *e)
{
	const char *lineage = getenv("RENEWED_LINEAGE"), *domains = getenv("RENEWED_DOMAINS");
	struct buf file = BUF(4096);
	int worst = 0, count = 0;

	if (!lineage || !*lineage || !domains || !*domains) {
		fail(e, ERR_USAGE, "--renewed: RENEWED_LINEAGE and RENEWED_DOMAINS are not set: this is for certbot's deploy hook");
		goto out;
	}
	if (!buf_putf(&file, "%s/cert.pem", lineage)) {
		fail(e, ERR_USAGE, "--renewed: RENEWED_LINEAGE is too long");
		goto out;
	}
	for (size_t i = 0; i < s->hook_count; i++) {
		const struct hook *h = &s->hooks[i];
		struct host host;
		int status;

		if (!h->psp->cert_form || !h->domain[0] || !host_read(&host, h->domain, NULL) || !renewed_covers(domains, host.name))
			continue;
		count++;
		status = push_to(h->name, buf_str(&file), c, a);
		worst = status > worst ? status : worst;
	}
	if (!count)
		note(c->quiet, "none of the hooks is one whose PSP wants the certificate of %.300s", domains);
out:
	buf_free(&file);
	return worst;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct settings *s = NULL;
	int status = 2;

	if (a->value[RENEWED] ? a->operands > 0 || a->value[CERT] || a->value[RESOLVE] : !a->operands)
		return fail(e, ERR_USAGE, "cert push: give hooks, or --renewed and neither hooks nor --cert nor --resolve");
	if (a->value[CERT] && a->value[RESOLVE])
		return fail(e, ERR_USAGE, "cert push: --resolve is where the server is looked at; with --cert it is not");
	if (a->value[RESOLVE] && !resolve_ok(a->value[RESOLVE], e))
		return 2;
	s = start_settings(c, e);
	if (s)
		status = a->value[RENEWED] ? push_renewed(s, c, a, e) : push_named(s, c, a, e);
	settings_free(s);
	return status;
}

const struct verb cert_push = {
	.name = "push",
	.synopsis = "HOOK… [OPTION …]",
	.summary = "uploads the certificate that your server serves to the PSP",
	.help = "For BS2, which trusts exactly the certificate that was uploaded: at each renewal it must get the new one, or notices stop.\n"
		"Looks at every address of the hook's domain with TLS 1.2, checks the certificate (one, not a CA's, for that host, in date, the\n"
		"same at every address) and uploads it where it is another than the last. Exit status 1: a check failed, nothing was\n"
		"uploaded; 4: no answer; 5: the PSP refused. Of several hooks the worst.",
	.options = options,
	.most = -1,
	.run = run,
};
