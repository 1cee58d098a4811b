/* `pixgate webhook set` for BS2's indirect participants: a route an event, registered, altered, left. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/webhook_auth.h"
#include "cli/webhook_rows.h"
#include "lib/secret.h"

static const char set_call[] = "webhook.set", change_call[] = "webhook.change";

enum act { NOTHING, REGISTER, CHANGE, STUCK };

/* One event, what is wanted of it, and what is done. */
struct route {
	struct buf url;			/* ours, secret included */
	struct row want;		/* its texts are borrowed */
	const struct row *was;		/* this hook's route that was there, or NULL */
	const char *differs;
	enum act act;
	bool sent;
};

static bool alike(const struct row *a, const struct row *b)
{
	return strcmp(a->id, b->id) == 0 && strcmp(a->url, b->url) == 0 && strcasecmp(a->event, b->event) == 0;
}

/* How well a row would do as the hook's route of that event; 0: it is none. */
static int score(const struct webhook *w, const struct route *r, const struct row *row)
{
	const char *whose = row_whose(w, row);

	if (strcasecmp(row->event, r->want.event) != 0 || !*row->url || strcmp(whose, "another URL") == 0)
		return 0;
	if (!row_differs(row, &r->want))
		return 9;
	return (row_has_id(row) ? 4 : 0) + (strcmp(row->url, r->want.url) == 0 ? 3 : strstr(whose, "secret") ? 2 : 1);
}

static const struct row *best(const struct webhook *w, const struct route *r, const struct rows *rows)
{
	const struct row *found = NULL;
	int most = 0;

	for (size_t i = 0; i < rows->count; i++) {
		int n = score(w, r, &rows->item[i]);

		if (n > most) {
			most = n;
			found = &rows->item[i];
		}
	}
	return found;
}

/* Whether a request that names the row's id can mean nothing else. */
static bool alone(const struct rows *rows, const struct row *row)
{
	for (size_t i = 0; i < rows->count; i++)
		if (strcmp(rows->item[i].id, row->id) == 0 && !alike(&rows->item[i], row))
			return false;
	return row_has_id(row);
}

/* Several routes of one event may be allowed (that is not published): what is not altered here is at least told. */
static void tell_others(const struct webhook *w, const struct route *r, const struct rows *rows)
{
	const struct row *foreign = NULL;
	size_t theirs = 0, more = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->item[i];

		if (strcasecmp(row->event, r->want.event) != 0 || (r->was && alike(row, r->was)))
			continue;
		if (score(w, r, row)) {
			more++;
		} else {
			theirs++;
			foreign = foreign ? foreign : row;
		}
	}
	if (foreign) {
		char *url = url_masked(foreign->url);

		note(w->common->quiet, "event %s: %zu other route%s registered, not this hook's, and left as %s: %s%s", r->want.event, theirs,
		     theirs == 1 ? " is" : "s are", theirs == 1 ? "it is" : "they are", url, theirs == 1 ? "" : " …");
		free(url);
	}
	if (more)
		note(false, "event %s: %zu more %s registered to this hook: each Pix may come more than once, or be refused for an old secret "
			"(`pixgate webhook get %s` shows them)", r->want.event, more, more == 1 ? "route is" : "routes are", w->hook->name);
}

static void plan(const struct webhook *w, struct route *r, const struct rows *rows, bool force)
{
	r->was = best(w, r, rows);
	r->differs = r->was ? row_differs(r->was, &r->want) : NULL;
	r->act = !r->was ? REGISTER : !r->differs && !force ? NOTHING : alone(rows, r->was) ? CHANGE : STUCK;
	tell_others(w, r, rows);
}

static void fill_values(const struct route *r, const struct auth *auth, const char *id, struct api_value values[4 + AUTH_VALUES])
{
	struct api_value *end = auth_values(auth, values);

	*end++ = (struct api_value){ .name = "url", .value = buf_str(&r->url) };
	*end++ = (struct api_value){ .name = "event", .value = r->want.event };
	*end++ = (struct api_value){ .name = "id", .value = id };
	*end = (struct api_value){ 0 };
}

/* What is there already only the list tells, so all that may follow it is shown. */
static void show_all(struct webhook *w, const struct route *routes, size_t count, const struct auth *auth, struct err *e)
{
	static const struct api_value none[] = { { 0 } };
	struct api_value values[4 + AUTH_VALUES];
	bool ok = webhook_show(w, "webhook.get", none, e);

	for (size_t i = 0; ok && i < count; i++) {
		fill_values(&routes[i], auth, NULL, values);
		ok = webhook_show(w, set_call, values, e);
		if (ok && !w->common->json)
			putchar('\n');
	}
	if (!ok)
		return;
	fill_values(&routes[0], auth, "ID-OF-THE-LIST", values);
	if (webhook_show(w, change_call, values, e))
		note(w->common->quiet, "the last request, here for %s, is sent instead where a route of this hook is there but differs", routes[0].want.event);
}

static bool send(struct webhook *w, struct route *r, const struct auth *auth, struct err *e)
{
	struct api_value values[4 + AUTH_VALUES];
	struct api_answer answer = { 0 };
	char label[80];

	snprintf(label, sizeof label, "event %s", r->want.event);
	fill_values(r, auth, r->act == CHANGE ? r->was->id : NULL, values);
	r->sent = api_call(w->api, r->act == CHANGE ? change_call : set_call, values, w->common->now_ms, &answer, e);
	if (!r->sent)
		rows_failed(w, label, auth, &answer, e);
	api_answer_free(&answer);
	return e->code == ERR_NONE && !w->stop;
}

