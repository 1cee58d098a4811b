/*
 * Copying the WAL into the database. Under load a thread with a connection of its own does it: in the thread that
 * serves, each copy stopped all requests for tens of milliseconds, which was the p99 of the gate.
 */
#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "lib/mem.h"

/* In pages of 2 KiB. */
enum {
	TIDY_IDLE = 500,	/* from which on a copy is made when nobody waits */
	TIDY_STEP = 2000,	/* after how many more the thread copies them under load: a longer burst keeps the disk from
				 * the WAL's own syncs for hundreds of milliseconds */
	TIDY_PAGES = 32000,	/* from which on the WAL is to begin anew, for which all of it has to be copied at one moment, */
	TIDY_REST = 200,	/* namely when this little is left: the serving thread does it in passing */
	TIDY_ROUNDS = 4,	/* or when the thread did not get there in so many */
	TIDY_MAX = 128000,	/* from here on it waits for readers to let go of the WAL, */
	TIDY_WAIT_MS = 20,	/* for so long */
	BUSY_MS = 5000,
};

struct sqlite_tidier {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool due, stop;		/* under lock: a copy is asked for or under way; the end is */
	const char *path;	/* the box's */
};

static void copy(sqlite3 *db, int how)
{
	sqlite3_wal_checkpoint_v2(db, "main", how, NULL, NULL);
}

static void *work(void *arg)
{
	struct sqlite_tidier *t = arg;
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(t->path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK) {
		sqlite3_exec(db, "PRAGMA cache_size=-64", NULL, NULL, NULL);
		sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	} else {	/* the serving thread's own copies have to do */
		sqlite3_close(db);
		db = NULL;
	}
	pthread_mutex_lock(&t->lock);
	while (!t->stop) {
		if (!t->due) {
			pthread_cond_wait(&t->wake, &t->lock);
			continue;
		}
		pthread_mutex_unlock(&t->lock);
		if (db)
			copy(db, SQLITE_CHECKPOINT_PASSIVE);
		pthread_mutex_lock(&t->lock);
		t->due = false;
	}
	pthread_mutex_unlock(&t->lock);
	sqlite3_close(db);
	return NULL;
}

/* NULL: there can be no thread. */
static struct sqlite_tidier *start(struct sqlite_box *b)
{
	struct sqlite_tidier *t = xcalloc(1, sizeof *t);
	sigset_t all, was;
	pthread_attr_t attr;
	int rc;

	t->path = b->path;
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->wake, NULL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 256 * 1024);
	sigfillset(&all);	/* signals are for the thread that serves */
	pthread_sigmask(SIG_SETMASK, &all, &was);
	rc = pthread_create(&t->thread, &attr, work, t);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	pthread_attr_destroy(&attr);
	if (rc == 0)
		return t;
	pthread_cond_destroy(&t->wake);
	pthread_mutex_destroy(&t->lock);
	free(t);
	return NULL;
}

void sqlite_tidier_stop(struct sqlite_box *b)
{
	struct sqlite_tidier *t = b->tidier;

	b->tidier = NULL;
	if (!t)
		return;
	pthread_mutex_lock(&t->lock);
	t->stop = true;
	pthread_cond_signal(&t->wake);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
	pthread_cond_destroy(&t->wake);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static bool at_work(struct sqlite_tidier *t)
{
	bool due;

	pthread_mutex_lock(&t->lock);
	due = t->due;
	pthread_mutex_unlock(&t->lock);
	return due;
}

static void ask(struct sqlite_box *b)
{
	struct sqlite_tidier *t = b->tidier;

	b->asked_at = b->wal_pages;
	pthread_mutex_lock(&t->lock);
	t->due = true;
	pthread_cond_signal(&t->wake);
	pthread_mutex_unlock(&t->lock);
}

/*
 * A WAL that was copied whole is used again from its start by the next writer, unless somebody reads in it. A reader
 * that never ends would let it grow for ever: then new ones are held back for a moment.
 */
static void finish(struct sqlite_box *b)
{
	bool patient = b->wal_pages >= TIDY_MAX;

	if (patient)
		sqlite3_busy_timeout(b->db, TIDY_WAIT_MS);
	copy(b->db, patient ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE);
	if (patient)
		sqlite3_busy_timeout(b->db, BUSY_MS);
	b->tidied = b->asked_at = b->wal_pages;
	b->rounds = 0;
}

void sqlite_tidy_reset(struct sqlite_box *b)
{
	b->tidied = b->asked_at = b->rounds = 0;
}

void sqlite_tidy(struct inbox *box, bool idle)
{
	struct sqlite_box *b = (struct sqlite_box *)box;
	int fresh = b->wal_pages - b->asked_at;
	bool long_one = b->wal_pages >= TIDY_PAGES && b->wal_pages - b->tidied >= TIDY_STEP;

	if (b->mode == INBOX_ONCE || b->in_txn || b->wal_pages == b->tidied)
		return;
	if (idle ? b->wal_pages < TIDY_IDLE : fresh < TIDY_STEP && !long_one)
		return;
	if ((b->tidier && at_work(b->tidier)) || !sqlite_alive(b, NULL))
		return;
	if (!b->tidier && !idle)
		b->tidier = start(b);
	if (idle || !b->tidier || b->wal_pages >= TIDY_MAX) {
		finish(b);
	} else if (!long_one) {
		ask(b);
	} else if (fresh < TIDY_REST || ++b->rounds > TIDY_ROUNDS) {
		finish(b);
	} else {
		ask(b);
	}
}
