/* One line for each grammar and place, and what its reader must find in it. Shared by the unit test and the fuzz target. */
#ifndef TESTS_HOSTILE_H
#define TESTS_HOSTILE_H

#include "gen/template.h"
#include "tests/unit/readers.h"

static const struct language {
	char letter;
	const struct grammar *g;
	void (*read)(const char *text, size_t len, struct said *s);
	const char *lines[4];	/* by place; a second statement "next" follows, so that a swallowed line shows */
	size_t words;		/* of the first statement; the value is in the last */
} languages[] = {
	{ 'A', &grammar_apache, read_apache, { "Do {{value}}\nnext\n", "Do \"{{value}}\"\nnext\n", "Do \"x == '{{value}}'\"\nnext\n", "# {{value}}\nnext\n" }, 2 },
	{ 'C', &grammar_caddy, read_caddy, { "do {{value}}\nnext\n", "do \"{{value}}\"\nnext\n", "do \"x == '{{value}}'\"\nnext\n", "do x # {{value}}\nnext\n" }, 2 },
	{ 'L', &grammar_lighttpd, read_lighttpd, { "do = {{value}}\nnext\n", "do = \"{{value}}\"\nnext\n", "do = \"x == '{{value}}'\"\nnext\n", "do = \"x\" # {{value}}\nnext\n" }, 3 },
	{ 'N', &grammar_nginx, read_nginx, { "do {{value}};\nnext;\n", "do \"{{value}}\";\nnext;\n", "do \"x == '{{value}}'\";\nnext;\n", "do x; # {{value}}\nnext;\n" }, 2 },
	{ 'S', &grammar_systemd, read_systemd, { "Do={{value}}\nnext=\n", "Do=\"{{value}}\"\nnext=\n", "Do=\"x == '{{value}}'\"\nnext=\n", "# {{value}}\nnext=\n" }, 2 },
};

enum { LANGUAGES = sizeof languages / sizeof *languages };

/* What is wrong with what the server would read of the rendered line, or NULL. */
static const char *misread(const struct language *l, enum place place, const char *text, size_t text_len, const char *value, size_t len)
{
	struct said s = { 0 };
	const char *wrong = NULL;
	size_t first = place != PLACE_COMMENT ? l->words : strncmp(l->lines[place], "# ", 2) ? l->words : 0;
	size_t before = place == PLACE_INNER ? strlen("x == '") : 0, after = place == PLACE_INNER ? 1 : 0;

	l->read(text, text_len, &s);
	if (s.wild)
		wrong = "it is no plain text";
	else if (s.count != first + 1)
		wrong = "it is another number of words";
	else if (s.words[first].len != 4 || memcmp(s.words[first].text, "next", 4))
		wrong = "the next line is another";
	else if (first && (s.words[first - 1].statement != s.words[0].statement || s.words[first].statement == s.words[0].statement))
		wrong = "the statements begin and end elsewhere";
	else if (place != PLACE_COMMENT) {
		const struct word *w = &s.words[first - 1];

		if (w->len != before + len + after || memcmp(w->text + before, value, len))
			wrong = "the value is another";
		/* an expression's string ends at its quote; \ and $ mean something in it */
		else if (place == PLACE_INNER && (memchr(value, '\'', len) || memchr(value, '\\', len) || memchr(value, '$', len)))
			wrong = "it leaves its single quotes";
	}
	said_free(&s);
	return wrong;
}

#endif
