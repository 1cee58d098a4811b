#include "emul/fault.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/ascii.h"
#include "lib/limits.h"
#include "lib/log.h"
#include "lib/text.h"

static void say(struct front_answer *a, unsigned status, const char *type, const char *body)
{
	a->status = status;
	a->type = type;
	a->allow = NULL;
	buf_reset(&a->body);
	buf_puts(&a->body, body);
}

static void token(struct front_answer *a, int64_t value)
{
	(void)value;
	say(a, 401, "application/json", "{\"error\":\"invalid_token\",\"error_description\":\"Invalid or expired access token\"}");
}

static void rate(struct front_answer *a, int64_t value)
{
	say(a, 429, "application/json", "{\"nome\":\"balde_fichas_vazio\",\"mensagem\":\"Não há fichas disponíveis no balde\"}");
	a->retry_after_s = (int)value;
}

static void broken(struct front_answer *a, int64_t value)
{
	(void)value;
	say(a, 500, "application/json", "{\"nome\":\"erro_aplicacao\",\"mensagem\":\"Ocorreu um erro na aplicação\"}");
}

static void blocked(struct front_answer *a, int64_t value)
{
	(void)value;
	say(a, 400, "application/json", "{\"nome\":\"documento_bloqueado\",\"mensagem\":\"O documento desta conta tem bloqueios que impedem a emissão\"}");
}

static void garbage(struct front_answer *a, int64_t value)
{
	(void)value;
	say(a, 200, "text/html", "<html><body>Em manutenção</body></html>");
}

static void empty(struct front_answer *a, int64_t value)
{
	(void)value;
	say(a, 200, "application/json", "");
}

static void huge(struct front_answer *a, int64_t value)
{
	static const char begin[] = "{\"x\":\"", end[] = "\"}";
	char some[4096];

	memset(some, 'x', sizeof some);
	say(a, 200, "application/json", begin);
	for (int64_t left = value - (int64_t)(sizeof begin + sizeof end - 2); left > 0; left -= (int64_t)sizeof some)
		buf_add(&a->body, some, left < (int64_t)sizeof some ? (size_t)left : sizeof some);
	buf_puts(&a->body, end);
}

static void slow(struct front_answer *a, int64_t value)
{
	struct timespec pause = { .tv_sec = value / 1000, .tv_nsec = value % 1000 * 1000000 };

	(void)a;
	nanosleep(&pause, NULL);
}

static void cut(struct front_answer *a, int64_t value)
{
	(void)value;
	a->cut = true;
}

const struct fault faults[] = {
	{ .name = "duplicate", .act = FAULT_DUPLICATE, .text = "The callback is made twice, one straight behind the other." },
	{ .name = "reorder", .act = FAULT_REORDER, .value = "milliseconds, if none follows", .usual = 60000, .most = 3600000,
	  .text = "The callback comes after the one that follows it." },
	{ .name = "truncate", .act = FAULT_TRUNCATE,
	  .text = "The body breaks off in the middle and the connection is closed; it is made again on the schedule." },
	{ .name = "drop", .act = FAULT_DROP, .text = "The callback is never made, as if it had been taken." },
	{ .name = "change", .act = FAULT_CHANGE, .text = "The callback tells another amount than the API does." },
	{ .name = "delay", .act = FAULT_DELAY, .value = "milliseconds", .usual = 5000, .most = 3600000, .text = "The callback is made later." },
	{ .name = "token", .instead = true, .spoil = token, .text = "A token that is good is refused (401)." },
	{ .name = "rate", .instead = true, .spoil = rate, .value = "seconds of Retry-After", .usual = 1, .most = 86400,
	  .text = "The request is one too many (429)." },
	{ .name = "broken", .instead = true, .spoil = broken, .text = "The PSP fails (500, erro_aplicacao)." },
	{ .name = "blocked", .instead = true, .spoil = blocked, .text = "The account may do nothing (400, documento_bloqueado)." },
	{ .name = "list-rate", .instead = true, .list = true, .spoil = rate, .value = "seconds of Retry-After", .usual = 1, .most = 86400,
	  .text = "The request of a list is one too many (429)." },
	{ .name = "garbage", .spoil = garbage, .text = "The answer is a page of HTML." },
	{ .name = "empty", .spoil = empty, .text = "The answer has no body." },
	{ .name = "huge", .spoil = huge, .value = "bytes", .usual = 8 * 1024 * 1024, .most = LIMIT_BODY_MAX, .text = "The answer is very long." },
	{ .name = "slow", .spoil = slow, .value = "milliseconds", .usual = 5000, .most = 300000, .text = "The answer takes its time." },
	{ .name = "cut", .spoil = cut, .text = "The answer breaks off in the middle." },
	{ .name = "list-pages", .list = true, .spoil = fault_list_pages, .value = "how many pages it says there are", .usual = 1, .most = 1000000,
	  .text = "A list says that it has so many pages." },
	{ .name = "list-items", .list = true, .spoil = fault_list_items, .value = "how many items it says there are", .usual = 0, .most = 1000000000,
	  .text = "A list says that it has so many items." },
	{ .name = "list-twice", .list = true, .spoil = fault_list_twice, .text = "A page has its first row in the place of its last one too." },
	{ .name = "list-hole", .list = true, .page = true, .spoil = fault_list_hole, .value = "which page", .usual = 2, .most = 1000000,
	  .text = "A page is empty." },
	{ 0 }
};

