/* The verbs for a PSP that has one list of events for the account: Banco BS2, direct. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cli/webhook_auth.h"
#include "cli/webhook_rows.h"

static const char set_call[] = "webhook.set";
static const char *const known_events[] = { "Recebimento", "Pagamento", "ValidacaoChaves", NULL };

/* After a PUT: what is there now, event by event. */
static void compare(struct webhook *w, const char *const *names, size_t count, const struct row *want, const struct rows *was, const struct rows *is)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *before = rows_find(was, names[i], want->account), *now = rows_find(is, names[i], want->account);
		const char *still = now ? row_differs(now, want) : "event";
		const char *differed = before ? row_differs(before, want) : NULL;

		if (still && strcmp(still, "auth") == 0 && strcasecmp(now->auth_type, want->auth_type) == 0) {
			note(w->common->quiet, "event %s: BS2 shows other credentials than were sent; it may mask them", names[i]);
			still = NULL;
		}
		if (still) {
			row_say(w, names[i], before, now ? now->url : "", "not what was sent", still);
			note(false, "event %s: BS2 said yes, but has another %s", names[i], still);
			if (!w->status)
				w->status = 1;
		} else {
			row_say(w, names[i], before, want->url, before && !differed ? "registered again" : "registered", differed);
		}
	}
}

void rows_set(struct webhook *w, const char *events, bool only_txid, bool force, bool dry, struct err *e)
{
	struct rows was = { 0 }, is = { 0 };
	struct api_answer answer = { 0 };
	struct buf list = BUF(1024);
	const char *names[EVENTS];
	char account[24] = "";
	struct auth auth = { 0 };
	size_t count = 0;
	bool same = true, hidden = false;

	if (!events_read(events ? events : "Recebimento,Pagamento", known_events, names, &count, e) || !auth_read(w, &auth, e))
		goto out;
	json_open(&list, NULL, '[');
	for (size_t i = 0; i < count; i++)
		json_str(&list, NULL, names[i]);
	json_close(&list, ']');
	if (w->hook->account)
		snprintf(account, sizeof account, "%" PRId64, w->hook->account);
	struct api_value values[5 + AUTH_VALUES] = {
		{ .name = "url", .value = buf_str(&w->url) }, { .name = "events", .value = buf_str(&list), .raw = true },
		{ .name = "only_txid", .value = only_txid ? "true" : "false", .raw = true },
		{ .name = "account", .value = *account ? account : NULL, .raw = true },
	};
	const struct row want = {
		.url = (char *)(uintptr_t)buf_str(&w->url), .auth_type = (char *)(uintptr_t)auth.type, .auth = (char *)(uintptr_t)buf_str(&auth.value),
		.account = w->hook->account, .only_txid = only_txid,
	};

	auth_values(&auth, values + 4);
	if (dry) {
		webhook_show(w, set_call, values, e);
		goto out;
	}
	if (!rows_ask(w, &was, e))
		goto out;
	for (size_t i = 0; i < count; i++) {
		const struct row *r = rows_find(&was, names[i], want.account);

		same = same && r && !row_differs(r, &want);
		hidden = hidden || (r && row_hides_auth(r, &want));
	}
	if (same && !force) {
		for (size_t i = 0; i < count; i++)
			row_say(w, names[i], rows_find(&was, names[i], want.account), want.url, "unchanged", NULL);
		if (hidden)
			note_hidden_auth(w);
		goto out;
	}
	if (only_txid)
		note(w->common->quiet, "BS2 lists that option as under maintenance: where nothing arrives, register without --only-txid");
	if (!api_call(w->api, set_call, values, w->common->now_ms, &answer, e)) {
		rows_failed(w, "", &auth, &answer, e);
		goto out;
	}
	if (rows_ask(w, &is, e))
		compare(w, names, count, &want, &was, &is);
out:
	rows_free(&was);
	rows_free(&is);
	api_answer_free(&answer);
	auth_free(&auth);
	buf_free(&list);
}
