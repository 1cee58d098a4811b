/* `pixgate inbox abandon`: what waits for a sink that the configuration no longer has waits for nobody. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/out.h"
#include "cli/start.h"
#include "lib/mem.h"

enum { HOOK, YES };

static const struct opt options[] = {
	[HOOK] = { "--hook", "NAME", "the sink of that hook alone", 0 },
	[YES]  = { "--yes", NULL, "does it; without it only says what would be given up", 0 },
	{ 0 }
};

/* Jobs of one transaction: the gate's writers wait for as long as it lasts. */
#define CHUNK 512

/* The hooks that have had a sink of that name. */
struct found {
	const char *name;
	char **hook;	/* owned, each and all */
	size_t count, cap;
};

static bool find(const struct inbox_sink_state *s, void *arg)
{
	struct found *f = arg;

	if (!strcmp(s->name, f->name)) {
		f->hook = xgrow(f->hook, &f->cap, f->count + 1, sizeof *f->hook);
		f->hook[f->count++] = xstrdup(s->hook);
	}
	return true;
}

/* A deliverer would go on with one that is still in the file, and ask for nothing that was given up. */
static bool all_gone(const struct settings *settings, const struct found *f, const char *hook, struct err *e)
{
	if (!f->count && hook)
		return fail(e, ERR_NOT_FOUND, "hook '%.64s' has had no sink '%.64s'; pixgate inbox stats tells of those there are", hook, f->name);
	if (!f->count)
		return fail(e, ERR_NOT_FOUND, "no hook has had a sink '%.64s'; pixgate inbox stats tells of those there are", f->name);
	for (size_t i = 0; i < f->count; i++)
		if (settings_sink(settings, f->hook[i], f->name))
			return fail(e, ERR_USAGE, "sink '%s' of hook '%s' is in the configuration and gets what waits for it: take it out of sinks first,"
				    " or choose another hook with --hook", f->name, f->hook[i]);
	return true;
}

static bool chunk(struct inbox *box, struct inbox_abandon *what, struct inbox_abandoned *did, struct err *e)
{
	if (what->count_only)
		return box->ops->abandon(box, what, did, e);
	if (!box->ops->begin(box, e))
		return false;
	if (box->ops->abandon(box, what, did, e) && box->ops->commit(box, e))
		return true;
	box->ops->rollback(box);
	return false;
}

static void report(const struct common *c, const struct inbox_abandon *what, const struct inbox_abandoned *sum)
{
	const char *gone = what->count_only ? "would be given up" : "were given up";

	if (c->json) {
		struct buf b = BUF(OUT_MAX);

		json_open(&b, NULL, '{');
		json_str(&b, "hook", what->sink.hook);
		json_str(&b, "sink", what->sink.name);
		json_int(&b, "waiting", sum->waiting);
		json_int(&b, "dead", sum->dead);
		json_int(&b, "nobody", sum->nobody);
		json_int(&b, "leased", sum->leased);
		json_flag(&b, "dry_run", what->count_only);
		json_close(&b, '}');
		out_line(&b);
		buf_free(&b);
		return;
	}
	if (sum->waiting + sum->dead + sum->leased == 0)	/* sinks of the file are those of every hook */
		return;
	printf("hook %s, sink %s: %" PRId64 " that waited and %" PRId64 " that were dead %s\n", what->sink.hook, what->sink.name, sum->waiting,
	       sum->dead, gone);
	if (sum->nobody)
		printf("%" PRId64 " of them no other sink has, nor still tries: they %s dead; pixgate inbox replay --dead hands them to the sinks"
		       " that there are\n", sum->nobody, what->count_only ? "would be" : "are");
	if (sum->leased)
		printf("%" PRId64 " %s: a deliverer has them in hand; end it, or let it read the configuration again, and give the same command"
		       " once more\n", sum->leased, what->count_only ? "would stay" : "stayed");
}

/* One hook's. What was done is told even where something fails behind it. *any: there was something. */
static bool abandon(const struct common *c, struct inbox *box, struct inbox_abandon what, bool *any, struct err *e)
{
	struct inbox_abandoned sum = { 0 }, did = { .more = true };
	bool ok = true;

	while (ok && did.more) {
		ok = chunk(box, &what, &did, e);
		if (!ok)
			break;
		sum.waiting += did.waiting;
		sum.dead += did.dead;
		sum.nobody += did.nobody;
		sum.leased += did.leased;
	}
	if (ok || (!what.count_only && sum.waiting + sum.dead))
		report(c, &what, &sum);
	*any |= sum.waiting + sum.dead + sum.leased > 0;
	return ok;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct found found = { .name = a->operand[0] };
	struct started st = { 0 };
	bool yes = a->value[YES], any = false;

	/* Reading first: an inbox that is not there is not made. */
	if (!start_inbox(&st, c, INBOX_READ, e) || !st.box->ops->sinks(st.box, a->value[HOOK], find, &found, e) ||
	    !all_gone(st.settings, &found, a->value[HOOK], e))
		goto out;
	if (yes) {
		end_inbox(&st);
		if (!start_inbox(&st, c, INBOX_WRITE, e))
			goto out;
	}
	for (size_t i = 0; i < found.count; i++) {
		struct inbox_abandon what = { .sink = { found.hook[i], found.name }, .count_only = !yes, .now_ms = c->now_ms, .most = CHUNK };

		if (!abandon(c, st.box, what, &any, e))
			goto out;
	}
	if (!any && !c->json)
		printf("nothing waits for sink %s\n", found.name);
	else if (!yes && !c->json)
		puts("dry run: nothing was changed; --yes does it");
out:
	for (size_t i = 0; i < found.count; i++)
		free(found.hook[i]);
	free(found.hook);
	end_inbox(&st);
	return 0;
}

const struct verb inbox_abandon = {
	.name = "abandon",
	.synopsis = "SINK [--hook NAME] [--yes]",
	.summary = "gives up what waits for a sink that is no longer in the configuration",
	.help = "After a sink was renamed or taken out of the file, what waited for it waits for ever, and keeps its bodies from inbox purge.\n"
		"This gives it up. A sink that is new gets what still waits: run pixgate deliver first where one is to take its place.\n"
		"What no sink has is dead then, and inbox replay --dead hands it over to the sinks that there are. Without --yes nothing\n"
		"changes.",
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
