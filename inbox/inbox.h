/* The inbox: bodies and their events, each stored once, durable before anybody is told. */
#ifndef INBOX_INBOX_H
#define INBOX_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inbox/jobs.h"
#include "lib/err.h"
#include "pix/pix.h"

struct inbox;

/* One body as it came. Everything is borrowed for the time of the call. */
struct inbox_note {
	const char *hook, *psp;
	const char *event;		/* the event's name that the URL told, else "" */
	const char *source;		/* who told of it: NULL or "webhook" the PSP's call, "reconcile" the answer of its API */
	int64_t received_ms;
	const char *body;
	size_t body_len;
	bool unread;
	const char *why;		/* of unread, else "" */
	const struct pix_event *events;
	size_t count;
};

struct inbox_put {
	size_t fresh;		/* events stored now */
	size_t twins;		/* events that were there before */
	size_t differ;		/* twins whose amount, txid or key is not what was stored before: nothing is overwritten */
	bool fresh_note;	/* the body was kept now (a repeated body is kept once) */
};

/* A stored event. Texts are owned by the inbox and valid until the callback returns. */
struct inbox_row {
	int64_t id, note;	/* ids only grow; note is the id of the body that made the event */
	const char *hook, *psp;
	struct pix_event event;
	int64_t received_ms;
	const char *delivery;	/* "pending", … (inbox/jobs.h) */
	const char *source;	/* "webhook", "reconcile" */
};

/* A stored body. */
struct inbox_body {
	int64_t id;
	const char *hook, *psp, *event, *why, *source;
	bool unread;
	bool purged;		/* taken away since (inbox purge, anonymise): body is "" */
	bool redacted;		/* what told of a person was taken out of it since (anonymise): body is what is left */
	int64_t received_ms;
	const char *body;
	size_t body_len;
};

/* NULL, 0 or -1 in a field: not asked for. */
struct inbox_filter {
	const char *hook, *txid, *e2eid;
	const char *delivery;		/* inbox/jobs.h */
	int kind;			/* enum pix_kind, or -1 */
	int64_t since_ms, after_id;	/* received at or after; id greater than */
	int64_t limit;			/* at most so many, the newest ones, in ascending order; 0: all */
};

struct inbox_stats {
	int64_t notes, unread, events, foreign, bytes;	/* bytes: of the bodies */
	int64_t tests;			/* pix_is_test; they are counted in no other sum of events */
	int64_t per_kind[PIX_KINDS], cents_per_kind[PIX_KINDS];
	int64_t first_ms, last_ms;			/* of received_ms; 0 where there are none */
	int64_t pending, delivered, dead, stale, unwanted;	/* events, by where they stand; the rest is never handed over */
	int64_t last_webhook_ms;			/* received_ms of the newest event that the PSP's own call told; 0: none. Tests count not */
};

enum inbox_mode {
	INBOX_READ,	/* must exist, of a version that this program knows; nothing is written */
	INBOX_SERVE,	/* the gate as a service: stays open; checkpoints are the caller's (inbox_tidy) */
	INBOX_ONCE,	/* the gate as plain CGI: one note, then closed */
	INBOX_WRITE,	/* a person's tool: may migrate and write */
	INBOX_DELIVER,	/* who hands over: as SERVE, but its commits need not be durable: what a power loss takes back is done again */
};

/* Callbacks return false to end the walk early (that is no error). */
typedef bool inbox_row_fn(const struct inbox_row *, void *);
typedef bool inbox_body_fn(const struct inbox_body *, void *);

/*
 * A store is one file and one row in inbox.c. Every call but open takes an open inbox. On failure nothing of the
 * current transaction is stored, ERR_STORE says why, and the same call may succeed later without reopening, unless the
 * files were replaced under it: then close and open again.
 */
struct inbox_ops {
	const char *scheme;	/* "sqlite" in "sqlite:PATH" */
	bool (*open)(struct inbox **, const char *place, enum inbox_mode, struct err *);
	void (*close)(struct inbox *);
	/* begin … put* … commit. Writers of other processes queue in order of arrival. After commit returned true
	 * everything put is on stable storage. rollback is allowed at any time and cannot fail. */
	bool (*begin)(struct inbox *, struct err *);
	bool (*put)(struct inbox *, const struct inbox_note *, struct inbox_put *, struct err *);
	bool (*commit)(struct inbox *, struct err *);
	void (*rollback)(struct inbox *);
	/* Work that may wait and must not stand in a request's way (WAL checkpoint). Cheap when there is nothing to do.
	 * idle: nobody waits now, so that it may be done early. */
	void (*tidy)(struct inbox *, bool idle);
	bool (*list)(struct inbox *, const struct inbox_filter *, inbox_row_fn *, void *, struct err *);
	bool (*bodies)(struct inbox *, const struct inbox_filter *, bool only_unread, inbox_body_fn *, void *, struct err *);
	bool (*body)(struct inbox *, int64_t note, inbox_body_fn *, void *, struct err *);	/* ERR_NOT_FOUND */
	bool (*stats)(struct inbox *, const char *hook, struct inbox_stats *, struct err *);	/* hook NULL: all */
	/* A body read again (inside begin … commit): adds the events that it did not make before, sets unread and why. */
	bool (*reread)(struct inbox *, int64_t note, const struct inbox_note *, struct inbox_put *, struct err *);
	/* Marks an event to be handed over again to every sink that wants it, its tries counted from none (inside begin …
	 * commit); a stale one too. Foreign ones stay "never". *changed is false there, and where no such event is. */
	bool (*again)(struct inbox *, int64_t id, bool *changed, struct err *);
	/* Waits until a process has committed something since the last call, at most timeout_ms; *changed tells, and may
	 * be true once without cause (a WAL that begins anew): look, and wait again. A signal ends the wait early. */
	bool (*wait)(struct inbox *, int timeout_ms, bool *changed, struct err *);

