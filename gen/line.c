#include "gen/line.h"

#include <string.h>

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool one_of(char c, const char *set)
{
	return !set || strchr(set, c);
}

struct line line_begin(const struct grammar *g)
{
	return (struct line){ .g = g, .at = AT_START, .edge = true };
}

/* At a line's end; `goes_on` where a backslash stands before it. */
static bool over(struct line *l, bool goes_on, struct err *e)
{
	if (l->at == AT_QUOTED || l->at == AT_OTHER)
		return fail(e, ERR_CONFIG, "a quote is not closed on its line");
	if (l->at == AT_COMMENT && goes_on)
		return fail(e, ERR_CONFIG, "a backslash ends a comment: some servers would go on with it on the next line");
	*l = (struct line){ .g = l->g, .at = AT_START, .assigned = goes_on && l->assigned };
	l->goes_on = goes_on;
	/* Apache joins them without a blank */
	l->edge = !goes_on || !l->g->before;
	return true;
}

bool line_end(struct line *l, struct err *e)
{
	return over(l, l->skip, e);
}

/* A '#' outside quotes. */
static bool hash(struct line *l, struct err *e)
{
	if (l->at == AT_START && l->goes_on)
		return fail(e, ERR_CONFIG, "a comment behind a line that ends with a backslash");
	if (l->unsure && l->g->hash != HASH_ANY)
		return fail(e, ERR_CONFIG, "whether '#' begins a comment here depends on the section before it");
	if (l->at == AT_START || l->g->hash == HASH_ANY || (l->g->hash == HASH_WORD && l->edge)) {
		l->at = AT_COMMENT;
		return true;
	}
	return fail(e, ERR_CONFIG, l->g->hash == HASH_LINE ? "%s knows comments only on lines of their own" : "'#' in the middle of a word is no comment to %s", l->g->name);
}

/* A character outside quotes and comments. */
static bool outside(struct line *l, char c, struct err *e)
{
	const struct grammar *g = l->g;

	if (l->closed && !blank(c) && !one_of(c, g->behind))
		return fail(e, ERR_CONFIG, "%s wants a blank behind a closing quote", g->name);
	l->closed = false;
	if (c == '#')
		return hash(l, e);
	if (c == '"' || (g->other && c == g->other)) {
		if (g->assigns && !l->assigned)
			return fail(e, ERR_CONFIG, "a quote before the '=': %s takes it for a part of the name", g->name);
		if (!l->edge)
			return fail(e, ERR_CONFIG, "a quote in the middle of a word: put the whole word between quotes");
		l->at = c == '"' ? AT_QUOTED : AT_OTHER;
		return true;
	}
	l->edge = blank(c) || one_of(c, g->before);
	l->assigned |= c == '=';
	if (!blank(c))
		l->at = AT_BARE;
	return true;
}

bool line_char(struct line *l, char c, struct err *e)
{
	bool skip = l->skip;

	l->sign = c == '$' || c == '%';
	/* between backticks nothing skips */
	l->skip = c == '\\' && (!skip || l->g->backslash == BACKSLASH_QUOTES) && !(l->at == AT_OTHER && l->g->other == '`');
	if (c == '\n' && l->pair)
		return fail(e, ERR_CONFIG, "two backslashes end a line: some servers would go on with it on the next line");
	l->pair = c == '\\' && !l->skip;
	if (c == '\n')
		return over(l, skip, e);
	if (l->at == AT_COMMENT)
		return c != '\\' || !strchr(l->g->not_comment, c) || fail(e, ERR_CONFIG, "%s may go on with a comment on the next line when it holds a backslash", l->g->name);
	if (skip) {
		if ((l->at == AT_START || l->at == AT_BARE) && (c == '"' || c == '#' || (c && c == l->g->other)))
			return fail(e, ERR_CONFIG, "a backslash before '%c' outside quotes: some servers take it for one, some do not", c);
		if (l->at == AT_QUOTED && c == '"' && l->g->backslash == BACKSLASH_DIFFERS)
			return fail(e, ERR_CONFIG, "a backslash before a double quote: not every directive of %s reads it in the same way", l->g->name);
		return true;
	}
	switch (l->at) {
	case AT_QUOTED:
		if (c == '\'')
			l->inner = !l->inner;
		if (c != '"')
			return true;
		break;
	case AT_OTHER:
		if (c != l->g->other)
			return true;
		break;
	default:
		return outside(l, c, e);
	}
	if (l->inner && l->holds)
		return fail(e, ERR_CONFIG, "a single quote is not closed before the double quote");
	l->inner = l->holds = false;
	l->at = AT_BARE;
	l->edge = l->g->before == NULL;
	l->closed = true;
	return true;
}

bool line_tag(const struct line *l, struct err *e)
{
	return !l->skip || fail(e, ERR_CONFIG, "a tag stands behind a backslash");
}

bool line_value(struct line *l, enum place *place, struct err *e)
{
	if (l->sign)
		return fail(e, ERR_CONFIG, "a value stands directly behind '$' or '%%'");
	if (l->closed)
		return fail(e, ERR_CONFIG, "a value stands directly behind a closing quote");
	if (l->g->assigns && !l->assigned && l->at != AT_COMMENT)
		return fail(e, ERR_CONFIG, "a value stands before the '=', where %s reads the name", l->g->name);
	if (l->at == AT_START)
		l->at = AT_BARE;
	*place = l->at == AT_COMMENT ? PLACE_COMMENT : l->at != AT_QUOTED ? PLACE_BARE : l->inner ? PLACE_INNER : PLACE_QUOTED;
	l->holds = l->at == AT_QUOTED;
	l->edge = l->g->before == NULL;
	return true;
}

bool line_join(struct line *l, const struct line *inside, struct err *e)
{
	bool start = l->at == AT_START;

	if ((l->at == AT_START ? AT_BARE : l->at) != (inside->at == AT_START ? AT_BARE : inside->at) || l->inner != inside->inner)
		return fail(e, ERR_CONFIG, "the section begins and ends at different places: both must be outside quotes, between the same ones, or in a comment");
	if (start != (inside->at == AT_START)) {
		l->at = AT_BARE;
		l->unsure = true;
	}
	l->holds |= inside->holds;
	l->unsure |= inside->unsure;
	l->edge &= inside->edge;
	l->assigned &= inside->assigned;
	l->closed |= inside->closed;
	l->sign |= inside->sign;
	l->goes_on |= inside->goes_on;
	return true;
}
