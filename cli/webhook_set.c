/* `pixgate webhook set HOOK`: reads, compares, registers, reads back and shows the difference. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/uploaded.h"
#include "cli/webhook.h"
#include "cli/webhook_rows.h"

enum { KEY, REC, COBR, FORCE, EVENT, ONLY_TXID, DRY_RUN };

static const struct opt options[] = {
	[KEY]       = { "--key", "KEY", "for that Pix key, instead of the hook's keys", 0 },
	[REC]       = { "--rec", NULL, "for Pix Automático's authorisations too (Efí: one URL an account)", 0 },
	[COBR]      = { "--cobr", NULL, "for Pix Automático's charges too (Efí: one URL an account)", 0 },
	[FORCE]     = { "--force", NULL, "registers where the same URL is registered already too", 0 },
	[EVENT]     = { "--event", "EVENT[,EVENT]", "BS2: those events; by default Recebimento and Pagamento, or all seven of an indirect participant", 0 },
	[ONLY_TXID] = { "--only-txid", NULL, "BS2, direct: only receipts that have a txid", 0 },
	[DRY_RUN]   = { "--dry-run", NULL, "prints the request, secrets masked, and sends nothing", 0 },
	{ 0 }
};

static void say(const struct webhook *w, const struct target *t, const char *was, const char *is, const char *result)
{
	struct buf b = BUF(OUT_MAX);
	char *before = url_masked(was), *after = url_masked(is);

	if (w->common->json) {
		json_open(&b, NULL, '{');
		json_str(&b, "hook", w->hook->name);
		json_str(&b, "target", t->what);
		json_str(&b, "key", t->key);
		json_str(&b, "result", result);
		json_str(&b, "before", *before ? before : NULL);
		json_str(&b, "after", *after ? after : NULL);
		json_close(&b, '}');
		out_line(&b);
	} else if (strcmp(was, is) == 0) {
		printf("%s: %s: %s\n", t->label, result, after);
	} else {
		printf("%s: %s\n  before  %s\n  now     %s%s\n", t->label, result, *before ? before : "(nothing)", *after ? after : "(nothing)",
			strcmp(before, after) == 0 ? "  (with another secret)" : "");
	}
	free(before);
	free(after);
	buf_free(&b);
}

/* What happens while the request is on its way: the gate must be up, and its log will show these calls. */
static void announce(const struct webhook *w, const struct target *t, bool skip)
{
	const struct psp_call *call = psp_call_find(w->hook->psp, t->set);
	char *url = url_masked(buf_str(&w->url));

	if (call && call->header)
		note(w->common->quiet, "%s: the PSP now calls %s %s", t->label, url, skip ? "once, and it must be answered with 2xx (no certificate is asked for)" :
			"twice: first without its certificate, which must be refused, then with it, which must be answered with 2xx");
	else
		note(w->common->quiet, "%s: the PSP may call %s before it answers", t->label, url);
	free(url);
}

static bool set_one(struct webhook *w, const struct target *t, void *arg, struct err *e)
{
	const struct args *a = arg;
	bool skip = w->hook->client_cert == CLIENT_CERT_NONE, ok = false;
	const char *ours = buf_str(&w->url);
	const struct api_value values[] = {
		{ .name = "key", .value = t->key }, { .name = "url", .value = ours }, { .name = "skip_mtls", .value = skip ? "true" : "false" }, { 0 }
	};
	struct registered was = { 0 }, is = { 0 };
	struct api_answer answer = { 0 };

	if (a->value[DRY_RUN])
		return webhook_show(w, t->set, values, e);
	if (!webhook_read(w, t, &was, e))
		goto out;
	if (strcmp(was.url, ours) == 0 && !a->value[FORCE]) {
		say(w, t, was.url, ours, "unchanged");
		ok = true;
		goto out;
	}
	announce(w, t, skip);
	if (!api_call(w->api, t->set, values, w->common->now_ms, &answer, e)) {
		webhook_failed(w, t->label, &answer, e);
		if (e->code == ERR_NET)
			fail_in(e, "whether it was registered is not known (`pixgate webhook get %s` tells)", w->hook->name);
		goto out;
	}
	if (!webhook_read(w, t, &is, e))
		goto out;
	if (strcmp(is.url, ours) != 0) {
		say(w, t, was.url, is.url, "not what was sent");
		note(false, "%s: the PSP said yes, but has %s", t->label, url_whose(ours, is.url));
		if (!w->status)
			w->status = 1;
		goto out;
	}
	say(w, t, was.url, is.url, strcmp(was.url, is.url) ? "registered" : "registered again");
	ok = true;
out:
	registered_free(&was);
	registered_free(&is);
	api_answer_free(&answer);
	return ok;
}

/* Registered, and silent all the same, is what nobody would understand. */
static void tell_upload(const struct webhook *w)
{
	struct uploaded u;
	bool known = false;

	if (w->hook->psp->cert_form && !w->status && uploaded_read(w->settings, w->hook, &u, &known, NULL) && !known)
		note(w->common->quiet, "BS2 calls only a server whose certificate was uploaded, and from here none was: `pixgate cert push %s`", w->hook->name);
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct webhook w;
	struct target *list = NULL;
	size_t count = 0;
	int status = 2;

	if (!webhook_start(&w, c, a->operand[0], "webhook.set", true, e))
		goto out;
	if (!w.per_key) {
		if (a->value[KEY] || a->value[REC] || a->value[COBR])
			webhook_not_per_key(&w, e);
		else if (w.hook->psp->event_in_path && a->value[ONLY_TXID])
			fail(e, ERR_USAGE, "--only-txid is not for %s", w.hook->psp->title);
		else if (w.hook->psp->event_in_path)
			routes_set(&w, a->value[EVENT], a->value[FORCE], a->value[DRY_RUN], e);
		else
			rows_set(&w, a->value[EVENT], a->value[ONLY_TXID], a->value[FORCE], a->value[DRY_RUN], e);
		if (e->code == ERR_NONE && !a->value[DRY_RUN])
			tell_upload(&w);
	} else if (a->value[EVENT] || a->value[ONLY_TXID]) {
		fail(e, ERR_USAGE, "--event and --only-txid are for BS2 alone");
	} else if (webhook_targets(&w, a->value[KEY], a->value[REC], a->value[COBR], &list, &count, e)) {
		webhook_each(&w, list, count, set_one, (void *)(uintptr_t)a, e);
	}
	status = w.status;
out:
	free(list);
	webhook_end(&w);
	return status;
}

const struct verb webhook_set = {
	.name = "set",
	.synopsis = "HOOK [OPTION …]",
	.summary = "registers the hook's URL at the PSP",
	.help = "Reads what is registered, and where it differs registers the URL that `pixgate url HOOK` prints and reads it back. The gate and\n"
		"the web server must be up: Efí calls the URL before it answers. With client_cert = \"none\" Efí is told to skip the check of\n"
		"the certificate. Exit status 1: the PSP has something else than what was sent; 4: no answer; 5: it refused.",
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
