#include "fcgi/wire.h"

#include <string.h>

enum { VERSION_1 = 1, BEGIN_REQUEST = 1, ABORT_REQUEST = 2, PARAMS = 4, STDIN = 5, DATA = 8 };

/* A record's head is whole: what does it announce? */
static enum wire_step record(struct wire *w)
{
	const uint8_t *h = w->head;
	uint16_t id = (uint16_t)(h[2] << 8 | h[3]);

	w->content = (uint32_t)(h[4] << 8 | h[5]);
	w->padding = h[6];
	if (h[0] != VERSION_1)
		return WIRE_BAD;
	if (id == 0)	/* a management record; we offer nothing that could be managed */
		return h[1] > DATA ? WIRE_MORE : WIRE_BAD;
	if (!w->begun) {
		if (h[1] != BEGIN_REQUEST || w->content != 8)
			return WIRE_BAD;
		w->begun = true;
		w->id = id;
		return WIRE_MORE;
	}
	if (id != w->id)
		return WIRE_BAD;
	switch (h[1]) {
	case PARAMS:
		if (w->params_ended)
			return WIRE_BAD;
		w->params_ended = w->content == 0;
		return WIRE_MORE;
	case STDIN:
		return w->params_ended ? WIRE_MORE : WIRE_BAD;
	default:	/* ABORT_REQUEST; DATA belongs to the Filter role, which we do not play */
		return WIRE_BAD;
	}
}

/* A record is over. */
static enum wire_step over(struct wire *w)
{
	uint8_t type = w->head[1];
	bool mine = (w->head[2] | w->head[3]) != 0, empty = (w->head[4] | w->head[5]) == 0;

	w->have = 0;
	if (mine && empty && type == STDIN)
		return WIRE_DONE;
	return mine && empty && type == PARAMS ? WIRE_PARAMS : WIRE_MORE;
}

/* Moves *p over what is there of `left` bytes, and takes them off. */
static size_t pass(const uint8_t **p, const uint8_t *end, uint32_t *left)
{
	size_t n = (size_t)(end - *p) < *left ? (size_t)(end - *p) : *left;

	*p += n;
	*left -= (uint32_t)n;
	return n;
}

enum wire_step wire_next(struct wire *w, const uint8_t **p, const uint8_t *end, struct wire_run *run)
{
	const uint8_t *from;

	run->len = 0;
	run->is_stdin = false;
	if (w->have < sizeof w->head) {
		while (w->have < sizeof w->head && *p < end)
			w->head[w->have++] = *(*p)++;
		if (w->have < sizeof w->head)
			return WIRE_MORE;
		if (record(w) == WIRE_BAD)
			return WIRE_BAD;
		/* Of standard input the content alone is kept, of all else the record, whose head is a run of its own. */
		if (w->head[1] != STDIN) {
			run->at = w->head;
			run->len = sizeof w->head;
		}
		return w->content || w->padding ? WIRE_MORE : over(w);
	}
	from = *p;
	run->at = from;
	run->is_stdin = w->head[1] == STDIN;
	run->len = pass(p, end, &w->content);
	if (run->is_stdin)
		w->stdin_bytes += run->len;
	if (!w->content)
		pass(p, end, &w->padding);
	if (!run->is_stdin)
		run->len = (size_t)(*p - from);
	return w->content || w->padding ? WIRE_MORE : over(w);
}

enum wire_step wire_whole(const uint8_t *p, size_t n, size_t *used, size_t *stdin_bytes)
{
	struct wire w = { 0 };
	const uint8_t *at = p, *end = p + n;

	while (end - at >= 8) {
		enum wire_step step;

		memcpy(w.head, at, 8);
		w.have = 8;
		if (record(&w) == WIRE_BAD)
			return WIRE_BAD;
		if ((size_t)(end - at) < 8 + (size_t)w.content + w.padding)
			return WIRE_MORE;
		at += 8 + (size_t)w.content + w.padding;
		if (w.params_ended)
			w.stdin_bytes += w.content;
		step = over(&w);
		if (step == WIRE_DONE) {
			*used = (size_t)(at - p);
			*stdin_bytes = (size_t)w.stdin_bytes;
			return WIRE_DONE;
		}
	}
	return WIRE_MORE;
}
