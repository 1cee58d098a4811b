#include "cli/verb.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/out.h"

static void row(const char *left, const char *right)
{
	if (strlen(left) > 22)
		printf("  %s\n  %-22s  %s\n", left, "", right);
	else
		printf("  %-22s  %s\n", left, right);
}

static void option_rows(const struct opt *o)
{
	char left[64];

	for (; o && o->name; o++) {
		snprintf(left, sizeof left, "%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
		row(left, o->help);
	}
}

static void sub_rows(const struct verb *v)
{
	char left[64];

	for (const struct verb *const *sub = v->subs; sub && *sub; sub++) {
		snprintf(left, sizeof left, "%s %s", v->name, (*sub)->name);
		row(left, (*sub)->summary);
	}
}

void help_all(void)
{
	puts("usage: pixgate VERB [OPTION …]\n\nReceives Pix notifications from PSPs. The verbs:\n");
	for (const struct verb *const *v = verbs; *v; v++) {
		if (!(*v)->subs)
			row((*v)->name, (*v)->summary);
		sub_rows(*v);
	}
	puts("\nBefore or after any verb:\n");
	option_rows(common_options);
	puts("\nMore: pixgate help VERB, pixgate(1), pixgate.conf(5).");
}

void help_verb(const struct verb *v, const char *of)
{
	printf("usage: pixgate %s%s%s%s%s\n\n%c%s.\n", of, *of ? " " : "", v->name, *v->synopsis ? " " : "", v->synopsis,
		toupper((unsigned char)v->summary[0]), v->summary + 1);
	if (v->help)
		printf("%s\n", v->help);
	if (v->subs) {
		puts("");
		sub_rows(v);
	}
	if (v->options) {
		puts("");
		option_rows(v->options);
	}
	puts("");
	option_rows(common_options);
}

static void verb_json(struct buf *b, const struct verb *v, const char *of)
{
	char name[64];

	snprintf(name, sizeof name, "%s%s%s", of, *of ? " " : "", v->name);
	json_open(b, NULL, '{');
	json_str(b, "verb", name);
	json_str(b, "synopsis", v->synopsis);
	json_str(b, "summary", v->summary);
	json_open(b, "options", '[');
	for (const struct opt *o = v->options; o && o->name; o++)
		json_str(b, NULL, o->name);
	for (const struct opt *o = common_options; o->name; o++)
		json_str(b, NULL, o->name);
	json_close(b, ']');
	json_close(b, '}');
	out_line(b);
}

/* One line a verb that can be run. */
static void help_json(const struct verb *only)
{
	struct buf b = BUF(OUT_MAX);

	for (const struct verb *const *v = verbs; *v; v++) {
		if (only && only != *v)
			continue;
		if (!(*v)->subs)
			verb_json(&b, *v, "");
		for (const struct verb *const *sub = (*v)->subs; sub && *sub; sub++)
			verb_json(&b, *sub, (*v)->name);
	}
	buf_free(&b);
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	const struct verb *v = NULL, *sub = NULL;

	if (a->operands > 0) {
		v = verb_find(verbs, "", a->operand[0], e);
		if (!v)
			return 2;
	}
	if (a->operands > 1) {
		if (!v->subs)
			return fail(e, ERR_USAGE, "'%s' has no verbs of its own", v->name);
		sub = verb_find(v->subs, v->name, a->operand[1], e);
		if (!sub)
			return 2;
	}
	if (c->json) {
		struct buf b = BUF(OUT_MAX);

		if (sub)
			verb_json(&b, sub, v->name);
		else
			help_json(v);
		buf_free(&b);
	} else if (sub) {
		help_verb(sub, v->name);
	} else if (v) {
		help_verb(v, "");
	} else {
		help_all();
	}
	return 0;
}

const struct verb verb_help = {
	.name = "help",
	.synopsis = "[VERB]",
	.summary = "what a verb does and which options it takes",
	.most = 2,
	.run = run,
};
