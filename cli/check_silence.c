/* `pixgate check HOOK --silence SPAN`: what the PSP says was received, against what its own call told the inbox of. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api/api.h"
#include "check/report.h"
#include "check/silence.h"
#include "cli/check.h"
#include "cli/out.h"
#include "cli/start.h"
#include "lib/ascii.h"
#include "lib/table.h"
#include "lib/text.h"
#include "lib/when.h"
#include "recon/idset.h"
#include "recon/received.h"
#include "recon/windows.h"

enum { PATIENCE_MS = 90 * 1000 };	/* for a PSP that is busy */
#define CLOCKS_MS (3600 * INT64_C(1000))	/* by how much the PSP's clock and ours may differ */

struct looking {
	const struct hook *hook;
	struct silence_seen *seen;
	struct idset told, filled;	/* e2eids in the inbox: by the PSP's own call, by reconcile */
	struct idset counted;		/* pieces of time overlap */
};

/* What goes with a URL or with this machine alone. */
static const struct {
	int option;
	const char *name;
} elsewhere[] = {
	{ CHECK_PSP, "--psp" }, { CHECK_MODE, "--mode" }, { CHECK_ONLY, "--only" }, { CHECK_SKIP, "--skip" }, { CHECK_TIMEOUT, "--timeout" },
	{ CHECK_RESOLVE, "--resolve" }, { CHECK_CACERT, "--cacert" }, { CHECK_CLIENT_CERT, "--client-cert" }, { CHECK_SERVER, "--server" },
	{ CHECK_BASIC, "--basic" }, { CHECK_BEARER, "--bearer" }, { CHECK_LOCAL, "--local" }, { CHECK_GATE, "--gate" }, { CHECK_SOCKET, "--socket" },
	{ CHECK_LOG, "--log" },
};

static bool options_ok(const struct common *c, const struct args *a, struct err *e)
{
	for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
		if (a->value[elsewhere[i].option])
			return fail(e, ERR_USAGE, "%s does not go with --silence, which calls no URL", elsewhere[i].name);
	if (!a->operands)
		return fail(e, ERR_USAGE, "--silence: which hook's?");
	if (c->json && a->value[CHECK_JUNIT])
		return fail(e, ERR_USAGE, "--json and --junit: one of them");
	return true;
}

static bool read_span_of(const char *text, int64_t now_ms, struct silence_seen *s, struct err *e)
{
	s->until_ms = now_ms - SILENCE_GRACE_MS;
	if (!read_since(text, now_ms, &s->since_ms, e))
		return fail(e, ERR_USAGE, "--silence: '%.40s' is no time; use 24h, 90m, 7d, or since when: 2026-11-21T12:00:00Z", text);
	return s->since_ms < s->until_ms || fail(e, ERR_USAGE, "--silence %.40s: more than 15 minutes, for what is younger may be on its way", text);
}

static bool keep(const struct inbox_row *row, void *arg)
{
	struct looking *l = arg;
	bool own = !row->source || strcmp(row->source, "reconcile") != 0;

	if (row->event.kind == PIX_RECEIVED)
		idset_add(own ? &l->told : &l->filled, row->event.e2eid, strlen(row->event.e2eid));
	return true;
}

/* A Pix is told of after it was paid. */
static bool look_inbox(struct looking *l, struct inbox *box, struct err *e)
{
	const struct inbox_filter f = { .hook = l->hook->name, .kind = PIX_RECEIVED, .since_ms = l->seen->since_ms > CLOCKS_MS ? l->seen->since_ms - CLOCKS_MS : 0 };
	struct inbox_stats stats = { 0 };

	if (!box->ops->list(box, &f, keep, l, e) || !box->ops->stats(box, l->hook->name, &stats, e))
		return false;
	l->seen->last_ms = stats.last_webhook_ms;
	return true;
}

/* The hook's own: an account may have other keys, and a receipt that was not credited is told to nobody. */
static bool counts(const struct looking *l, const struct pix_event *ev)
{
	const struct psp_list *list = l->hook->psp->list;
	bool ours = !l->hook->keys.count || !*ev->key;

	for (size_t i = 0; i < l->hook->keys.count && !ours; i++)
		ours = !ascii_casecmp(l->hook->keys.item[i], ev->key);
	return ours && ev->kind == PIX_RECEIVED && (!ev->has_at || (ev->at_ms >= l->seen->since_ms && ev->at_ms <= l->seen->until_ms)) &&
		(!list->credited || !*ev->status || !ascii_casecmp(ev->status, list->credited));
}