static const struct fault *find(const char *name)
{
	for (const struct fault *f = faults; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

bool fault_set(struct state *st, const char *name, int64_t times, int64_t value, struct err *e)
{
	const char *names[sizeof faults / sizeof *faults] = { 0 }, *near;
	const struct fault *f = find(name);

	if (!f) {
		for (size_t i = 0; faults[i].name; i++)
			names[i] = faults[i].name;
		near = text_nearest(name, names);
		return fail(e, ERR_USAGE, "'%.40s': not a fault%s%s%s", name, near ? "; did you mean " : "; pixgate help emul fault names them", near ? near : "",
			    near ? "?" : "");
	}
	if (times < 1 || times > FAULT_TIMES_MOST)
		return fail(e, ERR_USAGE, "%s: 1 to %d times", name, FAULT_TIMES_MOST);
	if (value >= 0 && !f->value)
		return fail(e, ERR_USAGE, "%s takes no --value", name);
	if (value > f->most)
		return fail(e, ERR_USAGE, "%s: --value is %s, at most %lld", name, f->value, (long long)f->most);
	return state_fault_put(st, name, times, value < 0 ? f->usual : value, e);
}

/* Which rows of the table are on, and with which value. */
struct on {
	bool on;
	int64_t value;
};

static void keep(void *ctx, const char *name, int64_t remaining, int64_t value)
{
	const struct fault *f = find(name);
	struct on *on = ctx;

	(void)remaining;
	if (f)
		on[f - faults] = (struct on){ true, value };
}

static bool late(const struct fault *f)
{
	return f->act == FAULT_REORDER || f->act == FAULT_DELAY;
}

typedef bool fits_fn(const struct fault *f, int64_t value, const void *ctx);

static const struct fault *take(struct state *st, bool callback, fits_fn *fits, const void *ctx, int64_t *value)
{
	struct on on[sizeof faults / sizeof *faults] = { 0 };
	struct err e = { 0 };

	if (!state_faults(st, keep, on, &e))
		goto out;
	for (const struct fault *f = faults; f->name; f++) {
		if (!on[f - faults].on || (f->act != FAULT_NONE) != callback || !fits(f, on[f - faults].value, ctx))
			continue;
		if (state_fault_take(st, f->name, value, &e))
			return f;
		if (e.code != ERR_NOT_FOUND)	/* it is: another thread had the last one */
			goto out;
	}
	return NULL;
out:
	log_line("emul: error %s", e.text);
	return NULL;
}

static bool fits_callback(const struct fault *f, int64_t value, const void *put_off)
{
	(void)value;
	return !late(f) || !*(const bool *)put_off;
}

const struct fault *fault_of_callback(struct state *st, bool put_off, int64_t *value)
{
	return take(st, true, fits_callback, &put_off, value);
}

static bool fits_request(const struct fault *f, int64_t value, const void *request)
{
	const struct front_request *r = request;
	const char *proof = r->header(r, "Authorization");
	int64_t page = f->list ? fault_list_page(r) : 0;
	char way[8] = "";

	if (f->list && (!page || (f->page && page != value)))
		return false;
	/* nobody shows a token who wants one */
	if (proof)
		snprintf(way, sizeof way, "%.7s", proof);
	return f->spoil != token || !ascii_casecmp(way, "Bearer ");
}

const struct fault *fault_of_request(struct state *st, const struct front_request *r, int64_t *value)
{
	return take(st, false, fits_request, r, value);
}

bool fault_change(struct buf *body)
{
	static const char name[] = "\"valor\":";
	char *at = body->data ? strstr(body->data, name) : NULL;
	bool changed = false;

	for (; at; at = strstr(at, name)) {
		size_t n;

		at += sizeof name - 1;
		at += *at == '"';
		n = strspn(at, "0123456789.");
		if (!n)
			continue;
		/* never 0: 0.01 becomes 0.02, 0.09 becomes 0.08 */
		at[n - 1] = at[n - 1] == '9' ? '8' : (char)(at[n - 1] + 1);
		changed = true;
	}
	return changed;
}
