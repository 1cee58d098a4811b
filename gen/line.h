/*
 * One line of a configuration as its server will read it, followed character by character through a template's own text.
 * What it cannot be sure of is an error: a quote in the middle of a word, which one server takes for a quote and another for
 * a letter, a comment that goes on over the line's end, quotes that are not closed on their line.
 */
#ifndef GEN_LINE_H
#define GEN_LINE_H

#include <stdbool.h>

#include "gen/grammar.h"

enum at { AT_START, AT_BARE, AT_QUOTED, AT_OTHER, AT_COMMENT };

struct line {
	const struct grammar *g;
	enum at at;
	bool inner;	/* between single quotes, within double ones */
	bool edge;	/* a quote may open here */
	bool closed;	/* a quote has just closed */
	bool skip;	/* a backslash stands before */
	bool pair;	/* two, the first of which takes the meaning from the second */
	bool holds;	/* a value stands between these quotes */
	bool sign;	/* '$' or '%' stands before */
	bool assigned;	/* the first '=' stands before */
	bool goes_on;	/* the line before ended with a backslash */
	bool unsure;	/* whether anything stands before on this line depends on a section */
};

struct line line_begin(const struct grammar *g);

/* The next character of the template. ERR_CONFIG, without the place in the file. */
bool line_char(struct line *l, char c, struct err *e);

bool line_tag(const struct line *l, struct err *e);				/* a tag begins here */
bool line_value(struct line *l, enum place *place, struct err *e);		/* a value stands here */
bool line_end(struct line *l, struct err *e);					/* of the text */

/* After a section: *l is where it began, inside where it ends. Both ways must lead to the same place. */
bool line_join(struct line *l, const struct line *inside, struct err *e);

#endif
