/* `pixgate inbox show ID`: one event, and the body that told of it. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/event.h"
#include "cli/start.h"
#include "lib/when.h"
#include "pix/test_event.h"

enum { BODY };

static const struct opt options[] = {
	[BODY] = { "--body", NULL, "the body's bytes as they were received, and nothing else", 0 },
	{ 0 }
};

struct showing {
	const struct common *common;
	bool body_only;
	int64_t id, note;	/* note is 0 until the event was found */
	bool purged;
	struct buf line;
};

static bool on_body(const struct inbox_body *body, void *arg)
{
	struct showing *s = arg;

	s->purged = body->purged;
	if (s->body_only) {
		out_foreign(body->body, body->body_len, false);
	} else if (s->common->json) {
		body_members(&s->line, body->body, body->body_len);
		json_flag(&s->line, "purged", body->purged);
		json_flag(&s->line, "redacted", body->redacted);
	} else if (body->purged) {
		printf("%-13s taken away (inbox purge, inbox anonymise); note %" PRId64 "\n", "body", body->id);
	} else {
		printf("%-13s %zu bytes, note %" PRId64 "%s%s%s\n\n", "body", body->body_len, body->id,
			body->redacted ? ", what told of a person was taken out" : "", body->unread ? ", not wholly understood: " : "", body->unread ? body->why : "");
		out_foreign(body->body, body->body_len, true);
		if (!body->body_len || body->body[body->body_len - 1] != '\n')
			putchar('\n');
	}
	return false;
}

static void line(const char *name, const char *text)
{
	if (text && *text)
		printf("%-13s %s\n", name, text);
}

static void show_people(const struct inbox_row *row)
{
	const struct pix_event *ev = &row->event;
	char at[WHEN_TEXT], received[WHEN_TEXT], amount[AMOUNT_TEXT];

	when_format(row->received_ms, received);
	when_format(ev->at_ms, at);
	amount_text(ev->cents, amount);
	printf("%-13s %" PRId64 "\n", "id", row->id);
	line("hook", row->hook);
	line("psp", row->psp);
	line("kind", pix_kind_name(ev->kind));
	if (ev->has_cents)
		printf("%-13s R$ %s\n", "amount", amount);
	line("e2eid", ev->e2eid);
	line("txid", ev->txid);
	line("key", ev->key);
	line("ref", ev->ref);
	line("status", ev->status);
	line("at", ev->has_at ? at : "");
	line("received", received);
	if (pix_is_test(ev->e2eid))
		line("test", "yes: sent by pixgate check, nobody has paid");
	else
		line("foreign", ev->foreign ? "yes: its key is none of ours" : "");
	line("delivery", row->delivery);
	line("source", row->source);
}

/* One job of the event, below it. */
static bool on_job(const struct inbox_job_state *job, void *arg)
{
	struct showing *s = arg;
	char due[WHEN_TEXT], settled[WHEN_TEXT];

	when_format(job->due_ms, due);
	when_format(job->settled_ms, settled);
	if (s->common->json) {
		json_open(&s->line, NULL, '{');
		json_str(&s->line, "sink", job->sink);
		json_str(&s->line, "state", job->state);
		json_int(&s->line, "tries", job->tries);
		json_str(&s->line, "next_at", job->due_ms ? due : NULL);
		json_str(&s->line, "settled_at", job->settled_ms ? settled : NULL);
		json_str(&s->line, "why", job->why);
		json_close(&s->line, '}');
		return true;
	}
	printf("%-13s %s: %s, %d %s%s%s%s%s%s%s\n", "sink", job->sink, job->state, job->tries, job->tries == 1 ? "try" : "tries",
		job->due_ms ? ", next " : "", job->due_ms ? due : "", job->settled_ms ? ", last " : "", job->settled_ms ? settled : "",
		*job->why ? ": " : "", job->why);
	return true;
}

static bool show_jobs(struct showing *s, struct inbox *box, struct err *e)
{
	if (s->body_only)
		return true;
	if (s->common->json)
		json_open(&s->line, "jobs", '[');
	if (!box->ops->jobs(box, s->id, on_job, s, e))
		return false;
	if (s->common->json)
		json_close(&s->line, ']');
	return true;
}

/* The body is asked for when the walk is over: a store need not answer two questions at once. */
static bool on_row(const struct inbox_row *row, void *arg)
{
	struct showing *s = arg;

	/* after_id only says "greater": the next one may be another. */
	if (row->id != s->id)
		return false;
	s->note = row->note;
	if (s->common->json) {
		json_open(&s->line, NULL, '{');
		event_members(&s->line, row);
	} else if (!s->body_only) {
		show_people(row);
	}
	return false;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct inbox_filter f = { .kind = -1 };
	struct showing s = { .common = c, .body_only = a->value[BODY], .line = BUF(OUT_MAX) };
	struct started st = { 0 };
	long long id;

	if (!args_number("ID", a->operand[0], 1, &id, e) || !start_inbox(&st, c, INBOX_READ, e))
		goto out;
	s.id = id;
	f.after_id = id - 1;
	if (!st.box->ops->list(st.box, &f, on_row, &s, e))
		goto out;
	if (!s.note) {
		fail(e, ERR_NOT_FOUND, "no event %lld", id);
		goto out;
	}
	/* people read the jobs above the body, programs find body where it always was */
	if (!c->json && !show_jobs(&s, st.box, e))
		goto out;
	if (!st.box->ops->body(st.box, s.note, on_body, &s, e) || (c->json && !show_jobs(&s, st.box, e)))
		goto out;
	if (s.body_only && s.purged) {
		fail(e, ERR_NOT_FOUND, "event %lld: its body was taken away (inbox purge, inbox anonymise)", id);
		goto out;
	}
	if (c->json && !s.body_only) {
		json_close(&s.line, '}');
		out_line(&s.line);
	}
out:
	buf_free(&s.line);
	end_inbox(&st);
	return 0;
}

const struct verb inbox_show = {
	.name = "show",
	.synopsis = "ID [--body]",
	.summary = "one event and its body",
	.help = "Prints an event, where each sink stands with it, and the body that told of it. With --json the event has a member body besides, and body_base64\n"
		"where the bytes are not UTF-8.",
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
