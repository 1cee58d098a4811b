/* What the gate says on standard error: "gate: WORD key=value …", one line a request, never a value from a body. */
#include <stdio.h>
#include <string.h>

#include "fcgi/job.h"
#include "pix/test_event.h"

/* A stranger may knock as often as he likes, but not fill the disk with our lines. */
static struct log_brake refusals = { .burst = 20, .every_ms = 1000 };
static struct log_brake warnings = { .burst = 20, .every_ms = 1000 };
static struct log_brake troubles = { .burst = 3, .every_ms = 10 * 1000 };

/* The path of a request nobody serves, without its query, safe to print: what a mistyped URL is found by. */
static void path_of(const char *uri, char *out, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size && uri[i] && uri[i] != '?' && uri[i] != '#'; i++)
		out[i] = strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-%~", uri[i]) ? uri[i] : '?';
	out[i] = '\0';
}

static void held(unsigned left_out, char *out, size_t size)
{
	out[0] = '\0';
	if (left_out)
		snprintf(out, size, " (%u lines like this left out)", left_out);
}

static void refused(const struct job *j, int64_t now_us)
{
	const struct verdict *v = &j->verdict;
	char path[81] = "", more[48];
	unsigned left_out;

	if (!log_allow(&refusals, now_us / 1000, &left_out))
		return;
	held(left_out, more, sizeof more);
	if (!v->hook)
		path_of(j->req.uri, path, sizeof path);
	log_line("gate: refused status=%d%s%s check=%s remote=%s%s%s%s%s%s%s", j->status, v->hook ? " hook=" : "",
		 v->hook ? v->hook->name : "", v->check[0] ? v->check : "store", v->remote[0] ? v->remote : "-",
		 path[0] ? " path=" : "", path, v->detail[0] ? " why=\"" : "", v->detail, v->detail[0] ? "\"" : "", more);
}

static void warn(const struct job *j, const char *reason, const char *why, int64_t now_us)
{
	char more[48];
	unsigned left_out;

	if (!log_allow(&warnings, now_us / 1000, &left_out))
		return;
	held(left_out, more, sizeof more);
	log_line("gate: warning hook=%s reason=%s why=\"%s\"%s", j->verdict.hook->name, reason, why, more);
}

/* Written by hand, every accepted request has one: printf would cost as much as judging the request. */
struct line {
	char text[512];
	size_t len;
};

static void word(struct line *l, const char *key, const char *value)
{
	for (int i = 0; i < 2; i++) {
		const char *s = i ? value : key;
		size_t n = strnlen(s, sizeof l->text - l->len);

		memcpy(l->text + l->len, s, n);
		l->len += n;
	}
}

static void number(struct line *l, const char *key, uint64_t value)
{
	char digits[24], *p = digits + sizeof digits - 1;

	*p = '\0';
	do
		*--p = (char)('0' + value % 10);
	while (value /= 10);
	word(l, key, p);
}

static void accepted(const struct job *j, size_t foreign, size_t tests, int64_t now_us)
{
	const struct verdict *v = &j->verdict;
	struct line l;

	l.len = 0;

	word(&l, "gate: accepted hook=", v->hook->name);
	word(&l, " psp=", v->hook->psp->name);
	if (j->batch.ping)
		word(&l, " ping=1", "");
	number(&l, " events=", j->batch.count);
	number(&l, " fresh=", j->put.fresh);
	if (j->batch.unread)
		word(&l, " unread=1", "");
	if (foreign)
		number(&l, " foreign=", foreign);
	if (tests)
		number(&l, " test=", tests);
	if (v->cert[0])
		word(&l, " cert=", v->cert);
	number(&l, " ms=", (uint64_t)(now_us - j->began_us) / 1000);
	log_text(l.text, l.len);
}

void report_job(const struct job *j, int64_t now_us)
{
	const struct verdict *v = &j->verdict;
	size_t foreign = 0, tests = 0;

	if (j->status != 200) {
		refused(j, now_us);
		return;
	}
	for (size_t i = 0; i < j->batch.count; i++) {
		const struct pix_event *event = &j->batch.events[i];
		bool test = event->foreign && pix_is_test(event->e2eid);

		tests += test;
		foreign += event->foreign && !test;
	}
	accepted(j, foreign, tests, now_us);
	if (j->batch.unread)
		warn(j, "unread", j->batch.why, now_us);
	if (foreign)
		warn(j, "foreign", "an event is for a Pix key that is not among this hook's keys: kept, never delivered", now_us);
	if (j->put.differ)
		warn(j, "differs", "an event that is already stored came again with another amount, txid or key: the first one stands", now_us);
	/* mod_fcgid hands an empty body on where it drops one that is too large: a real notice never is empty. */
	if (j->batch.ping && !j->body_len && v->route.suffix[0])
		warn(j, "empty", "a notification without a body: does the web server drop request bodies?", now_us);
}

void report_trouble(const char *what, const struct err *e, int64_t now_us)
{
	char more[48];
	unsigned left_out;

	if (!log_allow(&troubles, now_us / 1000, &left_out))
		return;
	held(left_out, more, sizeof more);
	log_line("gate: error %s failed, answering 503: %s%s", what, e->text, more);
}