static void worse(struct webhook *w)
{
	if (!w->status)
		w->status = 1;
}

/* The credentials that are shown are not those that were sent: masked, or in a form of the PSP's own, unless they did not move at all. */
static bool auth_moved(const struct route *r, const struct row *now)
{
	return strcasecmp(now->auth_type, r->want.auth_type) == 0 && !(r->act == CHANGE && r->differs && strcmp(now->auth, r->was->auth) == 0);
}

static void compare(struct webhook *w, const struct route *r, const struct rows *is)
{
	const struct row *now = best(w, r, is);
	const char *still = now ? row_differs(now, &r->want) : "event";

	if (now && still && strcmp(still, "auth") == 0 && auth_moved(r, now)) {
		note(w->common->quiet, "event %s: the PSP shows other credentials than were sent; it may have a form of its own for them", r->want.event);
		still = NULL;
	}
	if (still) {
		row_say(w, r->want.event, r->was, now ? now->url : "", "not what was sent", still);
		note(false, now ? "event %s: the PSP said yes, but has another %s" : "event %s: the PSP said yes, but does not list it", r->want.event, still);
		worse(w);
	} else {
		row_say(w, r->want.event, r->was, r->want.url, r->act == REGISTER ? "registered" : r->differs ? "altered" : "registered again", r->differs);
	}
}

/* Where the PSP keeps one route an event, ours has taken another's place. */
static void tell_replaced(struct webhook *w, const struct route *r, const struct rows *was, const struct rows *is)
{
	for (size_t i = 0; i < was->count; i++) {
		const struct row *row = &was->item[i];
		size_t k = 0;

		if (strcasecmp(row->event, r->want.event) != 0 || score(w, r, row))
			continue;
		while (k < is->count && !alike(&is->item[k], row))
			k++;
		if (k == is->count) {
			char *url = url_masked(row->url);

			note(false, "event %s: the PSP no longer has the route to %s: it keeps one an event, and this hook's has taken its place", r->want.event, url);
			free(url);
			return;
		}
	}
}

static void send_all(struct webhook *w, struct route *routes, size_t count, const struct auth *auth, struct err *e)
{
	for (size_t i = 0; i < count; i++)
		if ((routes[i].act == REGISTER || routes[i].act == CHANGE) && !send(w, &routes[i], auth, e)) {
			if (i + 1 < count)
				note(w->common->quiet, "%zu more not tried: event %s%s", count - i - 1, routes[i + 1].want.event, i + 2 < count ? " …" : "");
			return;
		}
}

static void report(struct webhook *w, const struct route *routes, size_t count, const struct rows *was, struct err *e)
{
	struct rows is = { 0 };
	bool sent = false, read, hidden = false;

	for (size_t i = 0; i < count; i++)
		sent = sent || routes[i].sent;
	read = sent && e->code == ERR_NONE && rows_ask(w, &is, e);
	for (size_t i = 0; i < count; i++) {
		const struct route *r = &routes[i];

		hidden = hidden || (r->act == NOTHING && row_hides_auth(r->was, &r->want));
		if (r->act == NOTHING) {
			row_say(w, r->want.event, r->was, r->want.url, "unchanged", NULL);
		} else if (r->act == STUCK) {
			row_say(w, r->want.event, r->was, r->was->url, "left", r->differs);
			note(false, "event %s: the PSP's list has no id that names this route alone: alter it by hand", r->want.event);
			worse(w);
		} else if (r->sent && read) {
			compare(w, r, &is);
			tell_replaced(w, r, was, &is);
		} else if (r->sent) {
			note(false, "event %s: the PSP said yes, but it could not be read back (`pixgate webhook get %s`)", r->want.event, w->hook->name);
		}
	}
	if (hidden)
		note_hidden_auth(w);
	rows_free(&is);
}

void routes_set(struct webhook *w, const char *events, bool force, bool dry, struct err *e)
{
	const char *known[EVENTS], *names[EVENTS] = { NULL };
	struct route routes[EVENTS] = { 0 };
	struct auth auth = { 0 };
	struct rows was = { 0 };
	size_t count = 0;

	route_events(w->hook->psp, known);
	if (events && !events_read(events, known, names, &count, e))
		goto out;
	for (; !events && known[count]; count++)
		names[count] = known[count];
	if (!auth_read(w, &auth, e))
		goto out;
	for (size_t i = 0; i < count; i++) {
		struct route *r = &routes[i];

		r->url = BUF(8192);
		if (!settings_url(w->settings, w->hook, NULL, names[i], &r->url, e)) {
			fail_in(e, "hook \"%s\"", w->hook->name);
			goto out;
		}
		r->want = (struct row){ .event = (char *)(uintptr_t)names[i], .url = r->url.data, .auth_type = (char *)(uintptr_t)auth.type,
			.auth = (char *)(uintptr_t)buf_str(&auth.value) };
	}
	if (dry) {
		show_all(w, routes, count, &auth, e);
		goto out;
	}
	if (!rows_ask(w, &was, e))
		goto out;
	for (size_t i = 0; i < count; i++)
		plan(w, &routes[i], &was, force);
	send_all(w, routes, count, &auth, e);
	report(w, routes, count, &was, e);
out:
	for (size_t i = 0; i < count; i++) {
		if (routes[i].url.data)
			secret_wipe(routes[i].url.data, routes[i].url.cap);
		buf_free(&routes[i].url);
	}
	auth_free(&auth);
	rows_free(&was);
}
