#include "fcgi/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fcgi/conn.h"
#include "lib/limits.h"
#include "lib/log.h"
#include "lib/when.h"

enum { EVENTS = 256, ACCEPTS = 64, LOOKS = 4, SPARE_FDS = 32, IDLE_MS = 1000, LULL_MS = 100 };

struct list {
	struct conn *first, *last;
	size_t count;
};

struct loop {
	struct listener *listener;
	struct shop shop;
	int epoll, signals;
	struct list idle, busy;		/* oldest first; a connection is in one of them */
	struct conn *turn;		/* connections whose job waits for the commit */
	struct conn **turn_end;
	struct job *jobs, **jobs_end;
	bool deaf;			/* the listener is out of the epoll set: there is no room */
	bool untidy;			/* something was committed since nobody waited last */
	bool ending;
};

static int64_t monotonic_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- the two lists */

static void list_add(struct list *l, struct conn *c)
{
	c->next = NULL;
	c->prev = l->last;
	if (l->last)
		l->last->next = c;
	else
		l->first = c;
	l->last = c;
	l->count++;
}

static void list_cut(struct list *l, struct conn *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else
		l->first = c->next;
	if (c->next)
		c->next->prev = c->prev;
	else
		l->last = c->prev;
	l->count--;
}

static bool watch(struct loop *l, int fd, void *who, int op)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = who };

	return epoll_ctl(l->epoll, op, fd, &ev) == 0;
}

static void drop(struct loop *l, struct conn *c, struct list *in)
{
	list_cut(in, c);
	conn_free(c);	/* closing takes it out of the epoll set */
	if (l->deaf && !l->ending && watch(l, l->listener->fd, l->listener, EPOLL_CTL_ADD))
		l->deaf = false;
}

/* ---- connections */

static void answer(struct loop *l, struct conn *c, int64_t now_us)
{
	bool keep = conn_answer(c, now_us);

	if (!keep || l->ending) {
		drop(l, c, &l->busy);
		return;
	}
	list_cut(&l->busy, c);
	list_add(&l->idle, c);
}

static void readable(struct loop *l, struct conn *c, int64_t now_us)
{
	bool was_busy = c->busy;
	enum conn_step step;

	if (c->waiting)		/* for the commit; what comes meanwhile, its end too, is for afterwards */
		return;
	step = conn_read(c, &l->shop, now_us);
	if (c->busy && !was_busy) {
		list_cut(&l->idle, c);
		list_add(&l->busy, c);
	}
	if (step == CONN_CLOSE) {
		drop(l, c, c->busy ? &l->busy : &l->idle);
	} else if (step == CONN_READY && !c->job->store) {
		answer(l, c, now_us);
	} else if (step == CONN_READY) {
		*l->jobs_end = c->job;
		l->jobs_end = &c->job->next;
		*l->turn_end = c;
		l->turn_end = &c->turn_next;
		c->turn_next = NULL;
		c->waiting = true;
	}
}

/* Connections that the web server keeps open must not shut out another web server: the one idle for longest goes. */
static bool room(struct loop *l)
{
	if (l->idle.count + l->busy.count < LIMIT_CONNECTIONS)
		return true;
	if (l->idle.first) {
		drop(l, l->idle.first, &l->idle);
		return true;
	}
	if (!l->deaf && epoll_ctl(l->epoll, EPOLL_CTL_DEL, l->listener->fd, NULL) == 0)
		l->deaf = true;
	return false;
}

