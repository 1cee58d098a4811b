#include "fcgi/conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/limits.h"
#include "lib/mem.h"

/* What is looked at in one go: nearly every notification is a tenth of it. */
static uint8_t window[LIMIT_PARAMS];

/* Bytes of all requests that are being collected: a crowd of slow clients must not fill the memory. */
static size_t held;

/* Where the head of a collected request is laid down for libfcgi to read. */
static int scratch = -1;

struct conn *conn_new(int fd, int64_t now_us)
{
	struct conn *c = xcalloc(1, sizeof *c);

	c->fd = fd;
	c->since_us = now_us;
	return c;
}

static void forget(struct conn *c)
{
	held -= c->head.len + c->body.len;
	buf_free(&c->head);
	buf_free(&c->body);
	free(c->direct);
	c->direct = NULL;
	if (c->job)
		job_free(c->job);
	free(c->job);
	c->job = NULL;
	c->served = NULL;
	c->collecting = c->busy = c->waiting = c->cut = false;
}

void conn_free(struct conn *c)
{
	serve_drop(c->served);
	forget(c);
	if (c->fd >= 0)
		close(c->fd);
	free(c);
}

static void begin(struct conn *c, int64_t now_us)
{
	c->busy = true;
	c->since_us = now_us;
}

static void admit(struct conn *c, struct shop *s, int64_t now_us)
{
	if (!c->job)
		c->job = xmalloc(sizeof *c->job);
	job_start(c->job, c->since_us);
	shop_admit(s, c->job, serve_params(c->served), now_us);
}

/* ---- whole at first sight: libfcgi reads it from the socket */

static enum conn_step direct(struct conn *c, struct shop *s, size_t body_len, int64_t now_us)
{
	size_t n;

	begin(c, now_us);
	c->served = serve_take(c->fd);
	if (!c->served) {
		c->fd = -1;	/* closed by libfcgi */
		return CONN_CLOSE;
	}
	admit(c, s, now_us);
	/* One byte more than there can be, so that the read runs to the end of the request in any case. */
	c->direct = xmalloc(body_len + 1);
	n = serve_body(c->served, c->direct, body_len + 1);
	if (c->job->status == 0)
		job_body(c->job, c->direct, n, n > (size_t)s->gate.settings->max_body);
	return CONN_READY;
}

/* ---- in pieces: collected here; parameters are judged as soon as they are there, before any of the body is kept */

static bool hold(struct buf *b, const void *data, size_t len)
{
	if (len > LIMIT_HELD - held || !buf_add(b, data, len))
		return false;
	held += len;
	return true;
}

static bool lay_down(const struct conn *c)
{
	const uint8_t end[8] = { 1, 5, (uint8_t)(c->wire.id >> 8), (uint8_t)c->wire.id };

	if (scratch < 0)
		scratch = memfd_create("pixgate", MFD_CLOEXEC);
	return scratch >= 0 && ftruncate(scratch, 0) == 0 &&
	       pwrite(scratch, c->head.data, c->head.len, 0) == (ssize_t)c->head.len &&
	       pwrite(scratch, end, sizeof end, (off_t)c->head.len) == (ssize_t)sizeof end && lseek(scratch, 0, SEEK_SET) == 0;
}

static bool params_there(struct conn *c, struct shop *s, int64_t now_us)
{
	if (!lay_down(c))
		return false;
	c->served = serve_take(scratch);
	if (!c->served) {
		scratch = -1;
		return false;
	}
	admit(c, s, now_us);
	c->wanted = c->job->status == 0;
	c->body.max = c->wanted ? (size_t)s->gate.settings->max_body : 0;
	return true;
}

static void drop_body(struct conn *c)
{
	held -= c->body.len;
	buf_free(&c->body);
	c->wanted = false;
}

static enum conn_step ready(struct conn *c, struct shop *s, int64_t now_us)
{
	int refused = c->job->status;

	/* Judged again: the configuration may have been read anew since the parameters came. */
	admit(c, s, now_us);
	if (c->job->status == 0 && refused)
		c->job->status = 503;	/* its body was not kept */
	if (c->job->status == 0)
		job_body(c->job, buf_str(&c->body), c->body.len, c->too_large);
	return CONN_READY;
}

static uint64_t most(const struct shop *s)
{
	return LIMIT_DRAIN + (s->open ? (uint64_t)s->gate.settings->max_body : LIMIT_BODY);
}

static enum conn_step collect(struct conn *c, struct shop *s, const uint8_t *p, const uint8_t *end, int64_t now_us)
{
	while (p < end) {
		struct wire_run run;
		enum wire_step step = wire_next(&c->wire, &p, end, &run);

		if (step == WIRE_BAD)
			return CONN_CLOSE;
		if (run.len && !run.is_stdin && !c->served && !hold(&c->head, run.at, run.len))
			return CONN_CLOSE;
		if (run.len && run.is_stdin && c->wanted && !hold(&c->body, run.at, run.len)) {
			/* Past its own ceiling it is too large; past everybody's it is a bad moment. */
			c->too_large = c->body.len + run.len > c->body.max;
			if (!c->too_large)
				c->job->status = 503;
			drop_body(c);
		}
		if (step == WIRE_PARAMS && !params_there(c, s, now_us))
			return CONN_CLOSE;
		if (step == WIRE_DONE) {
			c->cut = p < end;
			return ready(c, s, now_us);
		}
		if (c->served && c->wire.stdin_bytes > most(s)) {
			/* A body without end: answered as far as it came. */
			c->too_large = c->cut = true;
			return ready(c, s, now_us);
		}
	}
	return CONN_WAIT;
}

enum conn_step conn_read(struct conn *c, struct shop *s, int64_t now_us)
{
	size_t used, body_len;
	enum conn_step step = CONN_WAIT;
	ssize_t n;

	if (!c->collecting) {
		n = recv(c->fd, window, sizeof window, MSG_PEEK | MSG_DONTWAIT);
		if (n <= 0)
			return n < 0 && (errno == EAGAIN || errno == EINTR) ? CONN_WAIT : CONN_CLOSE;
		switch (wire_whole(window, (size_t)n, &used, &body_len)) {
		case WIRE_DONE:
			c->cut = used < (size_t)n;
			return direct(c, s, body_len, now_us);
		case WIRE_BAD:
			return CONN_CLOSE;
		default:
			break;
		}
		begin(c, now_us);
		c->collecting = true;
		c->wanted = c->too_large = false;
		c->wire = (struct wire){ 0 };
		c->head.max = LIMIT_PARAMS;
	}
	/* A few rounds: a fast sender of a large body must not keep the others waiting. */
	for (int i = 0; step == CONN_WAIT && i < 4; i++) {
		n = recv(c->fd, window, sizeof window, MSG_DONTWAIT);
		if (n <= 0)
			return n < 0 && (errno == EAGAIN || errno == EINTR) ? CONN_WAIT : CONN_CLOSE;
		step = collect(c, s, window, window + n, now_us);
	}
	return step;
}

bool conn_answer(struct conn *c, int64_t now_us)
{
	size_t len;
	const char *text = answer_text(c->job->status, c->job->verdict.check, &len);
	bool keep;

	report_job(c->job, now_us);	/* first: the job borrows from the request, which ends with its answer */
	keep = serve_answer(c->served, c->fd, text, len) && !c->cut;
	c->served = NULL;
	forget(c);
	c->since_us = now_us;
	return keep;
}
