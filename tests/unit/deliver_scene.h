/* A shop with a real inbox in a fresh folder, and sinks that do what the test says. */
#ifndef TESTS_UNIT_DELIVER_SCENE_H
#define TESTS_UNIT_DELIVER_SCENE_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "conf/settings.h"
#include "deliver/deliver.h"
#include "pix/psp.h"
#include "tests/unit/test_inbox.h"

#define TEXT(t) ((char *)(t))
#define START INT64_C(1795000001000)	/* what the clock says when a test begins */

enum { SINKS_MOST = 4, SENT_MOST = 4096 };

struct sending {
	const char *sink;
	int64_t event;
	int tries;
	bool body;
	int64_t ms;	/* ticks */
};

/* What the fake sinks do: say answers for each send, from several threads at a time. NULL: DONE. */
static struct {
	void (*say)(const char *sink, const struct message *m, struct sent_result *result);
	const char *shut;	/* this sink cannot be opened */
	pthread_mutex_t lock;
	struct sending sent[SENT_MOST];
	size_t count;
	int at_once, most_at_once;
	int opens, closes;
} play;

static _Atomic int64_t ahead_ms;	/* the clock was set by so much */
static volatile sig_atomic_t stop;
static pthread_t loop;		/* the thread that runs it */
static struct sink sinks_of[SINKS_MOST];
static struct hook hooks[2];
static struct settings shop;

static inline int64_t ticks(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t began_ms;

static inline int64_t clock_now(void)
{
	return START + ticks() - began_ms + ahead_ms;
}

struct fake {
	struct open_sink sink;
	const struct sink *conf;
};

extern const struct sink_type sink_fake;

static inline bool fake_open(struct open_sink **open, const struct settings *s, const struct hook *h, const struct sink *conf, struct err *e)
{
	struct fake *f;

	(void)s;
	if (play.shut && !strcmp(play.shut, conf->name))
		return (fail)(e, ERR_CONFIG, "hook %s, sink %s: no secret", h->name, conf->name);
	f = calloc(1, sizeof *f);
	f->sink.type = &sink_fake;
	f->conf = conf;
	pthread_mutex_lock(&play.lock);
	play.opens++;
	pthread_mutex_unlock(&play.lock);
	*open = &f->sink;
	return true;
}

static inline void fake_send(struct open_sink *open, const struct message *m, struct sent_result *result)
{
	const struct fake *f = (const struct fake *)open;

	pthread_mutex_lock(&play.lock);
	if (play.count < SENT_MOST)
		play.sent[play.count++] = (struct sending){ f->conf->name, m->row->id, m->tries, strstr(m->json, "\"body\":"), ticks() };
	if (++play.at_once > play.most_at_once)
		play.most_at_once = play.at_once;
	pthread_mutex_unlock(&play.lock);
	sent_as(result, SENT_DONE, "%s", "");
	if (play.say)
		play.say(f->conf->name, m, result);
	pthread_mutex_lock(&play.lock);
	play.at_once--;
	pthread_mutex_unlock(&play.lock);
}

static inline void fake_close(struct open_sink *open)
{
	pthread_mutex_lock(&play.lock);
	play.closes++;
	pthread_mutex_unlock(&play.lock);
	free(open);
}

const struct sink_type sink_fake = { .name = "fake", .open = fake_open, .send = fake_send, .close = fake_close };

static inline const struct sink_type *find_fake(const char *name)
{
	return strcmp(name, "fake") ? NULL : &sink_fake;
}

static inline void woken(int number)
{
	(void)number;
}

/* As a signal does: it is noted, and whatever the loop waits for is interrupted. */
static inline void stop_now(void)
{
	__atomic_store_n(&stop, SIGTERM, __ATOMIC_RELAXED);
	pthread_kill(loop, SIGUSR1);
}

/* Two hooks, "loja" with sinks "a" and "b" (or less), "outra" without any. */
static inline int scene(void **state)
{
	static const char *const names[SINKS_MOST] = { "a", "b", "c", "d" };

	memset(&play, 0, sizeof play);
	pthread_mutex_init(&play.lock, NULL);
	sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = woken }, NULL);
	loop = pthread_self();
	stop = 0;
	ahead_ms = 0;
	began_ms = ticks();
	for (int i = 0; i < SINKS_MOST; i++)
		sinks_of[i] = (struct sink){ .name = TEXT(names[i]), .type = TEXT("fake"), .timeout_s = 15 };
	memset(hooks, 0, sizeof hooks);
	hooks[0] = (struct hook){ .name = TEXT("loja"), .psp = &psp_efi, .own_sinks = true, .sinks = { sinks_of, 1 } };
	hooks[1] = (struct hook){ .name = TEXT("outra"), .psp = &psp_efi, .own_sinks = true };
	shop = (struct settings){ .file = TEXT("pixgate.conf"), .dir = dir, .inbox = TEXT("sqlite:inbox.db"), .hooks = hooks, .hook_count = 2 };
	return fresh_place(state);
}

