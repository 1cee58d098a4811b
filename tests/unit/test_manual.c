/* The tables of the programs, their manual pages, their help and the completion must say the same. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/verb.h"
#include "conf/settings.h"
#include "lib/mem.h"

#include <cmocka.h>

#define PAGE_MAX (256 * 1024)

static char *read_all(const char *path)
{
	char *text = xcalloc(1, PAGE_MAX);
	FILE *f = fopen(path, "re");
	size_t n;

	if (!f)
		fail_msg("%s: run this from the repository's top", path);
	n = fread(text, 1, PAGE_MAX - 1, f);
	fclose(f);
	assert_true(n > 0 && n < PAGE_MAX - 1);
	return text;
}

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Whether `word` stands in the text between other characters. */
static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at++)
		if ((at == text || !word_char(at[-1])) && !word_char(at[len]))
			return true;
	return false;
}

/* A long option as mdoc writes it: "Fl -name". */
static bool has_option(const char *page, const char *option)
{
	char macro[64];

	snprintf(macro, sizeof macro, "Fl %s", option + 1);
	return has_word(page, macro);
}

/* The part of the page from a verb's first `.It Cm verb` to the next verb's. NULL: it has no part. */
static char *part(const char *page, const char *of, const char *name, const char *const *others, size_t n)
{
	char macro[64];
	const char *at, *end = NULL;

	snprintf(macro, sizeof macro, ".It Cm %s%s%s", of, *of ? " " : "", name);
	for (at = page; (at = strstr(at, macro)) && word_char(at[strlen(macro)]); at++)
		;
	if (!at)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const char *next;

		if (!strncmp(others[i], macro, strlen(macro)))
			continue;
		next = strstr(at, others[i]);
		if (next && (!end || next < end))
			end = next;
	}
	return end ? xstrndup(at, (size_t)(end - at)) : xstrdup(at);
}

static size_t all_macros(const char *macros[], size_t most)
{
	size_t n = 0;

	for (const struct verb *const *v = verbs; *v; v++) {
		const struct verb *const one[] = { *v, NULL };

		for (const struct verb *const *w = (*v)->subs ? (*v)->subs : one; *w; w++) {
			char *macro = xmalloc(64);

			assert_true(n < most);
			snprintf(macro, 64, ".It Cm %s%s%s", (*v)->subs ? (*v)->name : "", (*v)->subs ? " " : "", (*w)->name);
			macros[n++] = macro;
		}
	}
	return n;
}

static void check_verb(const char *page, const char *of, const struct verb *v, const char *const *macros, size_t n)
{
	char *text = part(page, of, v->name, macros, n);

	if (!text)
		fail_msg("pixgate(1) has no '.It Cm %s%s%s'", of, *of ? " " : "", v->name);
	for (const struct opt *o = v->options; o && o->name; o++)
		if (!has_option(text, o->name))
			fail_msg("pixgate(1), %s %s: %s is missing", of, v->name, o->name);
	free(text);
}

static void every_verb_and_option_is_in_its_page(void **state)
{
	char *page = read_all("man/pixgate.1");
	const char *macros[64];
	size_t n = all_macros(macros, 64);

	(void)state;
	for (const struct verb *const *v = verbs; *v; v++) {
		if (!(*v)->subs)
			check_verb(page, "", *v, macros, n);
		for (const struct verb *const *sub = (*v)->subs; sub && *sub; sub++)
			check_verb(page, (*v)->name, *sub, macros, n);
	}
	for (const struct opt *o = common_options; o->name; o++) {
		if (!has_option(page, o->name))
			fail_msg("pixgate(1): %s is missing", o->name);
	}
	while (n)
		free((char *)macros[--n]);
	free(page);
}

static void every_setting_is_in_its_page(void **state)
{
	char *page = read_all("man/pixgate.conf.5"), macro[64];
	const char *hooks = strstr(page, ".Ss Settings of a hook");

	(void)state;
	assert_non_null(hooks);
	for (const struct key *k = setting_keys; k->name; k++) {
		snprintf(macro, sizeof macro, ".It Ic %s\n", k->name);
		if (!strstr(k->in_hook ? hooks : page, macro))
			fail_msg("pixgate.conf(5): %s is missing", k->name);
	}
	free(page);
}

