/* Findings as text for a person, as JSON, as JUnit's XML. Pure: bytes into a buffer. */
#ifndef CHECK_REPORT_H
#define CHECK_REPORT_H

#include "check/judge.h"

struct report_style {
	bool color;
	bool quiet;		/* only what is not ok */
	bool all;		/* -v: why it matters too, for what is ok */
	bool facts;		/* what was seen too, for what is ok */
	int width;		/* columns that texts are broken at; 0: they are not */
};

/* t NULL: of this machine (check/local.h), and no URL. The URL in them is without secrets. The last lines of the text: the verdict, and the one thing to fix first. */
void report_text(const struct target *t, const struct findings *f, const struct report_style *style, struct buf *out);
void report_json(const struct target *t, const struct findings *f, struct buf *out);	/* one object; "findings": [...] */
void report_junit(const struct target *t, const struct findings *f, bool strict, struct buf *out);	/* strict: a warn is a failure too */

/* ---- what all three say alike (report_words.c) */

size_t report_count(const struct findings *f, enum severity severity);
enum severity report_verdict(const struct findings *f);		/* the worst; a note is none: OK, WARN or FAIL */
void report_url(const struct target *t, struct buf *out);	/* https://HOST[:PORT]PATH?name=***, printable */
void report_head(const struct target *t, const struct findings *f, struct buf *out);	/* the same, else whose findings they are */

/*
 * Adds text so that no byte of it does anything but show: control bytes, what is not UTF-8, and what turns the reading direction become
 * '?', and it is cut at a ceiling. lines: line breaks stay, and a tab becomes four blanks. NULL is "".
 */
void report_tame(const char *text, bool lines, struct buf *out);

#endif
