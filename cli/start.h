/* What most verbs begin with: the settings, the inbox, the hook that was named. */
#ifndef CLI_START_H
#define CLI_START_H

#include "cli/verb.h"
#include "conf/settings.h"
#include "inbox/inbox.h"

/* The settings that --conf and the lookup lead to; NULL with *e set. The caller frees. */
struct settings *start_settings(const struct common *c, struct err *e);

/* The hook, or NULL and ERR_CONFIG with the nearest name. */
const struct hook *start_hook(const struct settings *s, const char *name, struct err *e);

/* Settings and their inbox; end_inbox is safe on zeroed ones and twice. */
struct started {
	struct settings *settings;
	struct inbox *box;
};

bool start_inbox(struct started *st, const struct common *c, enum inbox_mode mode, struct err *e);
void end_inbox(struct started *st);

/* Texts of the command line as a filter's fields. NULL is none. */
bool read_kind(const char *text, int *kind, struct err *e);
bool read_span(const char *text, int64_t *span_ms);	/* "90s", "2h", "7d": at most 100 years, so that no sum leaves its range */
bool read_delivery(const char *text, const char **delivery, struct err *e);
bool read_since(const char *text, int64_t now_ms, int64_t *since_ms, struct err *e);
bool read_limit(const char *text, int64_t *limit, struct err *e);

/* Adds to the ERR_NOT_FOUND of a filter what may have been mistyped: a hook that the configuration does not have. */
bool nothing_matched(const struct settings *s, const char *hook, struct err *e);

#endif
