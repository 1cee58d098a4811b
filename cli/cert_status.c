/* `pixgate cert status HOOK`: served, uploaded, and in a file: whether they are the same, and what to do. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/uploaded.h"
#include "cli/cert.h"
#include "cli/chain.h"
#include "cli/out.h"
#include "cli/start.h"
#include "lib/table.h"
#include "lib/when.h"

enum { CERT, RESOLVE };

static const struct opt options[] = {
	[CERT]    = { "--cert", "FILE", "compares with that file too (PEM or DER)", 0 },
	[RESOLVE] = { "--resolve", "HOST:PORT:ADDRESS[,…]", "looks there, whatever DNS says", 0 },
	{ 0 }
};

struct state {
	const struct common *c;
	const struct hook *hook;
	const char *file;
	struct host host;
	struct cert_list given;
	const struct cert *served;	/* NULL: none was seen */
	struct uploaded sent;
	bool known, unreachable;
	struct findings found;
	char todo[500];
	int status;
};

static bool is(const struct cert *c, const char *sha256)
{
	return c && strcmp(c->sha256, sha256) == 0;
}

/* The last line: the first row that holds is what to do. */
static void decide(struct state *s)
{
	const struct cert *file = s->given.count ? s->given.item : NULL;
	const char *name = s->hook->name;
	char day[DAY_TEXT] = "";
	int64_t now = s->c->now_ms / 1000;

	if (s->served)
		day_text(s->served->until, day);
	s->status = 1;
	if (!s->served) {
		snprintf(s->todo, sizeof s->todo, "no certificate can be seen: have %s answer on port %d, or say with --resolve where it is", s->host.name, s->host.port);
		s->status = err_exit(ERR_NET);
	} else if (!host_agrees(&s->host)) {
		snprintf(s->todo, sizeof s->todo, "have every address of %s serve the same certificate, then: pixgate cert push %s", s->host.name, name);
	} else if (now > s->served->until) {
		snprintf(s->todo, sizeof s->todo, "renew the certificate and have the web server serve it, then: pixgate cert push %s", name);
	} else if (s->found.worst != SAYS) {
		snprintf(s->todo, sizeof s->todo, "put right what is said above, then: pixgate cert push %s", name);
	} else if (file && !is(s->served, file->sha256) && s->known && is(file, s->sent.sha256)) {
		snprintf(s->todo, sizeof s->todo, "reload the web server: it still serves another certificate than the file's, which is the one uploaded");
	} else if (file && !is(s->served, file->sha256)) {
		snprintf(s->todo, sizeof s->todo, "run: pixgate cert push %s --cert %.200s; and right behind it reload the web server, which does not serve the file's certificate", name, s->file);
	} else if (!s->known) {
		snprintf(s->todo, sizeof s->todo, "run: pixgate cert push %s (no upload is remembered)", name);
	} else if (!is(s->served, s->sent.sha256)) {
		snprintf(s->todo, sizeof s->todo, "run: pixgate cert push %s (the PSP trusts another certificate than is served, so it cannot reach the hook)", name);
	} else if (s->unreachable) {
		snprintf(s->todo, sizeof s->todo, "see why an address does not answer; what the others serve is what was uploaded, good until %s", day);
		s->status = err_exit(ERR_NET);
	} else {
		snprintf(s->todo, sizeof s->todo, "nothing to do: what is served is what was uploaded, good until %s (%" PRId64 " days)", day, days_left(s->served, now));
		s->status = 0;
	}
}

static void cells(struct table *t, const char *what, const char *where, const struct cert *c)
{
	char day[DAY_TEXT];

	day_text(c->until, day);
	table_cell(t, what);
	table_cell(t, where);
	table_cell(t, c->sha256);
	table_cell(t, day);
	table_cell(t, c->key);
}

static void say(const struct state *s)
{
	static const char *const heads[] = { "WHAT", "WHERE", "SHA-256", "UNTIL", "KEY", "HOW", NULL };
	struct table *t = table_new(heads);
	char day[DAY_TEXT], when[WHEN_TEXT];

	for (size_t i = 0; i < s->host.count; i++) {
		const struct served *a = &s->host.item[i];

		if (a->list.count) {
			cells(t, "served", a->address, a->list.item);
			table_cellf(t, "TLS 1.%c, %d ms", a->seen.version == TLS_1_3 ? '3' : '2', a->seen.handshake_ms);
			continue;
		}
		table_cell(t, "served");
		table_cell(t, a->address);
		table_cell(t, NULL);
		table_cell(t, NULL);
		table_cell(t, NULL);
		table_cell(t, a->why);
	}
	if (s->known) {
		when_format(s->sent.at, when);
		day_text(s->sent.until, day);
		table_cell(t, "uploaded");
		table_cellf(t, "%.10s", when);
		table_cell(t, s->sent.sha256);
		table_cell(t, day);
		table_cell(t, NULL);
		table_cell(t, s->sent.form);
	}
	if (s->given.count) {
		cells(t, "file", s->file, s->given.item);
		table_cell(t, NULL);
	}
	if (table_rows(t))
		table_print(t, stdout, table_color(stdout));
	table_free(t);
	printf("%s: %s\n", s->hook->name, s->todo);
}