static inline void put_events(struct inbox *box, const char *hook, int first, int count)
{
	for (int i = first; i < first + count; i++) {
		struct pix_event ev = event_no(i);
		char body[32] = "";
		struct inbox_note note = note_of(body, &ev, 1);

		snprintf(body, sizeof body, "{\"n\":%d}", i);
		note.body_len = strlen(body);
		note.hook = hook;
		stored(box, &note);
	}
}

/* loja's, from a connection of its own. */
static inline void put_some(int first, int count)
{
	struct inbox *box = opened(INBOX_WRITE);

	put_events(box, "loja", first, count);
	inbox_close(box);
}

static inline struct deliver job_of(struct inbox **box)
{
	return (struct deliver){ .settings = &shop, .box = box, .workers = 4, .quiet = true, .now = clock_now, .stop = &stop, .find = find_fake };
}

/* `pixgate deliver --once`, that must go well. */
static inline struct delivered once(void)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct deliver d = job_of(&box);
	struct delivered did;
	struct err e = { 0 };

	d.once = true;
	if (!deliver_run(&d, &did, &e))
		fail_msg("deliver: %s", e.text);
	inbox_close(box);
	assert_int_equal(play.opens, play.closes);
	return did;
}

/* `pixgate deliver` until something sets stop. */
static inline struct delivered until_stopped(void)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct deliver d = job_of(&box);
	struct delivered did;
	struct err e = { 0 };

	if (!deliver_run(&d, &did, &e))
		fail_msg("deliver: %s", e.text);
	inbox_close(box);
	return did;
}

static inline size_t sent_to(const char *sink)
{
	size_t n = 0;

	for (size_t i = 0; i < play.count; i++)
		n += !strcmp(play.sent[i].sink, sink);
	return n;
}

static inline size_t sent_event(int64_t event)
{
	size_t n = 0;

	for (size_t i = 0; i < play.count; i++)
		n += play.sent[i].event == event;
	return n;
}

static inline struct inbox_stats standing(void)
{
	struct inbox *box = opened(INBOX_READ);
	struct inbox_stats st = stats_of(box, "loja");

	inbox_close(box);
	return st;
}

static inline bool note_sink(const struct inbox_sink_state *s, void *arg)
{
	*(struct inbox_sink_state *)arg = *s;
	return true;
}

static inline void assert_did(struct delivered did, int64_t done, int64_t again, int64_t dead, int64_t waiting)
{
	assert_int_equal(did.done, done);
	assert_int_equal(did.again, again);
	assert_int_equal(did.dead, dead);
	assert_int_equal(did.waiting, waiting);
}

static inline void nap(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

static inline size_t sends(void)
{
	size_t n;

	pthread_mutex_lock(&play.lock);
	n = play.count;
	pthread_mutex_unlock(&play.lock);
	return n;
}

static inline int most_at_once(void)
{
	int n;

	pthread_mutex_lock(&play.lock);
	n = play.most_at_once;
	pthread_mutex_unlock(&play.lock);
	return n;
}

/* Until n sends were begun in all, or something is wrong for long. */
static inline bool begun_in_all(size_t n)
{
	for (int i = 0; i < 2000; i++) {
		if (sends() >= n)
			return true;
		nap(10);
	}
	return false;
}

static size_t stop_at;

/* Ends the deliverer with the send that makes it so many. */
static inline void say_stop(const char *sink, const struct message *m, struct sent_result *result)
{
	(void)sink;
	(void)m;
	(void)result;
	pthread_mutex_lock(&play.lock);
	if (play.count >= stop_at)
		stop_now();
	pthread_mutex_unlock(&play.lock);
}

#define DELIVERS(test) cmocka_unit_test_setup_teardown(test, scene, drop_place)

#endif
