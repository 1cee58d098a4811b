#include "deliver/brake.h"

/* First pause and longest, by what paused it. */
static const struct pauses {
	int64_t first_ms, most_ms;
} slow = { 30 * 1000, 3600 * 1000 }, stuck = { 1000, 60 * 1000 }, failing = { 30 * 1000, 300 * 1000 };

enum { ROOM_MOST = 1 << 16, ROW_MOST = 32 };

int brake_room(const struct brake *b, int most)
{
	int room = b->at_once ? b->at_once : 1;

	return room < most ? room : most;
}

bool brake_proven(const struct brake *b)
{
	return b->at_once > 1;
}

/* As Retry-After says; 0 without. */
static int64_t asked(int retry_after_s)
{
	if (retry_after_s < 0)
		return 0;
	return (int64_t)(retry_after_s < BRAKE_ASKED_S ? retry_after_s : BRAKE_ASKED_S) * 1000;
}

static int64_t pause_of(const struct pauses *p, int row)
{
	int64_t ms = p->first_ms;

	for (; row > 1 && ms < p->most_ms; row--)
		ms *= 2;
	return ms < p->most_ms ? ms : p->most_ms;
}

static enum brake_step pause_it(struct brake *b, const struct pauses *p, int *row, bool old, int retry_after_s, int64_t now_ms, int64_t *pause_ms)
{
	int64_t ms = asked(retry_after_s);

	/* of several that failed together the first has paused it; another may only ask for longer */
	if (old && (!b->held || now_ms + ms <= b->until_ms))
		return BRAKE_ON;
	if (!old) {
		if (*row < ROW_MOST)
			++*row;
		if (ms < pause_of(p, *row))
			ms = pause_of(p, *row);
	}
	b->round++;
	b->at_once = 1;
	b->held = true;
	b->until_ms = now_ms + ms;
	*pause_ms = ms;
	return BRAKE_PAUSE;
}

enum brake_step brake_result(struct brake *b, unsigned round, const struct sent_result *result, int64_t now_ms, int64_t *pause_ms)
{
	bool old = round != b->round, paused = b->slow || b->stuck || b->failed >= BRAKE_FAILED;
	int row;

	switch (result->how) {
	case SENT_DONE:
		if (old)
			return BRAKE_ON;
		b->slow = b->stuck = b->failed = 0;
		b->at_once = b->at_once ? b->at_once * 2 : 2;
		if (b->at_once > ROOM_MOST)
			b->at_once = ROOM_MOST;
		return paused ? BRAKE_WELL : BRAKE_ON;
	case SENT_AGAIN:
	case SENT_GIVE_UP:
		/* It may be the event's fault alone: others go on, one by one. */
		b->at_once = 1;
		if (old || result->how == SENT_GIVE_UP)
			return BRAKE_ON;
		if (b->failed < ROW_MOST)
			b->failed++;
		row = b->failed - BRAKE_FAILED;
		return row < 0 ? BRAKE_ON : pause_it(b, &failing, &row, false, -1, now_ms, pause_ms);
	case SENT_SLOW:
		return pause_it(b, &slow, &b->slow, old, result->retry_after_s, now_ms, pause_ms);
	case SENT_STUCK:
		return pause_it(b, &stuck, &b->stuck, old, result->retry_after_s, now_ms, pause_ms);
	case SENT_STOP:
		break;
	}
	if (b->held && b->until_ms == INT64_MAX)
		return BRAKE_ON;
	b->round++;
	b->at_once = 1;
	b->held = true;
	b->until_ms = INT64_MAX;
	return BRAKE_STOP;
}

bool brake_over(const struct brake *b, int64_t now_ms)
{
	return b->held && now_ms >= b->until_ms;
}

void brake_paused(struct brake *b)
{
	b->failed = BRAKE_FAILED - 1;
	b->stuck = 1;
}

void brake_let(struct brake *b)
{
	b->held = false;
}
