#include "deliver/stand.h"

#include <stdlib.h>
#include <string.h>

#include "deliver/tell.h"
#include "lib/mem.h"

struct look {
	struct outlets *outlets;
	size_t at;		/* behind the last one found: the inbox's order is mostly ours */
	bool *resume;		/* of each outlet; NULL: nothing is resumed */
	int64_t waiting;
};

static struct outlet *find(struct look *l, const struct inbox_sink_state *s)
{
	struct outlets *o = l->outlets;

	for (size_t i = 0; i < o->count; i++) {
		struct outlet *out = &o->item[(l->at + i) % o->count];

		if (strcmp(out->key.hook, s->hook) || strcmp(out->key.name, s->name))
			continue;
		l->at = (l->at + i + 1) % o->count;
		return out;
	}
	return NULL;
}

static bool at_start(const struct inbox_sink_state *s, void *arg)
{
	struct look *l = arg;
	struct outlet *o = find(l, s);
	bool paused = s->stopped || s->paused_ms;

	if (!o)
		return true;
	if (l->resume && paused) {
		l->resume[o - l->outlets->item] = true;
		tell_resumed(s);
	} else if (paused) {
		brake_paused(&o->brake);
		o->stopped = s->stopped;
		if (s->stopped)
			tell_stopped(s);
	}
	return true;
}

static bool resume(const struct outlets *o, const bool *which, struct inbox *box, struct err *e)
{
	bool ok;

	if (!box->ops->begin(box, e))
		return false;
	ok = true;
	for (size_t i = 0; ok && i < o->count; i++)
		ok = !which[i] || box->ops->pause(box, &o->keys[i], 0, false, "", e);
	ok = ok && box->ops->commit(box, e);
	if (!ok)
		box->ops->rollback(box);
	return ok;
}

/* hook NULL where the outlets are of several. */
static const char *hook_of(const struct outlets *o)
{
	return strcmp(o->item[0].key.hook, o->item[o->count - 1].key.hook) ? NULL : o->item[0].key.hook;
}

bool stand_look(struct outlets *o, struct inbox *box, bool resuming, struct err *e)
{
	struct look l = { .outlets = o };
	bool ok;

	if (resuming)
		l.resume = xcalloc(o->count, sizeof *l.resume);
	ok = box->ops->sinks(box, hook_of(o), at_start, &l, e) && (!resuming || resume(o, l.resume, box, e));
	free(l.resume);
	return ok;
}

static bool count(const struct inbox_sink_state *s, void *arg)
{
	struct look *l = arg;

	if (find(l, s))
		l->waiting += s->waiting;
	return true;
}

bool stand_waiting(const struct outlets *o, struct inbox *box, int64_t *waiting, struct err *e)
{
	struct outlets all = *o;
	struct look l = { .outlets = &all };

	if (!box->ops->sinks(box, hook_of(o), count, &l, e))
		return false;
	*waiting = l.waiting;
	return true;
}
