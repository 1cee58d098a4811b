/* Which version a server is: its program says. */
#include <stdlib.h>
#include <string.h>

#include "cli/gen.h"
#include "lib/mem.h"
#include "lib/run.h"
#include "lib/text.h"

enum { PATIENCE_MS = 5000, SAID = 16 * 1024 };

char *gen_program(const struct gen_server *s, const char *given)
{
	char *path = given ? program_find(given) : NULL;

	for (const char *const *name = s->programs; !given && name && *name && !path; name++)
		path = program_find(*name);
	return path;
}

/* The word behind the mark, without a 'v' in front; NULL where it is no version. */
static char *behind(const char *text, const char *mark)
{
	for (const char *at = text; *mark && (at = strstr(at, mark)); at++) {
		char *word = xstrndup(at + strlen(mark), strcspn(at + strlen(mark), " \t\r\n()"));

		if (version_ok(word))
			return word;
		free(word);
	}
	return NULL;
}

/* The same where nothing stands before it: the first word of all. */
static char *first_word(const char *text)
{
	char *word;

	text += strspn(text, " \t\r\n");
	word = xstrndup(text, strcspn(text, " \t\r\n()"));
	if (version_ok(word))
		return word;
	free(word);
	return NULL;
}

char *gen_version(const struct gen_server *s, const char *program, struct err *e)
{
	const char *const argv[] = { program, s->version_flag, NULL };
	/* Caddy makes a folder in its user's home even for this */
	static const char *const set[] = { "HOME=/dev/null", NULL };
	struct buf said = BUF(SAID);
	struct run r = { .argv = argv, .set = set, .timeout_ms = PATIENCE_MS, .out = &said, .err = &said };
	char *version = NULL;
	int status = 0;

	if (!s->version_flag) {
		fail(e, ERR_CONFIG, "%s has no version that matters here", s->name);
	} else if (run_program(&r, &status, e)) {
		const char *text = buf_str(&said);

		version = !status && *s->version_mark ? behind(text, s->version_mark) : !status ? first_word(text) : NULL;
		if (!version) {
			char line[80];

			strncpy(line, text, sizeof line - 1);
			line[sizeof line - 1] = '\0';
			line[strcspn(line, "\r\n")] = '\0';
			text_tame(line, strlen(line));
			fail(e, ERR_CONFIG, "%s %s does not say the version of %s (exit status %d, '%s'): give --server-version", program, s->version_flag,
				s->title, status, line);
		}
	}
	buf_free(&said);
	return version;
}
