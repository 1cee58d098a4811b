/* What a PSP says when it refuses, in any of the shapes that are known. */
#include "api/words.h"

#include <stdio.h>
#include <string.h>

#include "lib/ascii.h"
#include "lib/text.h"

enum { WORDS = 300, NAME = 80 };	/* bytes of the PSP's text that a message takes */

/* Tried in order; a row holds where its text is there. Keys are matched without regard to case (BS2's are not certain). */
static const struct { const char *name, *text, *instead; } shapes[] = {
	{ "nome", "mensagem", NULL },			/* Efí */
	{ "error", "error_description", NULL },		/* RFC 6749 §5.2 */
	{ "type", "detail", "title" },			/* RFC 7807, BCB: https://…/error/NAME */
	{ "type", "title", NULL },
	{ "[0].tag", "[0].descricao", NULL },		/* BS2 */
	{ "tag", "descricao", NULL },
	{ "code", "message", NULL },
	{ NULL, "0.description", NULL },
	{ "error", "error", NULL },			/* error_description is optional */
	{ "nome", "nome", NULL },
};

/* Of the type's address the last word; "about:blank" says nothing (RFC 7807 §4.2). */
static const char *last_word(const char *type)
{
	const char *slash = strrchr(type, '/');

	if (slash)
		return slash[1] ? slash + 1 : NULL;
	return strcmp(type, "about:blank") ? type : NULL;
}

bool api_words(const struct json *doc, const char **name, const char **text)
{
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
		const struct json *t = json_path(doc, shapes[i].text, true);
		const char *n = shapes[i].name ? json_text(json_path(doc, shapes[i].name, true)) : NULL;

		if (json_type(t) != JSON_STRING)
			continue;
		if (n && strcmp(shapes[i].name, "type") == 0)
			n = last_word(n);
		if (!n && shapes[i].instead)
			n = json_text(json_path(doc, shapes[i].instead, true));
		if (n && strcmp(n, json_text(t)) == 0 && strcmp(shapes[i].text, "error") && strcmp(shapes[i].text, "nome"))
			n = NULL;	/* said once */
		*name = n && *n ? n : NULL;
		*text = json_text(t);
		return true;
	}
	return false;
}

/* A copy for one line of a terminal, cut between characters. Stays the PSP's wording. */
static void tamed(char *out, size_t size, const char *text)
{
	size_t n = strlen(text);

	if (n >= size) {
		n = size - sizeof "…";
		while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
		memcpy(out, text, n);
		memcpy(out + n, "…", sizeof "…");
		n = strlen(out);
	} else {
		memcpy(out, text, n + 1);
	}
	text_tame(out, n);
}

/* The first of the rows that tell which member is wrong: Efí's erros, the BCB's violacoes. */
static void add_detail(const struct json *doc, struct err *e)
{
	static const struct { const char *where, *what; } rows[] = {
		{ "erros[0].caminho", "erros[0].mensagem" },
		{ "violacoes[0].propriedade", "violacoes[0].razao" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *where = json_text(json_path(doc, rows[i].where, true)), *what = json_text(json_path(doc, rows[i].what, true));
		char w[NAME], x[NAME + 40];
		size_t n = strlen(e->text);

		if (!what)
			continue;
		tamed(w, sizeof w, where ? where : "");
		tamed(x, sizeof x, what);
		snprintf(e->text + n, sizeof e->text - n, " (%s%s%s)", w, *w ? ": " : "", x);
	}
}

/* A short text/plain, which may be all that a gateway says. JSON is none: a member of it may be secret. */
static bool is_note(const struct api_answer *a, const char *type)
{
	return (a->status >= 400 || words_stale_token(a)) && a->body.len && a->body.len <= WORDS - 40 && !strstr(type, "html") && !strchr("<{[\"", buf_str(&a->body)[0]) &&
	       !memchr(a->body.data, '\0', a->body.len) && text_utf8(a->body.data, a->body.len);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void say(const struct api_answer *a, const char *type, struct err *e)
{
	char what[WORDS], who[NAME], kind[NAME];
	const char *name, *text;

	if (a->doc && api_words(a->doc, &name, &text)) {
		tamed(what, sizeof what, text);
		tamed(who, sizeof who, name ? name : "");
		/* where the shape has a name alone, it is not said twice */
		fail(e, ERR_REFUSED, "HTTP %ld%s%s: %s", a->status, name && name != text ? " " : "", name && name != text ? who : "", what);
		add_detail(a->doc, e);
		return;
	}
	tamed(kind, sizeof kind, *type ? type : "no content type");
	if (a->status >= 300 && a->status < 400) {
		fail(e, ERR_REFUSED, "HTTP %ld, a redirect, which is not followed: the address of the API is wrong", a->status);
	} else if (!a->body.len) {
		fail(e, ERR_REFUSED, "HTTP %ld with an empty answer", a->status);
	} else if (is_note(a, type)) {
		tamed(what, sizeof what, buf_str(&a->body));
		fail(e, ERR_REFUSED, "HTTP %ld: %s", a->status, what);
	} else if (!a->doc) {
		fail(e, ERR_REFUSED, "HTTP %ld with an answer that is not JSON (%s, %zu byte%s)", a->status, kind, a->body.len, plural(a->body.len));
	} else {
		fail(e, ERR_REFUSED, "HTTP %ld with JSON that holds no message (%zu byte%s)", a->status, a->body.len, plural(a->body.len));
	}
}

bool words_lacks_scope(const struct api_answer *a)
{
	const char *name = NULL, *text;

	return a->status >= 400 && a->doc && api_words(a->doc, &name, &text) && name && strcmp(name, "insufficient_scope") == 0;
}

bool words_refusal(const struct api_answer *a, const char *type, const char *scope, struct err *e)
{
	struct err line = { 0 };
	size_t n;

	say(a, type, &line);
	n = strlen(line.text);
	if (scope && words_lacks_scope(a))
		snprintf(line.text + n, sizeof line.text - n, " (this call needs the scope %s)", scope);
	n = strlen(line.text);
	if (a->retry_after_s >= 0)
		snprintf(line.text + n, sizeof line.text - n, " (try again in %d s)", a->retry_after_s);
	else if (a->status == 429)
		snprintf(line.text + n, sizeof line.text - n, " (too many requests; it does not say when to try again)");
	return fail(e, ERR_REFUSED, "%s", line.text);
}

static bool holds(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word), at = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = ascii_lower(s[i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			continue;	/* "Invalid ApiKey", "INVALID_API_KEY", "invalid apikey" */
		at = c == (unsigned char)word[at] ? at + 1 : c == (unsigned char)word[0];
		if (at == n)
			return true;
	}
	return false;
}

bool words_stale_token(const struct api_answer *a)
{
	const char *name = NULL, *text = NULL;

	if (a->status == 401)
		return true;
	/* of an answer that is no error, an error's text alone counts */
	if (a->status < 400 && a->doc && !api_words(a->doc, &name, &text))
		return false;
	return a->body.len && holds(a->body.data, a->body.len, "invalidapikey");
}
