/* `pixgate conf check|show|example`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/annotate.h"
#include "cli/out.h"
#include "cli/start.h"
#include "deliver/ready.h"

static int run_check(const struct common *c, const struct args *a, struct err *e)
{
	struct settings *s = start_settings(c, e);
	bool ok = s && settings_check_files(s, e) && deliver_ready(s, e);

	(void)a;
	if (c->json) {
		struct buf b = BUF(OUT_MAX);

		json_open(&b, NULL, '{');
		json_str(&b, "file", s ? s->file : c->conf);
		json_flag(&b, "ok", ok);
		json_int(&b, "hooks", s ? (int64_t)s->hook_count : 0);
		json_str(&b, "mistake", ok ? NULL : e->text);
		json_close(&b, '}');
		out_line(&b);
		buf_free(&b);
	} else if (ok && !c->quiet) {
		printf("%s: %zu hook%s, no mistakes\n", s->file, s->hook_count, s->hook_count == 1 ? "" : "s");
	}
	settings_free(s);
	return 0;
}

/* The settings of one group that hold; an empty text is one that was left out and has no default. */
static void show_group(struct buf *b, const struct settings *s, const struct hook *h, const char *indent, bool json)
{
	for (const struct key *k = setting_keys; k->name; k++) {
		char *text;

		if (k->in_hook != (h != NULL) || k->type == KEY_HOOKS)
			continue;
		text = settings_show(s, h, k);
		if (text && *text && strcmp(text, "\"\"") != 0) {
			if (json) {
				buf_putf(b, "%s\"%s\":", b->len && b->data[b->len - 1] != '{' ? "," : "", k->name);
				conf_text_json(b, text);
			} else {
				buf_putf(b, "%s%s = %s;\n", indent, k->name, text);
			}
		}
		free(text);
	}
}

static void show_json(struct buf *b, const struct settings *s, const struct hook *only)
{
	json_open(b, NULL, '{');
	if (only) {
		show_group(b, s, only, "", true);
	} else {
		json_str(b, "file", s->file);
		show_group(b, s, NULL, "", true);
		json_open(b, "hooks", '[');
		for (size_t i = 0; i < s->hook_count; i++) {
			json_open(b, NULL, '{');
			show_group(b, s, &s->hooks[i], "", true);
			json_close(b, '}');
		}
		json_close(b, ']');
	}
	json_close(b, '}');
	buf_puts(b, "\n");
}

static void show_text(struct buf *b, const struct settings *s, const struct hook *only)
{
	if (only) {
		show_group(b, s, only, "", false);
		return;
	}
	buf_putf(b, "# %s\n", s->file);
	show_group(b, s, NULL, "", false);
	buf_puts(b, "hooks = (\n");
	for (size_t i = 0; i < s->hook_count; i++) {
		buf_puts(b, "\t{\n");
		show_group(b, s, &s->hooks[i], "\t\t", false);
		buf_puts(b, i + 1 < s->hook_count ? "\t},\n" : "\t}\n");
	}
	buf_puts(b, ");\n");
}

static int run_show(const struct common *c, const struct args *a, struct err *e)
{
	struct settings *s = start_settings(c, e);
	const struct hook *only = NULL;
	struct buf b = BUF(OUT_MAX);

	if (s && a->operands)
		only = start_hook(s, a->operand[0], e);
	if (s && (only || !a->operands)) {
		if (c->json)
			show_json(&b, s, only);
		else
			show_text(&b, s, only);
		out_bytes(buf_str(&b), b.len);
	}
	buf_free(&b);
	settings_free(s);
	return 0;
}

static int run_example(const struct common *c, const struct args *a, struct err *e)
{
	struct buf b = BUF(OUT_MAX);

	(void)a;
	(void)e;
	if (!c->json) {
		annotate(&b, "An example of every setting.", NULL, NULL);
		out_bytes(buf_str(&b), b.len);
	}
	for (const struct key *k = setting_keys; c->json && k->name; k++) {
		json_open(&b, NULL, '{');
		json_str(&b, "name", k->name);
		json_flag(&b, "in_hook", k->in_hook);
		json_flag(&b, "need", k->need);
		json_str(&b, "example", k->example);
		json_str(&b, "help", k->help);
		json_close(&b, '}');
		out_line(&b);
	}
	buf_free(&b);
	return 0;
}

static const struct verb check = {
	.name = "check",
	.synopsis = "",
	.summary = "looks for mistakes in the configuration and the files that it names",
	.help = "Names file and line, and the nearest known setting for a mistyped one. Exit status 2 where there is a mistake.",
	.run = run_check,
};

static const struct verb show = {
	.name = "show",
	.synopsis = "[HOOK]",
	.summary = "the settings that hold, defaults included",
	.help = "Secrets are shown as the references that stand in the file, never as values.",
	.most = 1,
	.run = run_show,
};

static const struct verb example = {
	.name = "example",
	.synopsis = "",
	.summary = "an annotated example of every setting",
	.run = run_example,
};

static const struct verb *const subs[] = { &check, &show, &example, NULL };

const struct verb verb_conf = {
	.name = "conf",
	.synopsis = "check|show|example …",
	.summary = "the configuration",
	.subs = subs,
};
