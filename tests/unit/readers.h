/*
 * How each server reads its configuration, written from its own rules and from nothing of gen/: what a text says, as words
 * of statements. Small: what a generated line can hold and what a hostile one would try.
 *   Apache    ap_getword_conf; lines joined by '\' before comments are taken out; ${NAME}
 *   Caddy     its lexer; words on one line make a statement; {$NAME} in the file's bytes; {placeholder}
 *   lighttpd  its tokenizer: in a string only \" means something, outside a word is a variable
 *   nginx     ngx_conf_read_token and $variable
 *   systemd   config_parse, then words with quotes and C escapes; %x and $NAME
 */
#ifndef TESTS_READERS_H
#define TESTS_READERS_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SAID_MAX = 64 };

struct said {
	struct word {
		char *text;
		size_t len, statement;
	} words[SAID_MAX];
	size_t count;
	bool wild;	/* an error, something that is replaced, or more words than any line of ours has */
};

static void said_free(struct said *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->words[i].text);
	*s = (struct said){ 0 };
}

/* A word of at most max bytes, to be filled. */
static char *said_word(struct said *s, size_t statement, size_t max)
{
	if (s->count == SAID_MAX) {
		s->wild = true;
		free(s->words[--s->count].text);
	}
	s->words[s->count] = (struct word){ .text = calloc(max + 1, 1), .statement = statement };
	return s->words[s->count++].text;
}

static void said_char(struct said *s, char c)
{
	struct word *w = &s->words[s->count - 1];

	w->text[w->len++] = c;
}

static bool said_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool said_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One line after another, joined where a backslash ends them: [*at, end) of t. A copy without the joints; free it. */
static char *said_joined(const char *t, size_t len, size_t *at, size_t *n)
{
	char *line = calloc(len - *at + 1, 1);

	for (*n = 0; *at < len && t[*at] != '\n';) {
		if (t[*at] == '\\' && *at + 1 < len && t[*at + 1] == '\n')
			*at += 2;
		else if (t[*at] == '\\' && *at + 2 < len && t[*at + 1] == '\r' && t[*at + 2] == '\n')
			*at += 3;
		else
			line[(*n)++] = t[(*at)++];
	}
	*at += *at < len;
	return line;
}

static void read_apache(const char *t, size_t len, struct said *s)
{
	size_t statement = 0, n;

	for (size_t at = 0; at < len;) {
		char *line = said_joined(t, len, &at, &n);
		size_t i = 0, before = s->count;

		if (strlen(line) != n || strstr(line, "${"))
			s->wild = true;
		while (n && said_space(line[n - 1]))
			line[--n] = '\0';
		while (said_space(line[i]))
			i++;
		while (line[i] && !(line[i] == '#' && s->count == before)) {
			char quote = line[i] == '"' || line[i] == '\'' ? line[i++] : '\0';

			said_word(s, statement, n);
			while (line[i] && (quote ? line[i] != quote : !said_space(line[i]))) {
				if (line[i] == '\\' && line[i + 1] && (line[i + 1] == '\\' || (quote && line[i + 1] == quote)))
					i++;
				said_char(s, line[i++]);
			}
			if (quote && !line[i])
				s->wild = true;
			i += quote && line[i];
			while (said_space(line[i]))
				i++;
		}
		statement += s->count > before;
		free(line);
	}
}

/* unicode.IsSpace past ASCII; the number of bytes, or 0. */
static size_t said_wide_space(const char *t, size_t len)
{
	static const char *const spaces[] = {
		"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
		"\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a",
	};

	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
		if (strlen(spaces[i]) <= len && !memcmp(t, spaces[i], strlen(spaces[i])))
			return strlen(spaces[i]);
	return 0;
}

static void read_caddy(const char *t, size_t len, struct said *s)
{
	size_t line = 0, skipped = 0, wide;
	bool comment = false, quoted = false, ticks = false, escaped = false, open = false;

	if (memmem(t, len, "{$", 2))
		s->wild = true;
	for (size_t i = 0; i < len; i++) {
		char c = t[i];

		if (!escaped && !ticks && c == '\\') {
			escaped = true;
			continue;
		}
		if (quoted || ticks) {
			if (quoted && escaped) {
				if (c != '"')
					said_char(s, '\\');
				escaped = false;
			} else if (c == (quoted ? '"' : '`')) {
				quoted = ticks = open = false;
				continue;
			}
			line += c == '\n';
			said_char(s, c);
			continue;
		}
		if (c == '\r')
			continue;
		wide = said_wide_space(t + i, len - i);
		if (said_space(c) || wide) {
			if (c == '\n' && escaped) {
				skipped++;
				escaped = false;
			} else if (c == '\n') {
				line += 1 + skipped;
				skipped = 0;
			}
			comment = comment && c != '\n';
			open = false;
			i += wide ? wide - 1 : 0;
			continue;
		}
		comment |= c == '#' && !open;
		if (comment)
			continue;
		if (!open) {
			said_word(s, line, 2 * len);
			open = true;
			quoted = c == '"';
			ticks = c == '`';
			if (quoted || ticks)
				continue;
		}
		if (escaped)
			said_char(s, '\\');
		escaped = false;
		said_char(s, c);
		s->wild |= !strcmp(s->words[s->count - 1].text, "<<");	/* a heredoc's beginning, from 2.7 on */
	}
	s->wild |= quoted || ticks;
	for (size_t i = 0; i < s->count; i++)
		s->wild |= strpbrk(s->words[i].text, "{}") || strlen(s->words[i].text) != s->words[i].len;
}

