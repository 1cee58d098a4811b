/* BS2's list of events, read and compared. */
#include "cli/webhook_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

enum { TEXT_MOST = 4096 };

static char *text_of(const struct json *item, const char *path)
{
	const struct json *v = json_path(item, path, true);
	const char *text = json_type(v) == JSON_STRING || json_type(v) == JSON_NUMBER ? json_text(v) : NULL;

	return xstrndup(text ? text : "", TEXT_MOST);
}

static void wipe(char *text)
{
	explicit_bzero(text, strlen(text));
	free(text);
}

/* What is inside is not published for indirect participants: a value, a token, or a name and a password. */
static char *auth_of(const struct json *auth)
{
	char *value = text_of(auth, "valor"), *user, *password;

	if (!*value) {
		free(value);
		value = text_of(auth, "token");
	}
	user = text_of(auth, "usuario");
	password = text_of(auth, "senha");
	if (!*value && *user) {
		free(value);
		if (asprintf(&value, "%s:%s", user, password) < 0)
			value = xstrdup("");
	}
	wipe(user);
	wipe(password);
	return value;
}

static void add(struct rows *rows, const struct json *item, const char *event)
{
	const struct json *only = json_path(item, "somenteComTxId", true), *auth = json_path(item, "autorizacao", true);
	char *account = text_of(item, "contaNumero");
	struct row *r;

	if (json_type(auth) != JSON_OBJECT)
		auth = json_path(item, "autenticacao", true);
	rows->item = xgrow(rows->item, &rows->cap, rows->count + 1, sizeof *rows->item);
	r = &rows->item[rows->count++];
	*r = (struct row){
		.id = text_of(item, "id"), .event = xstrndup(event, TEXT_MOST), .url = text_of(item, "url"),
		.auth_type = text_of(auth, "tipo"), .auth = auth_of(auth),
	};
	if (!only)
		only = json_path(item, "somenteTxId", true);
	r->only_txid = json_type(only) == JSON_TRUE || (json_type(only) == JSON_STRING && !strcasecmp(json_text(only), "true"));
	if (*account && strspn(account, "0123456789") == strlen(account) && strlen(account) <= 15)
		r->account = strtoll(account, NULL, 10);
	free(account);
}

bool rows_read(const struct json *doc, struct rows *rows, struct err *e)
{
	struct rows read = { 0 };

	if (json_type(doc) != JSON_ARRAY)
		return fail(e, ERR_REFUSED, "the answer is no list of events");
	for (const struct json *item = json_first(doc); item; item = json_next(item)) {
		const struct json *one = json_path(item, "evento", true), *many = json_path(item, "eventos", true);

		if (json_type(item) != JSON_OBJECT || (json_type(one) != JSON_STRING && json_type(many) != JSON_ARRAY) || read.count >= ROWS) {
			rows_free(&read);
			return fail(e, ERR_REFUSED, "the answer holds something that is no event, or more than %d", ROWS);
		}
		if (json_type(one) == JSON_STRING)
			add(&read, item, json_text(one));
		for (many = json_type(one) == JSON_STRING ? NULL : json_first(many); many && read.count < ROWS; many = json_next(many))
			if (json_type(many) == JSON_STRING)
				add(&read, item, json_text(many));
	}
	*rows = read;
	return true;
}

void rows_free(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		struct row *r = &rows->item[i];

		free(r->id);
		free(r->event);
		wipe(r->url);
		free(r->auth_type);
		wipe(r->auth);
	}
	free(rows->item);
	*rows = (struct rows){ 0 };
}

/* No authorisation is written as none, "" or not at all. */
static const char *type_of(const struct row *r)
{
	return *r->auth_type ? r->auth_type : "none";
}

/* Neither base64 nor a token (RFC 6750 §2.1) has a star or a bullet in it. */
static bool masked(const char *have, const char *want)
{
	return (strchr(have, '*') && !strchr(want, '*')) || (strstr(have, "\u2022") && !strstr(want, "\u2022"));
}

bool row_hides_auth(const struct row *have, const struct row *want)
{
	return *want->auth && strcasecmp(type_of(have), type_of(want)) == 0 && (!*have->auth || masked(have->auth, want->auth));
}

