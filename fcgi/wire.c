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
		return WIRE_MORE;
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

enum wire_step wire_next(struct wire *w, const uint8_t **p, const uint8_t *end, struct wire_run *run)
{
	const uint8_t *from = *p;
	size_t n;

	run->len = 0;
	while (w->have < sizeof w->head) {
		if (*p == end)
			goto more;
		w->head[w->have++] = *(*p)++;
		if (w->have == sizeof w->head && record(w) == WIRE_BAD)
			return WIRE_BAD;
	}
	run->is_stdin = w->params_ended && w->head[1] == STDIN && (w->head[2] | w->head[3]);
	if (run->is_stdin)
		from = *p;
	n = (size_t)(end - *p);
	if (n > w->content)
		n = w->content;
	*p += n;
	w->content -= (uint32_t)n;
	if (run->is_stdin) {
		run->at = from;
		run->len = n;
		w->stdin_bytes += n;
	}
	if (w->content)
		goto more;
	n = (size_t)(end - *p);
	if (n > w->padding)
		n = w->padding;
	*p += n;
	w->padding -= (uint32_t)n;
	if (w->padding)
		goto more;
	if (!run->is_stdin) {
		run->at = from;
		run->len = (size_t)(*p - from);
	}
	return over(w);
more:
	if (w->have < sizeof w->head || !run->is_stdin) {
		run->is_stdin = false;
		run->at = from;
		run->len = (size_t)(*p - from);
	}
	return WIRE_MORE;
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
