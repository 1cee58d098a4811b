/* `pixgate chain show FILE`: what certificates a file holds, what they are for, and whether they make a chain. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/chain.h"
#include "cli/verb.h"
#include "lib/limits.h"
#include "lib/table.h"

#define DAY INT64_C(86400)

static bool read_stdin(struct buf *b, struct err *e)
{
	char part[8192];
	ssize_t n;

	while ((n = read(STDIN_FILENO, part, sizeof part)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(e, ERR_STORE, "standard input: %s", strerror(errno));
		if (!buf_add(b, part, (size_t)n))
			return fail(e, ERR_CONFIG, "standard input: longer than %zu bytes", b->max);
	}
	return true;
}

/* Twice the same: as it was found, and what certs_chain makes of it. */
static bool load(const char *path, struct cert_list *list, struct cert_list *sorted, struct err *e)
{
	struct buf b = BUF(LIMIT_CA_FILE);
	bool ok, in = !strcmp(path, "-");

	if (!in) {
		ok = certs_load(path, list, e) && certs_load(path, sorted, e);
	} else {
		ok = read_stdin(&b, e) && certs_read(buf_str(&b), b.len, "standard input", list, e) &&
			certs_read(buf_str(&b), b.len, "standard input", sorted, e);
	}
	buf_free(&b);
	return ok;
}

/* The parts of text between separators. */
static void list_json(struct buf *b, const char *name, const char *text, const char *separator)
{
	json_open(b, name, '[');
	while (*text) {
		const char *end = strstr(text, separator);
		size_t n = end ? (size_t)(end - text) : strlen(text);

		json_bytes(b, NULL, text, n);
		text += n + (end ? strlen(separator) : 0);
	}
	json_close(b, ']');
}

static void one_json(struct buf *b, const struct cert *c, size_t n, int64_t now)
{
	struct buf text = BUF(LIMIT_CA_FILE);

	json_open(b, NULL, '{');
	json_int(b, "n", (int64_t)n);
	json_str(b, "subject", c->subject);
	json_str(b, "issuer", c->issuer);
	json_str(b, "key", c->key);
	list_json(b, "names", c->names, " ");
	json_when(b, "from", c->from * 1000);
	json_when(b, "until", c->until * 1000);
	json_int(b, "days_left", (c->until - now) / DAY);
	json_str(b, "sha256", c->sha256);
	json_flag(b, "ca", c->ca);
	chain_purpose(c, &text);
	json_str(b, "purpose", buf_str(&text));
	buf_reset(&text);
	chain_known(c, &text);
	list_json(b, "known", buf_str(&text), ", ");
	json_close(b, '}');
	buf_puts(b, "\n");
	buf_free(&text);
}

static void left(struct table *t, const struct cert *c, int64_t now)
{
	if (now > c->until)
		table_cell(t, "expired");
	else if (now < c->from)
		table_cell(t, "not yet");
	else
		table_cellf(t, "%" PRId64, (c->until - now) / DAY);
}

static void overview(const struct cert_list *list, int64_t now)
{
	static const char *const heads[] = { ">", "name", "key", "from", "until", ">days left", "what for", NULL };
	struct table *t = table_new(heads);
	struct buf text = BUF(LIMIT_CA_FILE);
	char day[DAY_TEXT];

	for (size_t i = 0; i < list->count; i++) {
		const struct cert *c = &list->item[i];

		table_cellf(t, "%zu", i + 1);
		table_cell(t, chain_name(c));
		table_cell(t, c->key);
		day_text(c->from, day);
		table_cell(t, day);
		day_text(c->until, day);
		table_cell(t, day);
		left(t, c, now);
		buf_reset(&text);
		chain_purpose(c, &text);
		table_cell(t, buf_str(&text));
	}
	table_print(t, stdout, table_color(stdout));
	table_free(t);
	buf_free(&text);
}

static void details(const struct cert_list *list)
{
	struct buf text = BUF(LIMIT_CA_FILE);

	for (size_t i = 0; i < list->count; i++) {
		const struct cert *c = &list->item[i];

		buf_reset(&text);
		chain_known(c, &text);
		printf("\n%zu  subject  %s\n   issuer   %s\n   SHA-256  %s\n   known    %s\n", i + 1, c->subject, c->issuer, c->sha256,
			text.len ? buf_str(&text) : "no: no profile names it");
	}
	buf_free(&text);
}

/* Whether a server that wants intermediates first would take the file as it is. */
static bool in_order(const struct cert_list *list, const struct cert_list *sorted)
{
	bool same = list->count == sorted->count;

	for (size_t i = 0; same && i < list->count; i++)
		same = !strcmp(list->item[i].sha256, sorted->item[i].sha256);
	return same;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	const char *path = a->operand[0], *name = strcmp(path, "-") ? path : "standard input";
	struct cert_list list = { 0 }, sorted = { 0 };
	struct buf b = BUF(8 * LIMIT_CA_FILE);
	int64_t now = c->now_ms / 1000;
	struct err why = { 0 };
	bool whole, ordered;

	if (!load(path, &list, &sorted, e)) {
		certs_free(&list);
		certs_free(&sorted);
		return 2;
	}
	whole = certs_chain(&sorted, name, now, &why);
	ordered = whole && in_order(&list, &sorted);
	if (c->json) {
		for (size_t i = 0; i < list.count; i++)
			one_json(&b, &list.item[i], i + 1, now);
		json_open(&b, NULL, '{');
		json_str(&b, "file", name);
		json_flag(&b, "whole", whole);
		json_flag(&b, "ordered", ordered);
		json_str(&b, "why", whole ? NULL : why.text);
		json_close(&b, '}');
		out_line(&b);
	} else {
		overview(&list, now);
		details(&list);
		puts("");
		if (whole)
			printf("%s: a whole chain%s\n", name, ordered ? "" : ", but not in the order that servers want: intermediates first, then roots, each once");
		else
			printf("%s\n", why.text);
	}
	buf_free(&b);
	certs_free(&list);
	certs_free(&sorted);
	return whole ? 0 : 1;
}

const struct verb chain_show = {
	.name = "show",
	.synopsis = "FILE",
	.summary = "what certificates a file holds, and whether they make a whole chain",
	.help = "Takes PEM (any order, CRLF, comments between) and DER; - is standard input. For each certificate: subject, issuer, key,\n"
		"dates, SHA-256, days left, what it is for, and which PSP's profile knows it. Exit status 1 where one is expired or not\n"
		"yet valid, where the chain is not whole, or where one is no CA certificate.",
	.least = 1,
	.most = 1,
	.run = run,
};
