#include "deliver/parcel.h"

#include <stdlib.h>
#include <string.h>

#include "deliver/schedule.h"
#include "lib/mem.h"

/* Copies of texts, one behind the other. */
static const char *keep(char **at, const char *text)
{
	const char *kept = *at;

	*at = stpcpy(*at, text) + 1;
	return kept;
}

static const char *of(const char *text)
{
	return text ? text : "";
}

struct parcel *parcel_new(const struct inbox_job *job, struct outlet *to, int64_t taken_ms)
{
	const struct inbox_row *row = job->row;
	struct parcel *p = xcalloc(1, sizeof *p);
	char *at;

	p->texts = at = xmalloc(strlen(of(row->psp)) + strlen(of(row->delivery)) + strlen(of(row->source)) + 3);
	p->row = *row;
	p->row.hook = to->hook->name;
	p->row.psp = keep(&at, of(row->psp));
	p->row.delivery = keep(&at, of(row->delivery));
	p->row.source = keep(&at, of(row->source));
	p->to = to;
	p->tries = job->tries;
	p->taken_ms = taken_ms;
	return p;
}

static void body_free(struct inbox_body *b)
{
	if (!b)
		return;
	free((char *)b->psp);	/* the first of its texts: all are one piece */
	free((char *)b->body);
	free(b);
}

void parcel_free(struct parcel *p)
{
	if (!p)
		return;
	body_free(p->body);
	free(p->texts);
	free(p);
}

void parcels_free(struct parcel *list)
{
	while (list) {
		struct parcel *next = list->next;

		parcel_free(list);
		list = next;
	}
}

bool parcel_body(const struct inbox_body *body, void *parcel)
{
	struct parcel *p = parcel;
	struct inbox_body *b;
	char *at, *bytes;

	if (body->purged)
		return false;
	b = xmalloc(sizeof *b);
	*b = *body;
	at = xmalloc(strlen(of(body->psp)) + strlen(of(body->event)) + strlen(of(body->why)) + strlen(of(body->source)) + 4);
	bytes = xmalloc(body->body_len + 1);
	memcpy(bytes, body->body, body->body_len);
	bytes[body->body_len] = '\0';
	b->hook = p->row.hook;
	b->psp = keep(&at, of(body->psp));
	b->event = keep(&at, of(body->event));
	b->why = keep(&at, of(body->why));
	b->source = keep(&at, of(body->source));
	b->body = bytes;
	p->body = b;
	return false;
}

void parcel_judge(struct parcel *p, int64_t now_ms, unsigned chance)
{
	const struct sent_result *r = &p->result;
	int64_t wait_ms, asked_s;

	p->settled_ms = now_ms;
	p->due_ms = 0;
	p->outcome = JOB_BACK;
	if (!p->tried || r->how == SENT_STOP)
		return;
	if (r->how == SENT_DONE) {
		p->outcome = JOB_DONE;
		return;
	}
	p->outcome = JOB_DEAD;
	if (r->how == SENT_GIVE_UP || !schedule_next(p->tries + 1, chance, &wait_ms))
		return;
	asked_s = r->retry_after_s < BRAKE_ASKED_S ? r->retry_after_s : BRAKE_ASKED_S;
	if (asked_s * 1000 > wait_ms)
		wait_ms = asked_s * 1000;
	p->outcome = JOB_AGAIN;
	p->due_ms = now_ms + wait_ms;
}
