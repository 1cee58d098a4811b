/* A sink as the delivery loop has it: its settings, its open ones, its brake, and what the inbox is still to hear of it. */
#ifndef DELIVER_OUTLET_H
#define DELIVER_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "deliver/brake.h"
#include "deliver/deliver.h"
#include "deliver/sink.h"

struct parcel;

enum { OUTLET_READY = 4 };	/* jobs in hand for each send that may go on: a worker does not wait for the inbox */

/* What of it the inbox is to be told at the next turn. */
enum outlet_news { NEWS_NONE, NEWS_PAUSE, NEWS_STOP, NEWS_ON };

/* Settings are borrowed. What stands below the line belongs to the workers' lock (deliver/workers.h), the rest to the loop. */
struct outlet {
	const struct settings *settings;
	const struct hook *hook;
	const struct sink *conf;
	const struct sink_type *type;
	struct inbox_sink key;
	int64_t lasts_ms;		/* at most, from the worker's taking it to its outcome */
	int most;			/* sends at a time, however well it is */
	bool shut;			/* it could not be opened: nothing is claimed for it */
	bool stopped;			/* as far as we know it wants no more */
	size_t in_hand;			/* claimed, and their outcome not yet known to the loop */
	struct brake brake;
	enum outlet_news news;
	bool told;			/* the news were logged */
	int64_t until_ms;		/* of a pause, wall clock */
	char why[160];			/* of the pause */
	/* ---- */
	bool held;			/* a send has just paused it: none is begun until the loop has looked */
	int room, running;		/* sends that may go on at a time; that do */
	struct open_sink **idle;	/* the last one was used last */
	size_t idles, cap;
};

struct outlets {
	struct outlet *item;
	struct inbox_sink *keys;	/* of each, for the inbox */
	size_t count;
	int64_t longest_ms;		/* the longest lasts_ms */
};

/*
 * The sinks of d's hooks. Each is opened once, so that what is wrong with its settings is known at once: those that cannot be are shut,
 * and logged. ERR_CONFIG where no hook has a sink, or none could be opened; *e is set (and true returned) where some are shut.
 */
bool outlets_open(struct outlets *o, const struct deliver *d, struct err *e);
void outlets_close(struct outlets *o);	/* safe on a zeroed struct and twice */

/* Opens what is shut and can be opened now. How many are still shut. */
size_t outlets_retry(struct outlets *o);

/* One more of an open kind; ERR_CONFIG. The caller closes it, or gives it back. */
bool outlet_open(const struct outlet *o, struct open_sink **open, struct err *e);
struct open_sink *outlet_take(struct outlet *o);	/* NULL: none is idle */
void outlet_give(struct outlet *o, struct open_sink *open);

/* A send has ended, in whatever way: the brake, and what the inbox is to hear. Times are wall clock and monotonic. */
void outlet_ended(struct outlet *o, const struct parcel *p, int64_t now_ms, int64_t mono_ms);

/* The inbox gave a job of it: a pause that we know of has ended, or somebody has ended it. */
void outlet_let(struct outlet *o);

size_t outlet_room(const struct outlet *o);	/* how many jobs more it may have in hand */

#endif
