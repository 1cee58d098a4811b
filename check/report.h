/* Findings as text for a person, as JSON, as JUnit's XML. Pure: bytes into a buffer. */
#ifndef CHECK_REPORT_H
#define CHECK_REPORT_H

#include "check/judge.h"

struct report_style {
	bool color;
	bool quiet;		/* only what is not ok */
	bool all;		/* -v: why it matters too, for what is ok */
};

/* The URL in them is without secrets. The last lines of the text: the verdict, and the one thing to fix first. */
void report_text(const struct target *t, const struct findings *f, const struct report_style *style, struct buf *out);
void report_json(const struct target *t, const struct findings *f, struct buf *out);	/* one object; "findings": [...] */
void report_junit(const struct target *t, const struct findings *f, struct buf *out);

#endif
