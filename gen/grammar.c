#include "gen/grammar.h"

#include <string.h>

#include "lib/text.h"

/*
 * Measured against Apache 2.4, Caddy 2.6, lighttpd 1.4, nginx 1.22 and systemd 252 (tests/e2e/gen_hostile.sh asks the
 * first four again). Why a character is refused:
 *   all       '"' and '\': what they do differs from one directive to the next (mod_rewrite reads \" otherwise than the rest
 *             of Apache). '$': a variable, a back reference or an environment variable, unless a regular expression's end.
 *   Apache    ${NAME} is replaced anywhere; '%': %{NAME}, %1, log formats. A first '|' makes a log file a program.
 *   Caddy     {$NAME} is replaced in the file's bytes, comments too; {name} is a placeholder in most directives. A
 *             comment with a backslash goes on with the directive before it on the next line.
 *   lighttpd  a bare word is a variable, or an environment variable. %1, %{name}, ${name} in replacements. A first '|' makes
 *             a log file a program.
 *   systemd   '%': specifiers. '$': replaced in a command's arguments, and not in its path.
 */
#define DIGITS "0123456789"
#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "._:/@+,=~-"

const struct grammar grammar_apache = {
	.name = "Apache", .other = '\'', .hash = HASH_LINE, .backslash = BACKSLASH_DIFFERS, .before = "", .behind = ">",
	.bare = WORD, .not_quoted = "%", .not_first = "|", .not_comment = "", .max = 4096,
};

const struct grammar grammar_caddy = {
	.name = "Caddy", .other = '`', .hash = HASH_WORD, .before = "", .behind = "",
	.bare = WORD, .not_quoted = "{}", .not_first = "", .not_comment = "{}\\", .max = 16384,
};

const struct grammar grammar_lighttpd = {
	.name = "lighttpd", .other = 0, .hash = HASH_ANY, .backslash = BACKSLASH_QUOTES, .before = NULL, .behind = NULL,
	.bare = DIGITS, .not_quoted = "%", .not_first = "|", .not_comment = "", .max = 4096,
};

const struct grammar grammar_nginx = {
	.name = "nginx", .other = '\'', .hash = HASH_WORD, .before = "", .behind = ";{)",
	.bare = WORD, .not_quoted = "", .not_first = "", .not_comment = "", .max = 4000,
};

const struct grammar grammar_systemd = {
	.name = "systemd", .other = '\'', .hash = HASH_LINE, .before = "=", .behind = "", .assigns = true,
	.bare = WORD, .not_quoted = "%$", .not_first = "", .not_comment = "", .max = 4096,
};

/* Characters that a reader of the file does not see, or sees elsewhere than they are; first and last of each range. */
static const struct {
	unsigned first, last;
} unseen[] = {
	{ 0x80, 0x9f },		/* C1 */
	{ 0xad, 0xad },		/* soft hyphen */
	{ 0x200b, 0x200f },	/* no width; directions */
	{ 0x2028, 0x202e },	/* separators of lines and paragraphs; directions */
	{ 0x2060, 0x206f },
	{ 0xfeff, 0xfeff },	/* byte order mark */
	{ 0xfff9, 0xfffb },
};

/* The character at p, which begins well-formed UTF-8. */
static unsigned character(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	if (p[0] < 0x80)
		return p[0];
	if (p[0] < 0xe0)
		return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
	if (p[0] < 0xf0)
		return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
	return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
}

static bool can_be_seen(const char *text)
{
	unsigned c = character(text);

	for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
		if (c >= unseen[i].first && c <= unseen[i].last)
			return false;
	return true;
}

static bool one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* Whether text[i], printable, may stand there. */
static bool may(const struct grammar *g, enum place place, const char *text, size_t len, size_t i)
{
	char c = text[i], next = i + 1 < len ? text[i + 1] : '\0';

	switch (place) {
	case PLACE_BARE:
		return one_of(c, g->bare);
	case PLACE_COMMENT:
		/* '\' before a line's end, and ${NAME}: both only by what comes behind, which is not ours to know at the end */
		return !one_of(c, g->not_comment) && (c != '\\' || next) && (c != '$' || (next && next != '{'));
	case PLACE_INNER:
		if (c == '\'' || c == '$')
			return false;
		break;
	case PLACE_QUOTED:
		break;
	}
	return c != '"' && c != '\\' && !one_of(c, g->not_quoted) && (i || !one_of(c, g->not_first)) && (c != '$' || next == ')' || next == '|');
}

static const char *what(char c, char *room)
{
	static const struct {
		char c;
		const char *name;
	} names[] = {
		{ '\0', "a NUL" }, { '\n', "a line break" }, { '\r', "a carriage return" }, { '\t', "a tab" }, { '"', "a double quote" },
		{ '\'', "a single quote" }, { '\\', "a backslash" }, { ' ', "a space" }, { '`', "a backtick" },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].c == c)
			return names[i].name;
	if ((unsigned char)c < 0x20 || c == 0x7f)
		return "a control character";
	if ((unsigned char)c > 0x7f)
		return "a letter past ASCII";
	memcpy(room, "' '", 4);
	room[1] = c;
	return room;
}

/* Says the value too, tamed and cut. */
static bool refuse(const struct grammar *g, enum place place, const char *thing, const char *text, size_t len, struct err *e)
{
	static const char *const where[] = {
		[PLACE_BARE] = "outside quotes", [PLACE_QUOTED] = "between quotes", [PLACE_INNER] = "between single quotes", [PLACE_COMMENT] = "in a comment",
	};
	char shown[64 + sizeof "..."];
	size_t n = len < 64 ? len : 64;

	while (n < len && n > 60 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	memcpy(shown, text, n);
	text_tame(shown, n);
	for (size_t i = 0, next; i < n; i = next) {
		for (next = i + 1; next < n && ((unsigned char)shown[next] & 0xc0) == 0x80; next++)
			;
		if (!can_be_seen(shown + i))
			memset(shown + i, '?', next - i);
	}
	strcpy(shown + n, n < len ? "..." : "");
	return fail(e, ERR_CONFIG, "%s cannot hold %s %s: %s", g->name, thing, where[place], shown);
}

bool grammar_put(const struct grammar *g, enum place place, const char *text, size_t len, struct buf *out, struct err *e)
{
	char room[4];

	if (!len && place == PLACE_BARE)
		return fail(e, ERR_CONFIG, "%s cannot hold an empty word outside quotes", g->name);
	if (len > g->max)
		return fail(e, ERR_CONFIG, "%s cannot hold a value of %zu bytes here; at most %zu", g->name, len, g->max);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return refuse(g, place, what(text[i], room), text, len, e);
	if (!text_utf8(text, len))
		return refuse(g, place, "bytes that are not UTF-8", text, len, e);
	for (size_t i = 0; i < len; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80 && !can_be_seen(text + i))
			return refuse(g, place, "a character that cannot be seen", text, len, e);
		if (!may(g, place, text, len, i))
			return refuse(g, place, what(text[i], room), text, len, e);
	}
	if (!buf_add(out, text, len))
		return fail(e, ERR_CONFIG, "the text would grow past %zu bytes", out->max);
	return true;
}
