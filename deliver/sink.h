/* Sinks: where events go. A new one is a file sink_NAME.c and a row in sink.c (and its settings' row in conf/keys_sinks.c). */
#ifndef DELIVER_SINK_H
#define DELIVER_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/settings.h"
#include "inbox/inbox.h"
#include "lib/err.h"

enum { SINK_GRACE_S = 3 };	/* so much longer than its timeout_s a send may last: a program is given time to end */

#define MESSAGE_ID 40	/* "pix_" and 32 hexadecimal digits, with its NUL and room */

/* One event on its way. Borrowed for the time of the call. */
struct message {
	char id[MESSAGE_ID];		/* the same at every try, and of the same event in any inbox (deliver/message.h) */
	const struct inbox_row *row;
	const char *json;		/* the payload */
	size_t json_len;
	int tries;			/* before this one */
	int64_t now_ms;
};

enum sent {
	SENT_DONE,
	SENT_AGAIN,	/* on the schedule; where retry_after_s is not -1, not before */
	SENT_GIVE_UP,	/* dead at once: it will never be taken */
	SENT_SLOW,	/* as AGAIN, and the sink takes nothing until then */
	SENT_STOP,	/* the sink takes nothing until somebody resumes it; the event waits */
	SENT_STUCK,	/* as SLOW: nothing of this event, the sink is not there (no connection, no program, database down) */
};

struct sent_result {
	enum sent how;
	int retry_after_s;	/* -1: the schedule's */
	char why[160];		/* of all but DONE: one printable line, of no body and no secret; "" else */
};

/* An open sink, used by one thread at a time; its first member is this. */
struct open_sink {
	const struct sink_type *type;
};

struct sink_type {
	const char *name;	/* `type` in the settings */
	/* Reads secrets, connects where that lasts. settings and conf are borrowed until close. ERR_CONFIG names hook and sink. */
	bool (*open)(struct open_sink **, const struct settings *, const struct hook *, const struct sink *conf, struct err *);
	/* Within the sink's timeout_s and SINK_GRACE_S; never fails without saying how it ended. */
	void (*send)(struct open_sink *, const struct message *, struct sent_result *);
	void (*close)(struct open_sink *);
};

extern const struct sink_type *const sink_types[];	/* NULL-ended; the names that conf/keys_sinks.c has, a test says so */
const struct sink_type *sink_type_find(const char *name);	/* NULL: unknown */

extern const struct sink_type sink_https, sink_exec, sink_dir, sink_sql;

/*
 * Does it want this event? Its kinds, keys (ASCII case does not count) and whether it takes stale ones. An event without a key is
 * kept from nobody for its key, as the gate holds none for foreign.
 */
bool sink_wants(const struct sink *conf, const struct pix_event *event, bool stale);

/* *result and one printable line. */
void sent_as(struct sent_result *result, enum sent how, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
