/*
 * Runs the merchant's program, the event as JSON on its standard input. What it leaves behind in its process group ends with it, and it
 * ends with us, be it by SIGKILL. A child of its that has left the group (setsid) is a daemon by its own will: nobody waits for it, and
 * nobody ends it; under systemd it ends with the service.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliver/sink.h"
#include "lib/mem.h"
#include "lib/run.h"
#include "lib/when.h"

enum { GRACE_MS = 2000 };	/* from TERM to KILL; within SINK_GRACE_S */

/* What of our environment a program needs; nothing else of it goes out, for it may hold secrets (env:NAME). */
static const struct { const char *name, *otherwise; } kept[] = {
	{ "PATH", "/usr/local/bin:/usr/bin:/bin" }, { "HOME", NULL }, { "USER", NULL }, { "LOGNAME", NULL }, { "LANG", NULL }, { "LC_ALL", NULL },
	{ "TZ", NULL }, { "TMPDIR", NULL },
};
enum { KEPT = sizeof kept / sizeof kept[0] };

struct exec {
	struct open_sink sink;
	const struct sink *conf;
	const char *dir;	/* the configuration's folder; the settings' own text */
	char **argv;		/* NULL-ended */
	char *set[KEPT + 1];	/* "NAME=value" of those that there are; NULL-ended */
};

/* What an exit status means, the first row that holds it. */
static const struct meaning {
	int from, to;
	enum sent how;
	const char *hint;
} meanings[] = {
	{ 0, 0, SENT_DONE, "" },
	{ 75, 75, SENT_AGAIN, ": later" },		/* EX_TEMPFAIL */
	{ 100, 109, SENT_GIVE_UP, ": it will never take it" },
	{ 126, 126, SENT_STUCK, ": a program that cannot be executed" },	/* a shell's */
	{ 127, 127, SENT_STUCK, ": a program that was not found" },
	{ 0, 255, SENT_AGAIN, "" },
};

static void judge(int status, struct sent_result *result)
{
	const struct meaning *m = meanings;

	while (status < m->from || status > m->to)
		m++;
	if (m->how == SENT_DONE)
		sent_as(result, m->how, "%s", "");
	else
		sent_as(result, m->how, "exit status %d%s", status, m->hint);
}

/* "NAME=value"; the caller frees. */
static char *assign(const char *name, const char *value)
{
	size_t size = strlen(name) + strlen(value) + 2;
	char *text = xmalloc(size);

	snprintf(text, size, "%s=%s", name, value);
	return text;
}

/* No word of the program's own: it may hold what the log must not. */
static void explain(const struct exec *x, const struct run_end *end, const struct err *e, struct sent_result *result)
{
	if (end->late)
		sent_as(result, SENT_AGAIN, "no end after %d s", x->conf->timeout_s);
	else
		sent_as(result, SENT_STUCK, "%s", e->text);
}

static void exec_send(struct open_sink *sink, const struct message *m, struct sent_result *result)
{
	struct exec *x = (struct exec *)sink;
	const struct pix_event *ev = &m->row->event;
	char at[WHEN_TEXT] = "", cents[24] = "";
	const struct { const char *name, *value; } ours[] = {
		{ "PIXGATE_ID", m->id }, { "PIXGATE_HOOK", m->row->hook }, { "PIXGATE_KIND", pix_kind_name(ev->kind) }, { "PIXGATE_E2EID", ev->e2eid },
		{ "PIXGATE_TXID", ev->txid }, { "PIXGATE_AMOUNT_CENTS", cents }, { "PIXGATE_KEY", ev->key }, { "PIXGATE_STATUS", ev->status },
		{ "PIXGATE_REF", ev->ref }, { "PIXGATE_AT", at },
	};
	enum { OURS = sizeof ours / sizeof ours[0] };
	char *set[OURS + KEPT + 1];
	struct run_end end = { 0 };
	struct err e = { 0 };
	int status = 0;

	if (ev->has_cents)
		snprintf(cents, sizeof cents, "%" PRId64, ev->cents);
	if (ev->has_at)
		when_format(ev->at_ms, at);
	for (size_t i = 0; i < OURS; i++)
		set[i] = assign(ours[i].name, ours[i].value);
	memcpy(set + OURS, x->set, sizeof x->set);
	if (!run_program(&(struct run){
			.argv = (const char *const *)x->argv, .dir = x->dir, .set = (const char *const *)set, .bare = true, .in = m->json, .in_len = m->json_len,
			.timeout_ms = x->conf->timeout_s * 1000, .grace_ms = GRACE_MS, .dies_with_us = true, .end = &end }, &status, &e))
		explain(x, &end, &e, result);
	else if (end.signal)
		sent_as(result, SENT_AGAIN, "killed by signal %d", end.signal);
	else
		judge(status, result);
	for (size_t i = 0; i < OURS; i++)
		free(set[i]);
}

static void exec_close(struct open_sink *sink)
{
	struct exec *x = (struct exec *)sink;

	if (!x)
		return;
	for (char **w = x->argv; w && *w; w++)
		free(*w);
	free(x->argv);
	for (char **v = x->set; *v; v++)
		free(*v);
	free(x);
}

/* The program by its full path: a name is looked for in the configuration's folder alone, in no PATH. */
static char *full_path(const char *name, const char *dir)
{
	size_t size = strlen(name) + strlen(dir) + 2;
	char *path = xmalloc(size);

	snprintf(path, size, "%s%s%s", *name == '/' ? "" : dir, *name == '/' ? "" : "/", name);
	return path;
}

static void keep_environment(struct exec *x)
{
	size_t n = 0;

	for (size_t i = 0; i < KEPT; i++) {
		const char *value = getenv(kept[i].name);

		value = value ? value : kept[i].otherwise;
		if (value)
			x->set[n++] = assign(kept[i].name, value);
	}
}

static bool exec_open(struct open_sink **sink, const struct settings *s, const struct hook *hook, const struct sink *conf, struct err *e)
{
	struct exec *x = xcalloc(1, sizeof *x);
	char *found = NULL;

	x->sink.type = &sink_exec;
	x->conf = conf;
	x->dir = s->dir;
	x->argv = xcalloc(conf->command.count + 1, sizeof *x->argv);
	keep_environment(x);
	if (!conf->command.count || !*conf->command.item[0]) {
		fail(e, ERR_CONFIG, "command: a program and its arguments are expected");
		goto out;
	}
	x->argv[0] = full_path(conf->command.item[0], s->dir);
	for (size_t i = 1; i < conf->command.count; i++)
		x->argv[i] = xstrdup(conf->command.item[i]);
	found = program_find(x->argv[0]);
	if (!found) {
		fail(e, ERR_CONFIG, "command: %s: there is no program that can be executed", x->argv[0]);
		goto out;
	}
	free(found);
	*sink = &x->sink;
	return true;
out:
	exec_close(&x->sink);
	return fail_in(e, "hook \"%s\", sink \"%s\"", hook->name, conf->name);
}

const struct sink_type sink_exec = { .name = "exec", .open = exec_open, .send = exec_send, .close = exec_close };
