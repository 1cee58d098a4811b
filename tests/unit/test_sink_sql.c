/* The sink sql, with a real SQLite file. */
#include <pthread.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "deliver/sql.h"
#include "tests/unit/sinkmessage.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/scene.h"

static char url[160], table[64];
static struct sink conf = { .name = (char *)"table", .database = url, .table = table, .password = (char *)"", .timeout_s = 15 };
static struct err e;
static sqlite3 *shop;

static const char *file(const char *name)
{
	static char path[2][160];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof path[turn], "%s/%s", scene_dir, name);
	return path[turn];
}

static void run(const char *sql)
{
	if (sqlite3_exec(shop, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(shop));
}

static const char *ask(const char *sql)
{
	static char text[512];
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(shop, sql, -1, &s, NULL) != SQLITE_OK || sqlite3_step(s) != SQLITE_ROW)
		fail_msg("%s: %s", sql, sqlite3_errmsg(shop));
	snprintf(text, sizeof text, "%s", sqlite3_column_type(s, 0) == SQLITE_NULL ? "null" : (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	return text;
}

static void open_shop(void)
{
	assert_int_equal(sqlite3_open(file("shop.db"), &shop), SQLITE_OK);
}

static void make_table(void)
{
	static char text[8192];
	FILE *f = fopen("examples/sql/sqlite.sql", "re");

	if (!f)
		fail_msg("run this from the repository's top");
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	run(text);
}

static int open_scene(void **state)
{
	(void)state;
	scene_open("");
	snprintf(url, sizeof url, "sqlite:%s", file("shop.db"));
	strcpy(table, "pix_event");
	conf.timeout_s = 15;
	conf.password = (char *)"";
	sink_message.json = SINK_JSON;
	sink_message.json_len = strlen(SINK_JSON);
	strcpy(sink_row.event.status, "");
	strcpy(sink_row.event.txid, "pedido0001");
	sink_row.event.has_cents = sink_row.event.has_at = true;
	open_shop();
	make_table();
	assert_true(sink_begin(&sink_sql, &conf, scene_dir, &e));
	return 0;
}

static int close_scene(void **state)
{
	(void)state;
	sink_end();
	sqlite3_close(shop);
	scene_close();
	return 0;
}

static void sent(enum sent how, const char *words)
{
	if (sink_send() != how || !strstr(sink_said.why, words))
		fail_msg("how %d why \"%s\", expected %d \"%s\"", (int)sink_said.how, sink_said.why, (int)how, words);
	assert_int_equal(sink_said.retry_after_s, -1);
	assert_true((how == SENT_DONE) == !sink_said.why[0]);
}

static void an_event_is_a_row(void **state)
{
	(void)state;
	strcpy(sink_row.event.status, "EM_PROCESSAMENTO");
	sent(SENT_DONE, "");
	assert_string_equal(ask("SELECT id || '|' || type || '|' || hook || '|' || psp || '|' || kind || '|' || e2eid || '|' || txid || '|' || pix_key || '|' || ref"
				" || '|' || status || '|' || amount_cents || '|' || at || '|' || received_at || '|' || event_id || '|' || payload FROM pix_event"),
			    SINK_ID "|pix.received|loja|efi|received|E00000000202611211200abcdef01234|pedido0001|chave@example.com||EM_PROCESSAMENTO|1234|"
			    "2026-11-21T11:59:57.655Z|2026-11-21T11:59:59.000Z|7|" SINK_JSON);
	assert_string_equal(ask("SELECT typeof(amount_cents) || typeof(event_id) FROM pix_event"), "integerinteger");
	assert_string_equal(ask("SELECT handled_at FROM pix_event"), "null");
}

static void what_the_psp_does_not_tell_is_null(void **state)
{
	(void)state;
	sink_row.event.has_cents = sink_row.event.has_at = false;
	sent(SENT_DONE, "");
	assert_string_equal(ask("SELECT amount_cents IS NULL AND at IS NULL AND ref = '' FROM pix_event"), "1");
}

static void what_comes_twice_is_one_row_and_stays_as_it_was(void **state)
{
	(void)state;
	sent(SENT_DONE, "");
	run("UPDATE pix_event SET handled_at = 'then'");
	strcpy(sink_row.event.txid, "other");
	sent(SENT_DONE, "");
	assert_string_equal(ask("SELECT count(*) || min(txid) || min(handled_at) FROM pix_event"), "1pedido0001then");
}

static void values_are_never_part_of_the_statement(void **state)
{
	static const char hostile[] = "x'); DROP TABLE pix_event; --";

	(void)state;
	strcpy(sink_row.event.txid, hostile);
	sink_message.json = "{\"a\":\"it's \\\"quoted\\\" \xc3\xa7\xc3\xa3o \xf0\x9f\x92\xb8 $1 ?1 \\u0000\"}";
	sink_message.json_len = strlen(sink_message.json);
	sent(SENT_DONE, "");
	assert_string_equal(ask("SELECT txid FROM pix_event"), hostile);
	assert_string_equal(ask("SELECT payload FROM pix_event"), sink_message.json);
}

/* The settings let no such name pass; the statement quotes it all the same. */
static void the_table_s_name_is_quoted(void **state)
{
	(void)state;
	strcpy(table, "order select");
	assert_true(sink_begin(&sink_sql, &conf, scene_dir, &e));
	sent(SENT_STUCK, "there is no table order select");
	run("ALTER TABLE pix_event RENAME TO \"order select\"");
	sent(SENT_DONE, "");
	strcpy(table, "main.order select");
	assert_true(sink_begin(&sink_sql, &conf, scene_dir, &e));
	sent(SENT_DONE, "");
	assert_string_equal(ask("SELECT count(*) FROM \"order select\""), "1");
}

static void what_is_missing_is_named(void **state)
{
	static const char *const columns[] = {
		"type", "hook", "psp", "kind", "e2eid", "pix_key", "ref", "status", "amount_cents", "at", "received_at", "event_id", "payload",
	};
	char text[128], words[128];

	(void)state;
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
		snprintf(text, sizeof text, "ALTER TABLE pix_event RENAME COLUMN %s TO gone", columns[i]);
		run(text);
		snprintf(words, sizeof words, "column \"%s\" of table pix_event is missing", columns[i]);
		sent(SENT_STUCK, words);
		snprintf(text, sizeof text, "ALTER TABLE pix_event RENAME COLUMN gone TO %s", columns[i]);
		run(text);
	}
	sent(SENT_DONE, "");
	run("DROP TABLE pix_event");
	sent(SENT_STUCK, "there is no table pix_event");
	run("CREATE TABLE pix_event (id, type, hook, psp, kind, e2eid, txid, pix_key, ref, status, amount_cents, at, received_at, event_id, payload)");
	sent(SENT_STUCK, "id must be its primary key or unique");
	assert_string_equal(ask("SELECT count(*) FROM pix_event"), "0");
	run("CREATE UNIQUE INDEX x ON pix_event (id)");
	sent(SENT_DONE, "");
	assert_string_equal(ask("SELECT typeof(amount_cents) || typeof(event_id) FROM pix_event"), "integerinteger");	/* whatever the column is */
}

static void a_rule_of_the_table_holds_back_that_event_alone(void **state)
{
	(void)state;
	run("CREATE TRIGGER no BEFORE INSERT ON pix_event WHEN new.txid = 'pedido0001' BEGIN SELECT raise(ABORT, 'no pedido0001 here'); END");
	sent(SENT_AGAIN, "a rule of the table refuses this event");
	assert_null(strstr(sink_said.why, "pedido0001"));
	strcpy(sink_row.event.txid, "pedido0002");
	sent(SENT_DONE, "");
	run("CREATE UNIQUE INDEX one ON pix_event (e2eid)");
	sink_message.id[4] = 'f';
	sent(SENT_AGAIN, "a rule of the table");
	sink_message.id[4] = '0';
}

static void a_database_that_is_locked_is_waited_for_until_the_timeout(void **state)
{
	int64_t began = sql_now();

	(void)state;
	conf.timeout_s = 1;
	run("BEGIN EXCLUSIVE");
	sent(SENT_STUCK, "locked by another program");
	assert_in_range(sql_now() - began, 900, 20000);
	run("COMMIT");
	sent(SENT_DONE, "");
}

static void *let_go(void *arg)
{
	sqlite3_sleep(200);
	run("COMMIT");
	return arg;
}

static void a_lock_that_goes_in_time_costs_nothing(void **state)
{
	pthread_t thread;

	(void)state;
	run("BEGIN EXCLUSIVE");
	assert_int_equal(pthread_create(&thread, NULL, let_go, NULL), 0);
	sent(SENT_DONE, "");
	pthread_join(thread, NULL);
}

static void a_trigger_that_does_not_end_is_cut_off(void **state)
{
	int64_t began = sql_now();

	(void)state;
	conf.timeout_s = 1;
	run("CREATE TRIGGER slow AFTER INSERT ON pix_event BEGIN UPDATE pix_event SET handled_at = (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n); END");
	sent(SENT_STUCK, "it took longer than timeout");
	assert_in_range(sql_now() - began, 900, 30000);
	assert_string_equal(ask("SELECT count(*) FROM pix_event"), "0");
}

static void a_file_that_is_not_there_is_not_made(void **state)
{
	(void)state;
	snprintf(url, sizeof url, "sqlite:%s", file("other.db"));
	assert_true(sink_begin(&sink_sql, &conf, scene_dir, &e));
	sent(SENT_STUCK, "cannot be opened: it must be there");
	assert_int_not_equal(access(file("other.db"), F_OK), 0);
	scene_write("other.db", "this is a text and no database, and long enough to be looked at by all means, as one page of a database is "
		    "what SQLite reads first of a file, and a shorter one it may take for an empty one", 0600);
	sent(SENT_STUCK, "no SQLite database");
	snprintf(url, sizeof url, "sqlite:%s", scene_dir);
	assert_true(sink_begin(&sink_sql, &conf, scene_dir, &e));
	sent(SENT_STUCK, "cannot be opened");
}

static void a_file_that_took_the_place_of_another_gets_the_next_event(void **state)
{
	(void)state;
	sent(SENT_DONE, "");
	sqlite3_close(shop);
	assert_int_equal(rename(file("shop.db"), file("old.db")), 0);
	open_shop();
	make_table();
	sent(SENT_DONE, "");
	assert_string_equal(ask("SELECT count(*) FROM pix_event"), "1");
	assert_int_equal(unlink(file("shop.db")), 0);
	sent(SENT_STUCK, "cannot be opened");
}

static void how_the_file_keeps_its_journal_stays(void **state)
{
	(void)state;
	sent(SENT_DONE, "");
	assert_string_equal(ask("PRAGMA journal_mode"), "delete");
	assert_string_equal(ask("PRAGMA journal_mode = WAL"), "wal");
	sink_message.id[4] = 'f';
	sent(SENT_DONE, "");
	sink_message.id[4] = '0';
	assert_string_equal(ask("PRAGMA journal_mode"), "wal");
	assert_string_equal(ask("SELECT count(*) FROM pix_event"), "2");
}

static void refused(const char *database, const char *words)
{
	snprintf(url, sizeof url, "%s", database);
	if (sink_begin(&sink_sql, &conf, scene_dir, &e))
		fail_msg("%s was taken", database);
	assert_int_equal(e.code, ERR_CONFIG);
	if (!strstr(e.text, words) || !strstr(e.text, "hook \"loja\", sink \"table\""))
		fail_msg("%s: %s", database, e.text);
}

static void what_cannot_be_used_is_told_when_it_is_opened(void **state)
{
	(void)state;
	refused("mysql://localhost/shop", "database: expected postgresql:// or sqlite:");
	refused("postgresql://localhost/shop?nonsense=1", "database: ");
	refused("postgresql://[::1/shop", "database: ");
	conf.password = (char *)"file:shop.pg";
	refused("sqlite:/x", "password: a file has none");
	refused("postgresql://localhost/shop", "shop.pg");
	scene_write("shop.pg", "hunter2", 0644);
	refused("postgresql://localhost/shop", "password: ");
	assert_null(strstr(e.text, "hunter2"));
	scene_write("shop.pg", "hunter2", 0600);
	strcpy(url, "postgresql://localhost/shop");
	assert_true(sink_begin(&sink_sql, &conf, scene_dir, &e));
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(an_event_is_a_row),
		EACH(what_the_psp_does_not_tell_is_null),
		EACH(what_comes_twice_is_one_row_and_stays_as_it_was),
		EACH(values_are_never_part_of_the_statement),
		EACH(the_table_s_name_is_quoted),
		EACH(what_is_missing_is_named),
		EACH(a_rule_of_the_table_holds_back_that_event_alone),
		EACH(a_database_that_is_locked_is_waited_for_until_the_timeout),
		EACH(a_lock_that_goes_in_time_costs_nothing),
		EACH(a_trigger_that_does_not_end_is_cut_off),
		EACH(a_file_that_is_not_there_is_not_made),
		EACH(a_file_that_took_the_place_of_another_gets_the_next_event),
		EACH(how_the_file_keeps_its_journal_stays),
		EACH(what_cannot_be_used_is_told_when_it_is_opened),
	};

	return cmocka_run_group_tests_name("sink_sql", tests, NULL, NULL);
}