static void cert_json(struct buf *b, const struct cert *c)
{
	json_str(b, "sha256", c ? c->sha256 : NULL);
	json_str(b, "key", c ? c->key : NULL);
	if (c)
		json_when(b, "until", c->until * 1000);
	else
		json_none(b, "until");
}

static void say_json(const struct state *s)
{
	struct buf b = BUF(OUT_MAX);

	json_open(&b, NULL, '{');
	json_str(&b, "hook", s->hook->name);
	json_flag(&b, "ok", s->status == 0);
	json_str(&b, "host", s->host.name);
	json_int(&b, "port", s->host.port);
	json_open(&b, "served", '[');
	for (size_t i = 0; i < s->host.count; i++) {
		const struct served *a = &s->host.item[i];

		json_open(&b, NULL, '{');
		json_str(&b, "address", a->address);
		cert_json(&b, a->list.count ? a->list.item : NULL);
		json_str(&b, "tls", !a->list.count ? NULL : a->seen.version == TLS_1_3 ? "1.3" : "1.2");
		if (a->list.count)
			json_int(&b, "handshake_ms", a->seen.handshake_ms);
		else
			json_none(&b, "handshake_ms");
		json_str(&b, "error", a->list.count ? NULL : a->why);
		json_close(&b, '}');
	}
	json_close(&b, ']');
	if (s->known) {
		json_open(&b, "uploaded", '{');
		json_str(&b, "sha256", s->sent.sha256);
		json_when(&b, "until", s->sent.until * 1000);
		json_when(&b, "at", s->sent.at);
		json_str(&b, "form", s->sent.form);
		json_close(&b, '}');
	} else {
		json_none(&b, "uploaded");
	}
	if (s->given.count) {
		json_open(&b, "file", '{');
		json_str(&b, "path", s->file);
		cert_json(&b, s->given.item);
		json_close(&b, '}');
	} else {
		json_none(&b, "file");
	}
	json_open(&b, "findings", '[');
	for (size_t i = 0; i < s->found.count; i++)
		json_str(&b, NULL, s->found.item[i].text);
	json_close(&b, ']');
	json_str(&b, "todo", s->todo);
	json_close(&b, '}');
	out_line(&b);
	buf_free(&b);
}

static bool look(struct state *s, const struct settings *settings, const struct args *a, struct err *e)
{
	const int64_t now = s->c->now_ms / 1000;

	if (!s->hook->psp->cert_form)
		return fail(e, ERR_CONFIG, "hook \"%s\": %s wants no certificate of your server", s->hook->name, s->hook->psp->title);
	if (!s->hook->domain[0])
		return fail(e, ERR_CONFIG, "%s:%d: hook \"%s\" has no domain: set the host name that the PSP shall call", settings->file, s->hook->line, s->hook->name);
	if (!host_read(&s->host, s->hook->domain, e) || (s->file && !cert_leaf_load(s->file, &s->given, e)) ||
	    !uploaded_read(settings, s->hook, &s->sent, &s->known, e) || !host_look(&s->host, a->value[RESOLVE], e))
		return fail_in(e, "hook \"%s\"", s->hook->name);
	judge_host(&s->host, &s->found);
	s->served = host_leaf(&s->host);
	for (size_t i = 0; i < s->host.count; i++)	/* without a way from here, others may have one */
		s->unreachable |= !s->host.item[i].list.count && s->host.item[i].seen.fail != TLS_NO_ROUTE;
	if (s->served)
		judge_cert(s->served, s->host.name, now, &s->found);
	if (s->given.count && !is(s->served, s->given.item->sha256)) {
		size_t first = s->found.count;

		judge_cert(s->given.item, s->host.name, now, &s->found);
		for (; first < s->found.count; first++) {
			char text[sizeof s->found.item[0].text];

			snprintf(text, sizeof text, "the file's: %.*s", (int)sizeof text - 16, s->found.item[first].text);
			memcpy(s->found.item[first].text, text, sizeof text);
		}
	}
	return true;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct state s = { .c = c, .file = a->value[CERT], .status = 2 };
	struct settings *settings = NULL;

	if (a->value[RESOLVE] && !resolve_ok(a->value[RESOLVE], e))
		return 2;
	settings = start_settings(c, e);
	s.hook = settings ? start_hook(settings, a->operand[0], e) : NULL;
	if (s.hook && look(&s, settings, a, e)) {
		decide(&s);
		for (size_t i = 0; i < s.found.count; i++)
			note(s.found.item[i].weight == SAYS && c->quiet, "hook \"%s\": %s", s.hook->name, s.found.item[i].text);
		if (c->json)
			say_json(&s);
		else
			say(&s);
	}
	host_free(&s.host);
	certs_free(&s.given);
	settings_free(settings);
	return s.status;
}

const struct verb cert_status = {
	.name = "status",
	.synopsis = "HOOK [OPTION …]",
	.summary = "whether the PSP has the certificate that your server serves",
	.help = "Compares what each address of the hook's domain serves (TLS 1.2), what was uploaded last from here, and a file. The last line\n"
		"says what to do. Exit status 0: all the same and in date; 1: a problem; 4: the server could not be reached.",
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
