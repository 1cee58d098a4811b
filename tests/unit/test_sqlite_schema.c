/* Older inboxes become newer ones, with all that is in them. */
#include <sqlite3.h>

#include "tests/unit/test_inbox.h"

#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

/* The first version as it was released. */
static const char first_version[] =
	"PRAGMA page_size=2048;PRAGMA journal_mode=WAL;BEGIN;"
	"CREATE TABLE note(id INTEGER PRIMARY KEY,hook TEXT NOT NULL,psp TEXT NOT NULL,event TEXT NOT NULL,"
	"received_ms INTEGER NOT NULL,unread INTEGER NOT NULL,why TEXT NOT NULL,body BLOB NOT NULL)STRICT;"
	"CREATE TABLE digest(hook TEXT NOT NULL,digest BLOB NOT NULL,event TEXT NOT NULL,note INTEGER NOT NULL,"
	"PRIMARY KEY(hook,digest,event))STRICT,WITHOUT ROWID;"
	"CREATE TABLE event(id INTEGER PRIMARY KEY,note INTEGER NOT NULL,hook TEXT NOT NULL,kind TEXT NOT NULL,"
	"e2eid TEXT NOT NULL,ref TEXT NOT NULL,status TEXT NOT NULL,txid TEXT NOT NULL,key TEXT NOT NULL,"
	"cents INTEGER,at_ms INTEGER,is_foreign INTEGER NOT NULL,delivery TEXT NOT NULL)STRICT;"
	"CREATE UNIQUE INDEX event_once ON event(e2eid,hook,kind,ref,status);"
	"PRAGMA application_id=0x50697867;PRAGMA user_version=1;COMMIT;";

/* What event_no and note_of make: 1 and 2 in one body, a foreign one, a body that was not understood. */
static const char content[] =
	"INSERT INTO note VALUES(1,'loja','efi','',1795000000500,0,'',x'7b2261223a317d'),"
	"(2,'loja','efi','',1795000000600,0,'',x'62'),(3,'banco','bs2','',1795000000700,1,'not JSON',x'3c3e');"
	"INSERT INTO digest VALUES('banco',x'00000002f3dd4e77fc2ab8fe8c7d7a5e5c9a1f0b7b7b',"
	"'',3);"
	"INSERT INTO event VALUES(1,1,'loja','received','E2085587520261121120000000000001','','','pedido00000000000000000001',"
	"'loja@exemplo.com.br',1,1795000000001,0,'pending'),"
	"(2,1,'loja','received','E2085587520261121120000000000002','','','pedido00000000000000000002',"
	"'loja@exemplo.com.br',2,1795000000002,0,'pending'),"
	"(3,2,'loja','received','E2085587520261121120000000000003','','','pedido00000000000000000003',"
	"'outra@exemplo.com.br',3,1795000000003,1,'never');";

