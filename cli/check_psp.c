/* What the PSP has registered for a hook, asked quietly: whatever fails is a fact for the judge, and no error of the check. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/uploaded.h"
#include "check/seen.h"
#include "cli/check.h"
#include "cli/webhook_rows.h"
#include "lib/text.h"

static void why(struct seen *s, const struct webhook *w, const char *text)
{
	char *own = strdup(text);

	if (!own)
		return;
	text_hide_secret(own, buf_str(&w->url));
	text_tame(own, strlen(own));
	snprintf(s->registration_why, sizeof s->registration_why, "%.*s", (int)sizeof s->registration_why - 1, own);
	free(own);
}

/* The BCB API: a URL a key. The hook's first key stands for all: `webhook get` has the rest. */
static void ask_key(struct webhook *w, struct seen *s)
{
	const struct api_value values[] = { { .name = "key", .value = w->hook->keys.count ? w->hook->keys.item[0] : NULL }, { 0 } };
	const char *name = NULL, *text = NULL, *url;
	struct api_answer a = { 0 };
	struct err e = { 0 };

	if (!w->hook->keys.count) {
		why(s, w, "the hook has no keys, and a URL is registered for a key");
		return;
	}
	if (api_call(w->api, "webhook.get", values, w->common->now_ms, &a, &e)) {
		url = json_text(json_path(a.doc, "webhookUrl", true));
		s->registered = url && strcmp(buf_str(&w->url), url) == 0;
		if (json_type(a.doc) != JSON_OBJECT)
			why(s, w, "its answer is no JSON object that tells the URL");
	} else if (e.code != ERR_REFUSED || !api_words(a.doc, &name, &text) || !says_nothing_there(a.status, name)) {
		why(s, w, e.text);
	}
	api_answer_free(&a);
}

/* BS2: one list for the account, a row an event. The first event that has a URL of its own, else Recebimento, stands for all. */
static void ask_list(struct webhook *w, struct seen *s)
{
	static const struct api_value none[] = { { 0 } };
	const char *names[EVENTS], *event = "Recebimento";
	struct api_answer a = { 0 };
	struct rows rows = { 0 };
	const struct row *r;
	struct err e = { 0 };

	route_events(w->hook->psp, names);
	if (w->hook->psp->event_in_path && names[0])
		event = names[0];
	/* nothing registered may be an empty list, or 204 */
	if (api_call(w->api, "webhook.get", none, w->common->now_ms, &a, &e) ? !rows_read(a.doc, &rows, &e) : a.status != 204 || a.body.len) {
		why(s, w, e.text);
		goto out;
	}
	r = rows_find(&rows, event, w->hook->account);
	if (r) {
		const char *whose = w->hook->psp->event_in_path ? route_whose(buf_str(&w->url), event, names, r->url) : url_whose(buf_str(&w->url), r->url);

		s->registered = strcmp(whose, "this hook's URL") == 0;
		s->only_txid = r->only_txid;
		s->other_account = w->hook->account && r->account && r->account != w->hook->account;
	}
out:
	rows_free(&rows);
	api_answer_free(&a);
}

static void recall_upload(const struct webhook *w, struct seen *s)
{
	struct uploaded u = { 0 };
	bool known = false;
	struct err e = { 0 };

	if (w->hook->psp->cert_form && uploaded_read(w->settings, w->hook, &u, &known, &e) && known)
		snprintf(s->uploaded, sizeof s->uploaded, "%s", u.sha256);
}

void check_psp(const struct common *c, const char *hook, struct seen *s)
{
	const struct common quiet = { .conf = c->conf, .quiet = true, .now_ms = c->now_ms };
	struct webhook w = { 0 };
	struct err e = { 0 };
	bool ok = webhook_start(&w, &quiet, hook, "webhook.get", true, &e);

	if (w.hook)
		recall_upload(&w, s);
	/* who has no credentials has nothing to ask with; else it was asked, and why says where that failed */
	s->registration_asked = w.hook && *w.hook->client_id;
	if (!s->registration_asked)
		;
	else if (!ok)
		why(s, &w, e.text);
	else if (w.per_key)
		ask_key(&w, s);
	else
		ask_list(&w, s);
	webhook_end(&w);
}
