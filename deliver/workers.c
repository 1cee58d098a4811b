#include "deliver/workers.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "deliver/attempt.h"
#include "deliver/ticks.h"
#include "lib/mem.h"

struct list {
	struct parcel *first, **end;
};

struct workers {
	const struct deliver *deliver;
	int64_t lease_ms;
	int bell;			/* an eventfd */
	pthread_mutex_t lock;		/* of what is below, and of each outlet's lower part */
	pthread_cond_t work;
	struct list waiting, ended;
	bool stopping;			/* nothing more is begun */
	bool ending;
	int threads;
	pthread_t thread[DELIVER_WORKERS_MAX];
};

static void append(struct list *l, struct parcel *p)
{
	p->next = NULL;
	if (!l->first)
		l->end = &l->first;
	*l->end = p;
	l->end = &p->next;
}

/* Takes *at out of the list; at is then the next one's place. */
static struct parcel *cut(struct list *l, struct parcel **at)
{
	struct parcel *p = *at;

	*at = p->next;
	if (!*at)
		l->end = at;
	p->next = NULL;
	return p;
}

static void ended(struct workers *w, struct parcel *p)
{
	static const uint64_t one = 1;

	append(&w->ended, p);
	/* it cannot fail but for being full, and then it rings already */
	if (write(w->bell, &one, sizeof one) < 0)
		return;
}

/* The first that may begin now. What may not begin any more is ended without a try. */
static struct parcel *pick(struct workers *w)
{
	int64_t now = ticks_ms();
	struct parcel **at = &w->waiting.first;

	while (*at) {
		struct outlet *o = (*at)->to;

		if (w->stopping || o->held || now - (*at)->taken_ms > w->lease_ms - o->lasts_ms)
			ended(w, cut(&w->waiting, at));
		else if (o->running >= o->room)
			at = &(*at)->next;
		else
			return cut(&w->waiting, at);
	}
	return NULL;
}

static void make(struct workers *w, struct attempt *a, struct parcel *p)
{
	struct outlet *o = p->to;
	struct open_sink *open = outlet_take(o);
	int64_t began = ticks_ms();

	o->running++;
	p->round = o->brake.round;
	pthread_mutex_unlock(&w->lock);
	attempt_make(a, p, &open);
	p->took_ms = ticks_ms() - began;
	pthread_mutex_lock(&w->lock);
	if (open)
		outlet_give(o, open);
	o->running--;
	if (p->result.how == SENT_SLOW || p->result.how == SENT_STUCK || p->result.how == SENT_STOP)
		o->held = true;
	ended(w, p);
	/* what waited for this sink, or for this thread, may be another's */
	if (w->waiting.first)
		pthread_cond_broadcast(&w->work);
}

static void *work(void *arg)
{
	struct workers *w = arg;
	struct attempt a = { .deliver = w->deliver };
	struct parcel *p;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		p = pick(w);
		if (p)
			make(w, &a, p);
		else if (w->ending)
			break;
		else
			pthread_cond_wait(&w->work, &w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	attempt_end(&a);
	return NULL;
}

struct workers *workers_start(const struct deliver *d, int64_t lease_ms, struct err *e)
{
	struct workers *w = xcalloc(1, sizeof *w);
	sigset_t ours, was;
	int err = 0;

	w->deliver = d;
	w->lease_ms = lease_ms;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->work, NULL);
	w->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->bell < 0)
		err = errno;
	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &ours, &was);
	while (!err && w->threads < d->workers) {
		err = pthread_create(&w->thread[w->threads], NULL, work, w);
		w->threads += !err;
	}
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	if (w->threads)
		return w;
	workers_end(w);
	fail(e, ERR_STORE, "no thread could be started: %s", strerror(err));
	return NULL;
}

void workers_end(struct workers *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stopping = w->ending = true;
	pthread_cond_broadcast(&w->work);
	pthread_mutex_unlock(&w->lock);
	for (int i = 0; i < w->threads; i++)
		pthread_join(w->thread[i], NULL);
	parcels_free(w->waiting.first);
	parcels_free(w->ended.first);
	if (w->bell >= 0)
		close(w->bell);
	pthread_cond_destroy(&w->work);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

void workers_give(struct workers *w, struct parcel *list)
{
	struct parcel *next;

	pthread_mutex_lock(&w->lock);
	for (; list; list = next) {
		next = list->next;
		outlet_let(list->to);
		append(&w->waiting, list);
	}
	pthread_cond_broadcast(&w->work);
	pthread_mutex_unlock(&w->lock);
}

void workers_stop(struct workers *w)
{
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	while (w->waiting.first)
		ended(w, cut(&w->waiting, &w->waiting.first));
	pthread_mutex_unlock(&w->lock);
}

struct parcel *workers_take(struct workers *w)
{
	int64_t now = w->deliver->now(), mono = ticks_ms();
	struct parcel *list;
	uint64_t rung;

	pthread_mutex_lock(&w->lock);
	while (read(w->bell, &rung, sizeof rung) < 0 && errno == EINTR)
		;
	for (struct parcel **at = &w->waiting.first; *at;) {
		if ((*at)->to->held)
			append(&w->ended, cut(&w->waiting, at));
		else
			at = &(*at)->next;
	}
	list = w->ended.first;
	w->ended = (struct list){ 0 };
	for (struct parcel *p = list; p; p = p->next)
		outlet_ended(p->to, p, now, mono);
	if (list)
		pthread_cond_broadcast(&w->work);
	pthread_mutex_unlock(&w->lock);
	return list;
}

int workers_fd(const struct workers *w)
{
	return w->bell;
}