static bool take(const struct received *item, void *arg)
{
	struct looking *l = arg;
	struct silence_seen *s = l->seen;

	for (size_t i = 0; i < item->count; i++) {
		const struct pix_event *ev = &item->events[i];
		size_t len = strlen(ev->e2eid);
		bool heard = idset_has(&l->told, ev->e2eid, len);

		if (!counts(l, ev) || !idset_add(&l->counted, ev->e2eid, len))
			continue;
		s->paid++;
		s->cents += ev->cents;
		s->bare += !*ev->txid;
		s->heard += heard;
		s->bare_heard += heard && !*ev->txid;
		s->filled += !heard && idset_has(&l->filled, ev->e2eid, len);
		if (!heard && s->listed < SILENCE_LISTED)
			snprintf(s->e2eid[s->listed++], sizeof s->e2eid[0], "%s", ev->e2eid);
	}
	return true;
}

static int64_t nap(int64_t ms, void *unused)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	(void)unused;
	while (nanosleep(&t, &t))
		;
	return 0;
}

static bool ask(struct looking *l, struct api *api, struct err *e)
{
	const struct psp_list *list = l->hook->psp->list;
	struct silence_seen *s = l->seen;
	struct received_walk walk;
	struct windows plan;
	struct window w;

	if (!windows_plan(&plan, &s->since_ms, &s->until_ms, 0, s->until_ms, list->window_ms, list->first_page < 0, e))
		return false;
	s->whole = true;
	while (windows_next(&plan, &w)) {
		const struct received_ask piece = { .since_ms = w.since_ms, .until_ms = w.to_ms, .now = when_now, .wait = nap, .patience_ms = PATIENCE_MS };

		if (!received_list(api, l->hook, &piece, take, l, &walk, e))
			return false;
		if (!walk.whole && windows_halve(&plan))
			continue;
		if (!walk.whole) {
			s->whole = false;
			snprintf(s->unwhole, sizeof s->unwhole, "%s", walk.why);
		}
		windows_done(&plan);
	}
	return true;
}

/* What fails is a fact of it; the exit status that it means, 0 where the PSP could be asked. */
static int look_psp(struct looking *l, const struct settings *settings)
{
	struct err e = { 0 };
	struct api *api = NULL;

	if (!l->hook->psp->list)
		fail(&e, ERR_CONFIG, "how %s is asked what was received is not published", l->hook->psp->title);
	else
		api = api_open(settings, l->hook, &e);
	l->seen->asked = api && ask(l, api, &e);
	if (!l->seen->asked) {
		text_tame(e.text, strlen(e.text));
		snprintf(l->seen->why, sizeof l->seen->why, "%.*s", (int)sizeof l->seen->why - 1, e.text);
	}
	api_close(api);
	return l->seen->asked ? 0 : err_exit(e.code);
}

static enum severity report(const struct common *c, const struct args *a, const struct silence_seen *seen)
{
	const struct report_style style = { .color = table_color(stdout), .quiet = c->quiet, .all = c->verbose, .facts = true };
	struct findings found = { 0 };
	struct buf out = BUF(OUT_MAX);
	enum severity worst;

	silence_judge(seen, &found);
	if (c->json)
		report_json(NULL, &found, &out);
	else if (a->value[CHECK_JUNIT])
		report_junit(NULL, &found, a->value[CHECK_STRICT], &out);
	else
		report_text(NULL, &found, &style, &out);
	worst = report_verdict(&found);
	if (c->quiet && worst == SEVERITY_OK && !c->json && !a->value[CHECK_JUNIT])
		buf_reset(&out);	/* cron mails whatever is said */
	if (c->json)
		out_line(&out);
	else
		out_bytes(buf_str(&out), out.len);
	buf_free(&out);
	findings_free(&found);
	return worst;
}

int check_silence(const struct common *c, const struct args *a, struct err *e)
{
	struct silence_seen seen = { 0 };
	struct looking l = { .seen = &seen };
	struct started st = { 0 };
	enum severity worst;
	int status = 2, unasked;

	if (!options_ok(c, a, e) || !read_span_of(a->value[CHECK_SILENCE], c->now_ms, &seen, e) || !start_inbox(&st, c, INBOX_READ, e))
		goto out;
	l.hook = start_hook(st.settings, a->operand[0], e);
	if (!l.hook || !look_inbox(&l, st.box, e))
		goto out;
	seen.hook = l.hook->name;
	seen.psp = l.hook->psp;
	unasked = look_psp(&l, st.settings);
	worst = report(c, a, &seen);
	status = unasked ? unasked : worst == SEVERITY_FAIL || (worst == SEVERITY_WARN && a->value[CHECK_STRICT]);
out:
	idset_free(&l.told);
	idset_free(&l.filled);
	idset_free(&l.counted);
	end_inbox(&st);
	return status;
}