/* The gate's options are in its main.c alone: its table is read as text. */
static void every_option_of_the_gate_is_in_its_page(void **state)
{
	char *page = read_all("man/pixgate.fcgi.8"), *source = read_all("fcgi/main.c");
	size_t seen = 0;

	(void)state;
	for (const char *at = source; (at = strstr(at, "\"--")); at++) {
		size_t len = strcspn(at + 1, "\"= ");
		char *option = xstrndup(at + 1, len);

		if (len > 2 && !has_option(page, option))
			fail_msg("pixgate.fcgi(8): %s is missing", option);
		seen += len > 2;
		free(option);
	}
	assert_true(seen >= 5);
	free(source);
	free(page);
}

static void help_names_every_verb(void **state)
{
	char text[16 * 1024], name[64];
	FILE *to = tmpfile();
	int out = dup(STDOUT_FILENO);
	size_t n;

	(void)state;
	assert_non_null(to);
	fflush(stdout);
	dup2(fileno(to), STDOUT_FILENO);
	help_all();
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	rewind(to);
	n = fread(text, 1, sizeof text - 1, to);
	text[n] = '\0';
	fclose(to);
	for (const struct verb *const *v = verbs; *v; v++) {
		const struct verb *const one[] = { *v, NULL };

		for (const struct verb *const *w = (*v)->subs ? (*v)->subs : one; *w; w++) {
			snprintf(name, sizeof name, "\n  %s%s%s ", (*v)->subs ? (*v)->name : "", (*v)->subs ? " " : "", (*w)->name);
			if (!strstr(text, name))
				fail_msg("pixgate help lacks '%s'", name + 3);
		}
	}
}

/* The line of _pixgate_words for a verb: "	inbox) echo "list show" ;;". NULL: there is none. */
static char *completion_line(const char *text, const char *of, const char *name)
{
	char label[80];
	const char *at;

	snprintf(label, sizeof label, *of ? "\t\"%s%s%s\") echo \"" : "\t%s%s%s) echo \"", of, *of ? " " : "", name);
	at = strstr(text, label);
	if (!at)
		return NULL;
	at += strlen(label);
	return xstrndup(at, strcspn(at, "\""));
}

static void check_completion(const char *text, const char *of, const struct verb *v)
{
	char *line = completion_line(text, of, v->name);

	if (!line && ((v->options && v->options->name) || v->subs))
		fail_msg("completion: no words for '%s %s'", of, v->name);
	for (const struct opt *o = v->options; o && o->name; o++)
		if (!has_word(line, o->name))
			fail_msg("completion: '%s %s' lacks %s", of, v->name, o->name);
	for (const struct verb *const *sub = v->subs; sub && *sub; sub++) {
		if (!has_word(line, (*sub)->name))
			fail_msg("completion: '%s' lacks %s", v->name, (*sub)->name);
		check_completion(text, v->name, *sub);
	}
	free(line);
}

static void completion_knows_every_verb_and_option(void **state)
{
	char *text = read_all("completion/pixgate.bash"), *line = completion_line(text, "", "''");
	char *common = strstr(text, "common=\"");

	(void)state;
	assert_non_null(line);
	assert_non_null(common);
	for (const struct verb *const *v = verbs; *v; v++) {
		if (!has_word(line, (*v)->name))
			fail_msg("completion: no %s", (*v)->name);
		check_completion(text, "", *v);
	}
	for (const struct opt *o = common_options; o->name; o++)
		if (!has_word(common, o->name))
			fail_msg("completion: no %s", o->name);
	free(line);
	free(text);
}

/* A table that is longer than the reader's arrays would be read past their end. */
static void every_option_table_fits_the_reader(void **state)
{
	(void)state;
	for (const struct verb *const *v = verbs; *v; v++) {
		const struct verb *const one[] = { *v, NULL };

		for (const struct verb *const *w = (*v)->subs ? (*v)->subs : one; *w; w++) {
			size_t n = 0;

			while ((*w)->options && (*w)->options[n].name)
				n++;
			assert_true(n <= OPT_MAX);
			assert_non_null((*w)->run);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verb_and_option_is_in_its_page),
		cmocka_unit_test(every_setting_is_in_its_page),
		cmocka_unit_test(every_option_of_the_gate_is_in_its_page),
		cmocka_unit_test(help_names_every_verb),
		cmocka_unit_test(completion_knows_every_verb_and_option),
		cmocka_unit_test(every_option_table_fits_the_reader),
	};

	return cmocka_run_group_tests_name("manual", tests, NULL, NULL);
}
