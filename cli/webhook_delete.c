/* `pixgate webhook delete HOOK`: the PSP no longer calls. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/webhook.h"
#include "cli/webhook_rows.h"

enum { KEY, REC, COBR, EVENT, YES, FORCE, DRY_RUN };

static const struct opt options[] = {
	[KEY]     = { "--key", "KEY", "of that Pix key, instead of the hook's keys", 0 },
	[REC]     = { "--rec", NULL, "of Pix Automático's authorisations too", 0 },
	[COBR]    = { "--cobr", NULL, "of Pix Automático's charges too", 0 },
	[EVENT]   = { "--event", "EVENT[,EVENT]", "BS2's indirect participants: of those events alone", 0 },
	[YES]     = { "--yes", NULL, "does it; without it the requests are only shown", 0 },
	[FORCE]   = { "--force", NULL, "deletes a URL that is not this hook's too", 0 },
	[DRY_RUN] = { "--dry-run", NULL, "prints the requests, secrets masked, and sends nothing", 0 },
	{ 0 }
};

struct removal {
	bool dry, force;
	size_t done;
};

static void say(const struct webhook *w, const struct target *t, const char *was, const char *result)
{
	struct buf b = BUF(OUT_MAX);
	char *url = url_masked(was);

	if (w->common->json) {
		json_open(&b, NULL, '{');
		json_str(&b, "hook", w->hook->name);
		json_str(&b, "target", t->what);
		json_str(&b, "key", t->key);
		json_str(&b, "result", result);
		json_str(&b, "before", *url ? url : NULL);
		json_close(&b, '}');
		out_line(&b);
	} else {
		printf("%s: %s%s%s\n", t->label, result, *url ? ": " : "", url);
	}
	free(url);
	buf_free(&b);
}

static bool delete_one(struct webhook *w, const struct target *t, void *arg, struct err *e)
{
	const struct api_value values[] = { { .name = "key", .value = t->key }, { 0 } };
	struct removal *d = arg;
	struct registered was = { 0 };
	struct api_answer answer = { 0 };
	bool ok = false;

	if (d->dry)
		return webhook_show(w, t->del, values, e);
	if (!webhook_read(w, t, &was, e))
		goto out;
	if (!*was.url) {
		say(w, t, was.url, "nothing is registered");
		ok = true;
		goto out;
	}
	if (!d->force && strcmp(url_whose(buf_str(&w->url), was.url), "another URL") == 0) {
		say(w, t, was.url, "left, it is another URL (--force deletes it too)");
		if (!w->status)
			w->status = 1;
		ok = true;
		goto out;
	}
	if (!api_call(w->api, t->del, values, w->common->now_ms, &answer, e)) {
		webhook_failed(w, t->label, &answer, e);
		goto out;
	}
	say(w, t, was.url, "deleted");
	d->done++;
	ok = true;
out:
	registered_free(&was);
	api_answer_free(&answer);
	return ok;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct removal d = { .dry = a->value[DRY_RUN] || !a->value[YES], .force = a->value[FORCE] };
	struct webhook w;
	struct target *list = NULL;
	size_t count = 0;
	int status = 2;

	if (!webhook_start(&w, c, a->operand[0], "webhook.delete", true, e))
		goto out;
	if (!w.per_key && (a->value[KEY] || a->value[REC] || a->value[COBR]))
		webhook_not_per_key(&w, e);
	else if (!w.per_key)
		rows_delete(&w, a->value[EVENT], d.force, d.dry, e);
	else if (a->value[EVENT])
		fail(e, ERR_USAGE, "--event is for BS2 alone");
	else if (webhook_targets(&w, a->value[KEY], a->value[REC], a->value[COBR], &list, &count, e) &&
		 webhook_each(&w, list, count, delete_one, &d, e) && !d.dry && !d.done && !w.status)
		w.status = 1;
	if (e->code == ERR_NONE && d.dry && !a->value[DRY_RUN])
		fail(e, ERR_USAGE, "webhook delete: nothing was sent; the PSP stops calling with that: add --yes to do it");
	status = w.status;
out:
	free(list);
	webhook_end(&w);
	return status;
}

const struct verb webhook_delete = {
	.name = "delete",
	.synopsis = "HOOK --yes [OPTION …]",
	.summary = "ends the registration at the PSP",
	.help = "Without --yes it only shows what it would send (exit status 2). A URL that is not this hook's is left. Exit status 1: nothing\n"
		"was registered, or another URL; 4: no answer; 5: the PSP refused.",
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
