/* `pixgate inbox purge`: old bodies go, and with them the names and documents in them; events stay. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/out.h"
#include "cli/start.h"
#include "cli/stop.h"
#include "lib/when.h"

enum { OLDER_THAN, HOOK, UNREAD, WAITING, YES };

static const struct opt options[] = {
	[OLDER_THAN] = { "--older-than", "SPAN", "bodies received longer ago than that: 90d, 12w, 36h", 0 },
	[HOOK]       = { "--hook", "NAME", "of that hook alone", 0 },
	[UNREAD]     = { "--unread", NULL, "also bodies that were not wholly understood", 0 },
	[WAITING]    = { "--waiting", NULL, "also bodies of which an event waits to be handed over, as of a hook without sinks all do", 0 },
	[YES]        = { "--yes", NULL, "does it; without it only says what would go", 0 },
	{ 0 }
};

/* Bodies of one transaction: the gate's writers wait for as long as it lasts. */
#define CHUNK 128

struct purging {
	const struct common *common;
	struct inbox_purge what;
	struct inbox_purged sum;
	bool yes;
};

static bool read_age(const char *text, int64_t now_ms, int64_t *before_ms, struct err *e)
{
	int64_t span;

	if (!text)
		return fail(e, ERR_USAGE, "purge what? --older-than 90d takes away what was received longer ago than that");
	if (!read_span(text, &span))
		return fail(e, ERR_USAGE, "--older-than: '%s' is no span; use 90d, 12w, 36h", text);
	if (!span)
		return fail(e, ERR_USAGE, "--older-than: '%s' would take away everything; at least 1s is expected", text);
	*before_ms = now_ms > span ? now_ms - span : 0;
	return true;
}

/* One chunk: it is looked at first, so that writers wait only where something is taken away. */
static bool chunk(struct purging *p, struct inbox *box, bool *more, struct err *e)
{
	struct inbox_purge next = p->what;
	struct inbox_purged did;

	next.count_only = true;
	if (!box->ops->purge(box, &next, &did, e))
		return false;
	if (p->yes && did.bodies) {
		next = p->what;
		if (!box->ops->begin(box, e))
			return false;
		if (!box->ops->purge(box, &next, &did, e) || !box->ops->commit(box, e)) {
			box->ops->rollback(box);
			return false;
		}
		box->ops->tidy(box, true);
	}
	p->what.after_note = next.after_note;
	p->sum.bodies += did.bodies;
	p->sum.bytes += did.bytes;
	p->sum.waiting += did.waiting;
	p->sum.unread += did.unread;
	*more = did.more;
	return true;
}

static void report(const struct purging *p)
{
	const struct inbox_purged *n = &p->sum;
	char before[WHEN_TEXT];

	if (p->common->json) {
		struct buf b = BUF(OUT_MAX);

		json_open(&b, NULL, '{');
		json_when(&b, "before", p->what.before_ms);
		json_str(&b, "hook", p->what.hook);
		json_int(&b, "bodies", n->bodies);
		json_int(&b, "bytes", n->bytes);
		json_int(&b, "waiting", n->waiting);
		json_int(&b, "unread", n->unread);
		json_flag(&b, "dry_run", !p->yes);
		json_close(&b, '}');
		out_line(&b);
		buf_free(&b);
		return;
	}
	when_format(p->what.before_ms, before);
	printf("bodies received before %s: %" PRId64 " %s, %" PRId64 " bytes\n", before, n->bodies, p->yes ? "were taken away" : "would go", n->bytes);
	if (n->waiting)
		printf("%" PRId64 " %s: an event of theirs waits to be handed over; --waiting takes them too\n", n->waiting, p->yes ? "stayed" : "would stay");
	if (n->unread)
		printf("%" PRId64 " %s: they were not wholly understood; --unread takes them too\n", n->unread, p->yes ? "stayed" : "would stay");
	if (!p->yes)
		puts("dry run: nothing was changed; --yes does it");
}

/* What was done is told even where something fails behind it. */
static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct purging p = { .common = c, .what = { .hook = a->value[HOOK], .unread = a->value[UNREAD], .waiting = a->value[WAITING], .most = CHUNK }, .yes = a->value[YES] };
	struct started st = { 0 };
	bool more = true, ok = false;
	int status = 0;

	/* Reading first: an inbox that is not there is not made, least of all by whoever cron runs as. */
	if (!read_age(a->value[OLDER_THAN], c->now_ms, &p.what.before_ms, e) || !start_inbox(&st, c, INBOX_READ, e))
		goto out;
	if (p.yes) {
		end_inbox(&st);
		if (!start_inbox(&st, c, INBOX_WRITE, e))
			goto out;
		stop_catch();
	}
	while (more && !(p.yes && stopped))
		if (!chunk(&p, st.box, &more, e))
			goto told;
	/* also where nothing was left to take: the last time something may have kept it from this */
	ok = !p.yes || st.box->ops->scrub(st.box, e);
	if (p.yes && stopped)
		status = 128 + stopped;
	if (ok && p.what.hook && !p.sum.bodies && !p.sum.waiting && !p.sum.unread && !settings_hook(st.settings, p.what.hook)) {
		nothing_matched(st.settings, p.what.hook, e);
		goto out;
	}
told:
	if (ok || (p.yes && p.sum.bodies))
		report(&p);
out:
	end_inbox(&st);
	return status;
}

const struct verb inbox_purge = {
	.name = "purge",
	.synopsis = "--older-than SPAN [OPTION …]",
	.summary = "takes away old bodies; their events stay",
	.help = "Bodies hold the names and documents of payers. Those that are older and whose events are all handed over go, overwritten\n"
		"on disk; the events stay, and a repeat of such a body is still known and does not bring it back. Without --yes nothing\n"
		"changes. Exit status 0 also where there is nothing to take away.",
	.options = options,
	.run = run,
};