	/*
	 * Handing over (deliver/). plan, claim, settle, pause inside begin … commit; none of them waits for anything but the disk.
	 * plan: every event that is new since the last time, or that `again` marked, becomes a job of each sink that wants it. At
	 * most `most` events at a time, in the order of their ids. Each deliverer may know other sinks: those it does not know are
	 * not touched, and what others have finished meanwhile becomes a job of ours all the same. Where it fails, nothing was planned.
	 */
	bool (*plan)(struct inbox *, const struct inbox_sink *, size_t count, size_t most, inbox_want_fn *, void *, struct inbox_planned *,
		     struct err *);
	/*
	 * Leases jobs that are due, the oldest first, and tells fn of each. A lease that ran out is due again, and so is what is
	 * leased or due further ahead than any lease or pause may last (the clock was set back). Order: of one sink, what has the
	 * same e2eid is handed over one after the other (validation, receipt, charge or payment before its refund or return, else as it came); what is not
	 * next waits, without standing in others' way; a dead one lets the next go on. A refund of whose receipt (or payment, or Pix
	 * that was sent) nobody told waits INBOX_REFUND_WAIT_MS for it. Of one sink and txid only one is leased at a time. `most` is
	 * spread over the sinks. Where it fails, nothing is leased, whatever fn was told. fn makes no call that writes.
	 */
	bool (*claim)(struct inbox *, const struct inbox_claim *, inbox_job_fn *, void *, struct err *);
	/* DONE counts whoever says it; AGAIN, DEAD and BACK only from who holds the lease. *held: the lease was still theirs. All but
	 * BACK count as a try. What was next behind it is due at once. Where it fails, nothing of the transaction is settled. */
	bool (*settle)(struct inbox *, const struct inbox_settle *, bool *held, struct err *);
	/* until_ms 0 and stopped false: it goes on. why as in inbox_settle. */
	bool (*pause)(struct inbox *, const struct inbox_sink *, int64_t until_ms, bool stopped, const char *why, struct err *);
	/* When the next job of these sinks may be claimed: a time, or 0: none waits. Looks at no order. */
	bool (*due)(struct inbox *, const struct inbox_sink *, size_t count, int64_t now_ms, int64_t *due_ms, struct err *);
	/*
	 * A sink's jobs that wait or are dead go, its pause and its stop end; what it has is still known. An event that no other sink
	 * has, nor still tries, is dead: `again` revives it. ERR_NOT_FOUND: no such sink. Inside begin … commit; count_only without.
	 */
	bool (*abandon)(struct inbox *, struct inbox_abandon *, struct inbox_abandoned *, struct err *);
	bool (*sinks)(struct inbox *, const char *hook, inbox_sink_fn *, void *, struct err *);		/* hook NULL: all */
	bool (*jobs)(struct inbox *, int64_t event, inbox_job_state_fn *, void *, struct err *);

	/* A point in time that is remembered under a name, such as "reconciled"; 0: none yet. mark inside begin … commit. */
	bool (*marked)(struct inbox *, const char *hook, const char *name, int64_t *ms, struct err *);
	bool (*mark)(struct inbox *, const char *hook, const char *name, int64_t ms, struct err *);

	/*
	 * Retention (inside begin … commit; count_only without). Bodies go, their bytes overwritten; events stay. A body that comes
	 * again does not bring back what was taken away: where all its events are known, say nothing else, and one of them was told by
	 * a body that is gone or redacted, it counts as kept; so does one with the very bytes of a replaced or unread body. replace puts
	 * other bytes in a body's place ("" : none; what is gone stays gone), for anonymise. ERR_NOT_FOUND. scrub, after the commit:
	 * nothing of what was taken away is left in the files of the inbox; fails while somebody reads it all the time. What a file
	 * system, a snapshot or a backup keeps of older blocks is beyond it.
	 */
	bool (*purge)(struct inbox *, struct inbox_purge *, struct inbox_purged *, struct err *);
	bool (*replace)(struct inbox *, int64_t note, const char *body, size_t len, struct err *);
	bool (*scrub)(struct inbox *, struct err *);
};

#define INBOX_REFUND_WAIT_MS (10 * 60 * 1000)	/* so long a refund waits for a receipt that nobody told of */
#define INBOX_AHEAD_MS (30LL * 60 * 60 * 1000)	/* no lease, pause or retry is further ahead */

struct inbox {
	const struct inbox_ops *ops;
};

/*
 * Opens "sqlite:PATH" (PATH relative to dir). Creates the store where the mode writes. ERR_CONFIG: unknown scheme, a
 * file system on which the store is not safe (inbox_place_ok), a database of a newer version or of another program;
 * ERR_STORE: anything that may pass. The caller closes with inbox_close.
 */
bool inbox_open(struct inbox **box, const char *url, const char *dir, enum inbox_mode mode, struct err *e);
void inbox_close(struct inbox *box);	/* NULL is allowed */

/* The check of inbox_open alone, for `conf check`: the syntax of the URL, the folder exists, its file system is not a
 * network one (statfs: NFS, SMB, 9p, FUSE, Lustre, Ceph, AFS …: SQLite's locks or its WAL's shared memory fail there). */
bool inbox_place_ok(const char *url, const char *dir, struct err *e);

#endif