/* Theirs may be the value, the whole of Authorization, or name:password. */
static bool same_auth(const struct row *have, const struct row *want)
{
	size_t n = strlen(want->auth_type);
	struct buf quoted = BUF(4 * TEXT_MOST);
	bool same = strcmp(have->auth, want->auth) == 0;

	if (!same && strncasecmp(have->auth, want->auth_type, n) == 0 && have->auth[n] == ' ')
		same = strcmp(have->auth + n + 1, want->auth) == 0;
	if (!same && strchr(have->auth, ':') && strcasecmp(want->auth_type, "basic") == 0) {
		json_base64(&quoted, NULL, have->auth, strlen(have->auth));
		same = quoted.len == strlen(want->auth) + 2 && memcmp(quoted.data + 1, want->auth, quoted.len - 2) == 0;
		explicit_bzero(quoted.data, quoted.cap);
	}
	buf_free(&quoted);
	return same;
}

const char *row_differs(const struct row *have, const struct row *want)
{
	if (strcmp(have->url, want->url) != 0)
		return "url";
	if (want->account && have->account != want->account)
		return "account";
	if (have->only_txid != want->only_txid)
		return "only_txid";
	if (strcasecmp(type_of(have), type_of(want)) != 0)
		return "auth";
	return *have->auth && *want->auth && !row_hides_auth(have, want) && !same_auth(have, want) ? "auth" : NULL;
}

const struct row *rows_find(const struct rows *rows, const char *event, int64_t account)
{
	const struct row *other = NULL;

	for (size_t i = 0; i < rows->count; i++) {
		const struct row *r = &rows->item[i];

		if (strcasecmp(r->event, event) != 0)
			continue;
		if (!account || r->account == account)
			return r;
		other = r;
	}
	return other;
}

bool row_has_id(const struct row *r)
{
	size_t n = strlen(r->id);

	for (size_t i = 0; i < n; i++)
		if (r->id[i] <= ' ' || r->id[i] > '~')
			return false;
	return n && n <= 200 && strcmp(r->id, ".") != 0 && strcmp(r->id, "..") != 0;
}

void route_events(const struct psp *psp, const char *names[EVENTS])
{
	size_t n = 0;

	for (const struct psp_event *ev = psp->events; ev && ev->fields && n < EVENTS - 1; ev++) {
		names[n] = NULL;
		if (ev->name && !event_named(names, ev->name, strlen(ev->name)))
			names[n++] = ev->name;
	}
	names[n] = NULL;
}

const char *event_named(const char *const known[], const char *text, size_t len)
{
	for (; *known; known++)
		if (strlen(*known) == len && strncasecmp(*known, text, len) == 0)
			return *known;
	return NULL;
}

bool events_read(const char *text, const char *const known[], const char *names[EVENTS], size_t *count, struct err *e)
{
	*count = 0;
	names[0] = NULL;
	while (*text) {
		size_t n = strcspn(text, ",");
		const char *name = event_named(known, text, n);
		struct buf all = BUF(400);

		if (!name) {
			for (; *known; known++)
				buf_putf(&all, "%s%s", all.len ? ", " : "", *known);
			fail(e, ERR_USAGE, "--event: '%.*s' is unknown (one of: %s)", (int)(n < 60 ? n : 60), text, buf_str(&all));
			buf_free(&all);
			return false;
		}
		if (!event_named(names, name, strlen(name))) {
			names[(*count)++] = name;
			names[*count] = NULL;
		}
		text += n + (text[n] == ',');
	}
	return *count > 0 || fail(e, ERR_USAGE, "--event: names no event");
}

/* A host's name has no case, a path has. */
static bool same_place(const char *a, const char *b, size_t n)
{
	size_t host = strlen("https://");

	host += strnlen(a, host) == host ? strcspn(a + host, "/?") : 0;
	if (host > n)
		host = n;
	return strncasecmp(a, b, host) == 0 && strncmp(a + host, b + host, n - host) == 0;
}

const char *route_whose(const char *base, const char *event, const char *const known[], const char *theirs)
{
	const char *query = base + strcspn(base, "?"), *rest;
	size_t n = (size_t)(query - base), len;

	if (!*theirs)
		return "nothing";
	while (n && base[n - 1] == '/')
		n--;
	if (!same_place(base, theirs, n))
		return "another URL";
	rest = theirs + n;
	len = strcspn(rest, "?#");
	if (len == strlen(event) + 1 && *rest == '/' && strncmp(rest + 1, event, len - 1) == 0)
		return strncmp(base, theirs, n) == 0 && strcmp(rest + len, query) == 0 ? "this hook's URL" : "this hook's URL with another secret";
	if (!len || (*rest == '/' && (len == 1 || event_named(known, rest + 1, len - 1))))
		return "this hook's URL with another path";
	return "another URL";
}
