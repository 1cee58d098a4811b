/*
 * One row an event, into a table of the merchant's. The row's id never changes, so what comes twice is one row. Values are bound, never put
 * into the statement; names are the settings', which have but letters, digits and '_', and are quoted.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "deliver/sink.h"
#include "deliver/sql.h"
#include "lib/buf.h"
#include "lib/mem.h"
#include "lib/text.h"
#include "lib/when.h"

static const struct sql_ops *const databases[] = { &sql_postgres, &sql_sqlite, NULL };

/* The columns in their order; examples/sql has the statements that make them. */
static const struct column {
	const char *name;
	bool number;
} columns[] = {
	{ "id", false }, { "type", false }, { "hook", false }, { "psp", false }, { "kind", false }, { "e2eid", false }, { "txid", false },
	{ "pix_key", false }, { "ref", false }, { "status", false }, { "amount_cents", true }, { "at", false }, { "received_at", false },
	{ "event_id", true }, { "payload", false },
};
enum { COLUMNS = sizeof columns / sizeof columns[0], NUMBER = 24 };

struct sql_sink {
	struct open_sink base;
	const struct sink *conf;
	const struct sql_ops *ops;
	struct sql *db;
	char *schema, *statement;
	struct sql_place place;
};

int64_t sql_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void sql_why(char why[SQL_WHY], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, SQL_WHY, fmt, ap);
	va_end(ap);
	text_tame(why, strlen(why));
}

static const struct sql_ops *database_find(const char *url)
{
	size_t n = strcspn(url, ":");

	for (const struct sql_ops *const *d = databases; *d; d++)
		for (size_t i = 0; i < 2 && (*d)->schemes[i]; i++)
			if (strlen((*d)->schemes[i]) == n && memcmp((*d)->schemes[i], url, n) == 0)
				return *d;
	return NULL;
}

/* ON CONFLICT (id) alone: that another rule of the table refuses the row must be told. */
static char *make_statement(const struct sql_place *p)
{
	struct buf b = BUF(4096);

	buf_puts(&b, "INSERT INTO ");
	if (p->schema[0])
		buf_putf(&b, "\"%s\".", p->schema);
	buf_putf(&b, "\"%s\" (", p->table);
	for (size_t i = 0; i < COLUMNS; i++)
		buf_putf(&b, "%s\"%s\"", i ? ", " : "", columns[i].name);
	buf_puts(&b, ") VALUES (");
	for (size_t i = 0; i < COLUMNS; i++)
		buf_putf(&b, "%s$%zu", i ? ", " : "", i + 1);
	buf_puts(&b, ") ON CONFLICT (\"id\") DO NOTHING");
	return b.data;
}

static void sql_close(struct open_sink *open)
{
	struct sql_sink *k = (struct sql_sink *)open;

	if (k->db)
		k->ops->close(k->db);
	free(k->schema);
	free(k->statement);
	free(k);
}

static bool sql_open(struct open_sink **open, const struct settings *s, const struct hook *h, const struct sink *conf, struct err *e)
{
	const struct sql_ops *ops = database_find(conf->database);
	const char *dot = strchr(conf->table, '.');
	struct sql_sink *k;

	if (!ops)
		return fail(e, ERR_CONFIG, "hook \"%s\", sink \"%s\": database: expected postgresql:// or sqlite:", h->name, conf->name);
	k = xcalloc(1, sizeof *k);
	k->base.type = &sink_sql;
	k->conf = conf;
	k->ops = ops;
	k->schema = dot ? xstrndup(conf->table, (size_t)(dot - conf->table)) : xstrdup("");
	k->place = (struct sql_place){
		.url = conf->database, .password = conf->password, .dir = s->dir, .hook = h->name, .schema = k->schema, .table = dot ? dot + 1 : conf->table,
	};
	k->statement = make_statement(&k->place);
	if (!ops->open(&k->db, &k->place, e)) {
		sql_close(&k->base);
		return fail_in(e, "hook \"%s\", sink \"%s\"", h->name, conf->name);
	}
	*open = &k->base;
	return true;
}

/* The table does not fit: what exactly is missing is for a person to know. */
static void tell_shape(struct sql_sink *k, int64_t deadline_ms, const char *why, struct sent_result *r)
{
	if (!k->ops->has(k->db, NULL, deadline_ms)) {
		sent_as(r, SENT_STUCK, "there is no table %s (or this user may not see it): examples/sql has the statement that makes it", k->conf->table);
		return;
	}
	for (size_t i = 0; i < COLUMNS; i++)
		if (!k->ops->has(k->db, columns[i].name, deadline_ms)) {
			sent_as(r, SENT_STUCK, "column \"%s\" of table %s is missing: examples/sql has the statement", columns[i].name, k->conf->table);
			return;
		}
	sent_as(r, SENT_STUCK, "%s", why);
}

static void sql_send(struct open_sink *open, const struct message *m, struct sent_result *r)
{
	struct sql_sink *k = (struct sql_sink *)open;
	const struct inbox_row *row = m->row;
	const struct pix_event *ev = &row->event;
	int64_t deadline_ms = sql_now() + (int64_t)k->conf->timeout_s * 1000;
	char type[40], cents[NUMBER], event_id[NUMBER], at[WHEN_TEXT], received_at[WHEN_TEXT], why[SQL_WHY] = "";
	const char *text[COLUMNS];
	struct sql_value values[COLUMNS];
	size_t n = 0;

	snprintf(type, sizeof type, "pix.%s", pix_kind_name(ev->kind));
	snprintf(cents, sizeof cents, "%lld", (long long)ev->cents);
	snprintf(event_id, sizeof event_id, "%lld", (long long)row->id);
	when_format(ev->at_ms, at);
	when_format(row->received_ms, received_at);
	text[n++] = m->id;
	text[n++] = type;
	text[n++] = row->hook;
	text[n++] = row->psp;
	text[n++] = pix_kind_name(ev->kind);
	text[n++] = ev->e2eid;
	text[n++] = ev->txid;
	text[n++] = ev->key;
	text[n++] = ev->ref;
	text[n++] = ev->status;
	text[n++] = ev->has_cents ? cents : NULL;
	text[n++] = ev->has_at ? at : NULL;
	text[n++] = received_at;
	text[n++] = event_id;
	text[n++] = m->json;
	for (size_t i = 0; i < n; i++)
		values[i] = (struct sql_value){ text[i], columns[i].number };
	switch (k->ops->insert(k->db, k->statement, values, n, deadline_ms, why)) {
	case SQL_DONE:
		sent_as(r, SENT_DONE, "%s", "");
		break;
	case SQL_AGAIN:
		sent_as(r, SENT_AGAIN, "%s", why);
		break;
	case SQL_STUCK:
		sent_as(r, SENT_STUCK, "%s", why);
		break;
	case SQL_SHAPE:
		tell_shape(k, deadline_ms, why, r);
		break;
	}
}

const struct sink_type sink_sql = { "sql", sql_open, sql_send, sql_close };
