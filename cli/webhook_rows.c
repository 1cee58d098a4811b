/* BS2's list of events, read and compared. */
#include "cli/webhook_rows.h"

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

static void add(struct rows *rows, const struct json *item, const char *event)
{
	const struct json *only = json_path(item, "somenteComTxId", true);
	char *account = text_of(item, "contaNumero");
	struct row *r;

	rows->item = xgrow(rows->item, &rows->cap, rows->count + 1, sizeof *rows->item);
	r = &rows->item[rows->count++];
	*r = (struct row){
		.id = text_of(item, "id"), .event = xstrndup(event, TEXT_MOST), .url = text_of(item, "url"),
		.auth_type = text_of(item, "autorizacao.tipo"), .auth = text_of(item, "autorizacao.valor"),
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

		explicit_bzero(r->url, strlen(r->url));
		explicit_bzero(r->auth, strlen(r->auth));
		free(r->id);
		free(r->event);
		free(r->url);
		free(r->auth_type);
		free(r->auth);
	}
	free(rows->item);
	*rows = (struct rows){ 0 };
}

/* No authorisation is written as none, "" or not at all. */
static const char *type_of(const struct row *r)
{
	return *r->auth_type ? r->auth_type : "none";
}

const char *row_differs(const struct row *have, const struct row *want)
{
	if (strcmp(have->url, want->url) != 0)
		return "url";
	if (want->account && have->account != want->account)
		return "account";
	if (have->only_txid != want->only_txid)
		return "only_txid";
	if (strcasecmp(type_of(have), type_of(want)) != 0 || (*have->auth && *want->auth && strcmp(have->auth, want->auth) != 0))
		return "auth";
	return NULL;
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