static void make_old(const char *more)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(in_dir("inbox.db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, first_version, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, content, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, more, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t number(struct inbox *box, const char *sql)
{
	int64_t n = -1;
	struct err e = { 0 };

	if (!sqlite_number((struct sqlite_box *)box, sql, &n, &e))
		fail_msg("%s: %s", sql, e.text);
	return n;
}

static void an_inbox_of_the_first_version_becomes_one_of_the_newest_with_all_kept(void **state)
{
	static const enum inbox_mode modes[] = { INBOX_SERVE, INBOX_ONCE, INBOX_WRITE, INBOX_DELIVER };
	struct inbox_filter all = { .kind = -1 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct pix_event ev = event_no(1);
		struct inbox_note n = note_of("{\"a\":1}", &ev, 1);
		struct inbox *box = NULL;
		struct err e = { 0 };
		struct seen s;

		make_old("");
		assert_false(inbox_open(&box, store->url, dir, INBOX_READ, &e));
		assert_int_equal(e.code, ERR_STORE);
		assert_non_null(strstr(e.text, "version 1"));
		box = opened(modes[i]);
		assert_true(number(box, "PRAGMA user_version") > 1);
		s = listed(box, all);
		assert_int_equal(s.count, 3);
		assert_string_equal(s.delivery, "never");
		assert_int_equal(s.note[1], 1);
		assert_string_equal(s.last.source, "webhook");
		assert_int_equal(stats_of(box, NULL).pending, 2);
		assert_int_equal(stats_of(box, NULL).notes, 3);
		assert_int_equal(stats_of(box, NULL).bytes, 10);
		assert_int_equal(bodies_of(box, all, true).id, 3);
		assert_put(stored(box, &n), 0, 1, 0, false);	/* a repeat is one as before */
		inbox_close(box);
		inbox_close(opened(INBOX_READ));
		drop_place(NULL);
		fresh_place(NULL);
	}
}

/* The first version took a status in other letters for another event. */
static void what_was_kept_twice_for_its_letters_is_one_event_after(void **state)
{
	struct inbox_filter all = { .kind = -1 };
	struct inbox *box;
	struct seen s;

	(void)state;
	make_old("INSERT INTO event SELECT 10,1,'banco',kind,e2eid,'','EFETIVADO','','',5,NULL,0,'pending' FROM event WHERE id=1;"
		 "INSERT INTO event SELECT 11,2,'banco',kind,e2eid,'','Efetivado','','',5,NULL,0,'pending' FROM event WHERE id=1;"
		 "INSERT INTO event SELECT 12,2,'banco',kind,e2eid,'','efetivado','','',5,NULL,0,'pending' FROM event WHERE id=1;"
		 "INSERT INTO event SELECT 13,2,'banco',kind,e2eid,'','Rejeitado','','',5,NULL,0,'pending' FROM event WHERE id=1;"
		 "INSERT INTO event SELECT 14,2,'banco',kind,e2eid,'x','Efetivado','','',5,NULL,0,'pending' FROM event WHERE id=1;");
	box = opened(INBOX_SERVE);
	all.hook = "banco";
	s = listed(box, all);
	assert_int_equal(s.count, 3);
	assert_int_equal(s.id[0], 10);
	assert_int_equal(s.id[1], 13);
	assert_int_equal(s.id[2], 14);
	assert_int_equal(number(box, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
	inbox_close(box);
}

static void a_status_in_other_letters_is_the_same_event(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct pix_event ev = event_no(1), other = ev;
	struct inbox_note n = note_of("a", &ev, 1), m = note_of("b", &other, 1);

	(void)state;
	strcpy(ev.status, "EFETIVADO");
	strcpy(other.status, "Efetivado");
	assert_put(stored(box, &n), 1, 0, 0, true);
	assert_put(stored(box, &m), 0, 1, 0, true);
	assert_put(stored(box, &m), 0, 1, 0, false);
	assert_string_equal(listed(box, (struct inbox_filter){ .kind = -1 }).last.event.status, "EFETIVADO");
	inbox_close(box);
}

/* 2 is FULL: each commit of the gate is synced. 1 is NORMAL. */
static void only_who_hands_over_commits_without_a_sync(void **state)
{
	static const struct {
		enum inbox_mode mode;
		int64_t synchronous;
	} rows[] = { { INBOX_SERVE, 2 }, { INBOX_ONCE, 2 }, { INBOX_WRITE, 2 }, { INBOX_DELIVER, 1 } };

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct inbox *box = opened(rows[i].mode);

		assert_int_equal(number(box, "PRAGMA synchronous"), rows[i].synchronous);
		inbox_close(box);
	}
}

/* Each statement finds its rows by an index: none of what hands over grows with the inbox. */
static void no_statement_of_handing_over_walks_a_table(void **state)
{
	static const struct {
		enum sql which;
		const char *walks;	/* what it may walk: a partial index that is short, or all of it as its job is */
	} may[] = { { SQL_SINKS, "sink" }, { SQL_ALL_SINKS, "sink" }, { SQL_ALL_JOBS, "job" }, { SQL_EXPIRE, "job USING INDEX job_leased" },
		    { SQL_AGAIN_ANY, "again" } };
	struct inbox *box = opened(INBOX_DELIVER);
	struct sqlite_box *b = (struct sqlite_box *)box;

	(void)state;
	for (int which = SQL_ROW; which < SQLS; which++) {
		sqlite3_stmt *st = sqlite_use(b, (enum sql)which, NULL), *plan = NULL;
		const char *walks = NULL;
		char sql[2048];

		assert_non_null(st);
		for (size_t i = 0; i < sizeof may / sizeof *may; i++)
			if ((int)may[i].which == which)
				walks = may[i].walks;
		snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", sqlite3_sql(st));
		assert_int_equal(sqlite3_prepare_v2(b->db, sql, -1, &plan, NULL), SQLITE_OK);
		while (sqlite3_step(plan) == SQLITE_ROW) {
			const char *line = (const char *)sqlite3_column_text(plan, 3);

			if (!strncmp(line, "SCAN ", 5) && strcmp(line, "SCAN CONSTANT ROW") != 0 &&
			    (!walks || strncmp(line + 5, walks, strlen(walks)) != 0))
				fail_msg("%s: %s", sql, line);
		}
		sqlite3_finalize(plan);
	}
	inbox_close(box);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PROMISE(an_inbox_of_the_first_version_becomes_one_of_the_newest_with_all_kept),
		PROMISE(what_was_kept_twice_for_its_letters_is_one_event_after),
		PROMISE(a_status_in_other_letters_is_the_same_event),
		PROMISE(only_who_hands_over_commits_without_a_sync),
		PROMISE(no_statement_of_handing_over_walks_a_table),
	};

	return cmocka_run_group_tests_name("sqlite_schema", tests, NULL, NULL);
}
