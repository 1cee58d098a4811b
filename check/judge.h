/* Opinions on what was seen. Pure: no I/O, no clock. */
#ifndef CHECK_JUDGE_H
#define CHECK_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/seen.h"
#include "check/target.h"
#include "lib/buf.h"

enum severity { SEVERITY_OK, SEVERITY_NOTE, SEVERITY_WARN, SEVERITY_FAIL };
extern const char *const severity_names[];	/* "ok", "note", "warn", "fail" */

/*
 * One thing that is looked at. Its id is stable. The rows stand in the order in which a person should mend: what makes others fail
 * stands first, so the first FAIL is the thing to fix first.
 */
struct check {
	const char *id;			/* "tls.version", "client.none" */
	unsigned modes;			/* bit 1 << enum mode */
	const char *what;		/* one line: what is looked at */
	const char *why;		/* why it matters */
	const char *fix;		/* what to do; {server} parts are added by remedy() */
	/*
	 * Says how it is, and puts what was seen into `seen` (one line, printable, no secret). false: not looked at, because what it
	 * needs was not seen (an earlier check says why).
	 */
	bool (*judge)(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen);
};

extern const struct check checks[];		/* ends with a row whose id is NULL */

struct finding {
	const struct check *check;
	enum severity severity;
	char *seen;			/* owned */
	char *fix;			/* owned: the check's, and for the server that was recognised the lines that help */
	char **e2eid;			/* owned: the Pix that it is about, where it is about some; bounded */
	size_t e2eids;
};

struct findings {
	struct finding *item;
	size_t count;
	const char *about;		/* of what, where it is of no target: "silence"; NULL: of this machine, "local" */
	const char *hook;		/* borrowed: of which hook; NULL: it is not said */
};

/* All checks of the target's mode that could be judged, in the table's order. only, skip: ids or their beginnings up to a '.',
 * NULL-ended; NULL: all, none. now: seconds since 1970. */
void judge(const struct target *t, const struct seen *s, int64_t now, const char *const *only, const char *const *skip, struct findings *f);
void findings_free(struct findings *f);
const struct finding *findings_first(const struct findings *f);	/* the one to fix first; NULL: all is well */

/* "nginx", "apache", "caddy", "lighttpd" by the Server headers that were seen, or how it refused; NULL: not recognised. */
const char *judge_server(const struct seen *s);

#endif