static void accept_some(struct loop *l, int64_t now_us)
{
	for (int i = 0; i < ACCEPTS && room(l); i++) {
		int fd = accept4(l->listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct conn *c;

		if (fd < 0) {
			if ((errno == EMFILE || errno == ENFILE) && l->idle.first) {
				drop(l, l->idle.first, &l->idle);
				continue;
			}
			return;
		}
		c = conn_new(fd, now_us);
		if (!watch(l, fd, c, EPOLL_CTL_ADD)) {
			conn_free(c);
			return;
		}
		list_add(&l->idle, c);
		readable(l, c, now_us);	/* the request mostly came with the connection */
	}
}

/* ---- a turn: everything that is ready becomes durable together, then everybody is answered */

static void commit(struct loop *l)
{
	struct err e = { .code = ERR_NONE };
	struct conn *c, *next;
	int64_t now_us;

	if (!l->turn)
		return;
	keeper_store(&l->shop.keeper, l->jobs, when_now(), &e);
	l->untidy = true;
	now_us = monotonic_us();
	if (e.code)
		report_trouble("storage", &e, now_us);
	for (c = l->turn; c; c = next) {
		next = c->turn_next;
		answer(l, c, now_us);
	}
	l->turn = NULL;
	l->turn_end = &l->turn;
	l->jobs = NULL;
	l->jobs_end = &l->jobs;
}

static void let_go(struct loop *l, int64_t now_us)
{
	while (l->busy.first && now_us - l->busy.first->since_us >= (int64_t)LIMIT_STALL_MS * 1000) {
		log_line("gate: warning reason=stalled why=\"a request was not whole after %d s: the web server was cut off\"", LIMIT_STALL_MS / 1000);
		drop(l, l->busy.first, &l->busy);
	}
}

static int wait_ms(const struct loop *l, int64_t now_us)
{
	int most = l->untidy ? LULL_MS : IDLE_MS;
	int64_t left;

	if (!l->busy.first)
		return most;
	left = (l->busy.first->since_us + (int64_t)LIMIT_STALL_MS * 1000 - now_us) / 1000 + 1;
	return left < 0 ? 0 : left < most ? (int)left : most;
}

/* From now on no new connection; what has come, in the listener's queue too, is still served. */
static void end(struct loop *l, int64_t now_us)
{
	struct conn *c, *next;

	if (l->ending)
		return;
	accept_some(l, now_us);
	l->ending = true;
	if (!l->deaf)
		epoll_ctl(l->epoll, EPOLL_CTL_DEL, l->listener->fd, NULL);
	listen_close(l->listener);
	for (c = l->idle.first; c; c = next) {
		next = c->next;
		readable(l, c, now_us);
	}
	while (l->idle.first)
		drop(l, l->idle.first, &l->idle);
}

static void signalled(struct loop *l, int64_t now_us)
{
	struct signalfd_siginfo si;

	while (read(l->signals, &si, sizeof si) == (ssize_t)sizeof si) {
		if (si.ssi_signo == SIGHUP)
			shop_reload(&l->shop, now_us);
		else
			end(l, now_us);
	}
}

static bool open_loop(struct loop *l)
{
	struct rlimit files;
	sigset_t set;

	if (!serve_init())
		return false;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);	/* a file at the limit that a shared host sets is a full disk, no reason to die */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < LIMIT_CONNECTIONS + SPARE_FDS) {
		files.rlim_cur = files.rlim_max < LIMIT_CONNECTIONS + SPARE_FDS ? files.rlim_max : LIMIT_CONNECTIONS + SPARE_FDS;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	l->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	return l->signals >= 0 && l->epoll >= 0 && watch(l, l->signals, &l->signals, EPOLL_CTL_ADD) &&
	       watch(l, l->listener->fd, l->listener, EPOLL_CTL_ADD);
}

/* What n events tell. true: a signal is to be read. */
static bool handle(struct loop *l, const struct epoll_event *ev, int n, int64_t now_us)
{
	bool asked = false, knock = false;

	for (int i = 0; i < n; i++) {
		if (ev[i].data.ptr == l->listener)
			knock = true;
		else if (ev[i].data.ptr == &l->signals)
			asked = true;
		else
			readable(l, ev[i].data.ptr, now_us);
	}
	if (knock)	/* last: it may drop idle connections that had an event of their own */
		accept_some(l, now_us);
	return asked;
}

int loop_serve(struct listener *listener, const char *conf)
{
	struct loop l = { .listener = listener, .shop.given = conf, .epoll = -1, .signals = -1 };
	struct epoll_event ev[EVENTS];
	int64_t now_us = monotonic_us();

	l.turn_end = &l.turn;
	l.jobs_end = &l.jobs;
	if (!open_loop(&l)) {
		log_line("gate: error cannot start: %s", strerror(errno));
		listen_close(listener);
		return 3;
	}
	shop_warm(&l.shop, now_us);
	while (!l.ending || l.busy.first) {
		int n = epoll_wait(l.epoll, ev, EVENTS, wait_ms(&l, now_us)), looks = 0;
		bool idle = n == 0, asked = false;

		log_hold();
		/* While requests were read more have come: those that are ready now share the commit. */
		do {
			now_us = monotonic_us();
			asked |= handle(&l, ev, n, now_us);
		} while (l.turn && ++looks < LOOKS && (n = epoll_wait(l.epoll, ev, EVENTS, 0)) > 0);
		commit(&l);
		if (asked) {	/* between turns: no job holds on to the configuration now */
			signalled(&l, now_us);
			commit(&l);
		}
		let_go(&l, now_us);
		log_release();
		keeper_tidy(&l.shop.keeper, idle);
		l.untidy &= !idle;
	}
	shop_close(&l.shop);
	listen_close(listener);
	close(l.signals);
	close(l.epoll);
	return 0;
}