static void read_lighttpd(const char *t, size_t len, struct said *s)
{
	size_t statement = 0, before = 0;

	for (size_t i = 0; i < len;) {
		if (t[i] == '\n' || t[i] == '\r') {
			statement += s->count > before;
			before = s->count;
			i++;
		} else if (t[i] == ' ' || t[i] == '\t') {
			i++;
		} else if (t[i] == '#') {
			while (i < len && t[i] && t[i] != '\r' && t[i] != '\n')
				i++;
		} else if (t[i] == '"') {
			said_word(s, statement, len);
			for (i++; i < len && t[i] && t[i] != '"'; i++) {
				if (t[i] == '\\' && i + 1 < len && t[i + 1] == '"')
					i++;
				said_char(s, t[i]);
			}
			if (i == len || !t[i])
				s->wild = true;
			i++;
		} else if (t[i] >= '0' && t[i] <= '9') {
			said_word(s, statement, len);
			while (i < len && t[i] >= '0' && t[i] <= '9')
				said_char(s, t[i++]);
		} else if (said_alnum(t[i]) || strchr("._-", t[i])) {
			if (!t[i] || s->count > before)	/* a variable's value */
				s->wild = true;
			said_word(s, statement, len);
			do
				said_char(s, t[i++]);
			while (i < len && t[i] && (said_alnum(t[i]) || strchr("._-", t[i])));
		} else {
			said_word(s, statement, 1);
			s->wild |= t[i] != '=';
			said_char(s, t[i++]);
		}
	}
}

static void read_nginx(const char *t, size_t len, struct said *s)
{
	size_t statement = 0, in = 0;

	for (size_t i = 0; i < len;) {
		char quote = '\0';

		if (said_space(t[i])) {
			s->wild |= t[i] == '\v' || t[i] == '\f';
			i++;
			continue;
		}
		if (t[i] == '#') {
			while (i < len && t[i] != '\n')
				i++;
			continue;
		}
		if (t[i] == ';') {
			statement++;
			s->wild |= !in;
			in = 0;
			i++;
			continue;
		}
		if (t[i] == '{' || t[i] == '}') {
			s->wild = true;
			return;
		}
		if (t[i] == '"' || t[i] == '\'')
			quote = t[i++];
		said_word(s, statement, len);
		in++;
		for (; i < len && (quote ? t[i] != quote : !(t[i] == ' ' || t[i] == '\t' || t[i] == '\r' || t[i] == '\n' || t[i] == ';' || t[i] == '{')); i++) {
			if (t[i] == '$' && i + 1 < len && (said_alnum(t[i + 1]) || t[i + 1] == '_' || t[i + 1] == '{'))
				s->wild = true;
			if (t[i] == '\\' && i + 1 < len) {
				i++;
				if (t[i] != '"' && t[i] != '\'' && t[i] != '\\')
					said_char(s, '\\');
			}
			said_char(s, t[i]);
		}
		if (quote) {
			i++;
			s->wild |= i >= len || !(said_space(t[i]) || t[i] == ';' || t[i] == '{' || t[i] == ')');
		}
		s->wild |= memchr(s->words[s->count - 1].text, '\0', s->words[s->count - 1].len) != NULL;
	}
	s->wild |= in > 0;
}

static void read_systemd(const char *t, size_t len, struct said *s)
{
	size_t statement = 0, n;

	for (size_t at = 0; at < len;) {
		char *line = said_joined(t, len, &at, &n);
		size_t i = 0;

		s->wild |= strlen(line) != n;
		while (n && said_space(line[n - 1]))
			line[--n] = '\0';
		while (said_space(line[i]))
			i++;
		/* systemd 252 does not join comments; that it may is the harder test */
		if (!line[i] || line[i] == '#' || line[i] == ';') {
			free(line);
			continue;
		}
		said_word(s, statement, n);
		while (line[i] && line[i] != '=')
			said_char(s, line[i++]);
		s->wild |= !line[i];
		i += line[i] == '=';
		while (line[i]) {
			char quote = '\0';

			while (said_space(line[i]))
				i++;
			if (!line[i])
				break;
			said_word(s, statement, n);
			for (; line[i] && (quote || !said_space(line[i])); i++) {
				if (quote ? line[i] == quote : line[i] == '"' || line[i] == '\'') {
					quote = quote ? '\0' : line[i];
					continue;
				}
				if (line[i] == '%' || line[i] == '$' || line[i] == '\\')	/* specifier, variable, C escape */
					s->wild = true;
				said_char(s, line[i]);
			}
			s->wild |= quote != '\0';
		}
		statement++;
		free(line);
	}
}

#endif
