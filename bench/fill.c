/*
 * fill FOLDER HOOK COUNT - puts COUNT notifications into FOLDER/inbox.db through the inbox's own interface, many in a
 * transaction, so that a measurement against a large inbox need not wait for as many commits. They look as if they had
 * come in over the last year.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/notice.h"
#include "inbox/inbox.h"
#include "pix/psp.h"

enum { BATCH = 4000, YEAR = 365 * 86400 };

static bool put(struct inbox *box, const char *hook, uint64_t serial, time_t when, struct err *e)
{
	const struct psp *psp = psp_find("efi");
	struct pix_batch batch = {0};
	struct inbox_put done = {0};
	char body[NOTICE_MAX];
	size_t len = notice_write(body, serial, when, false);
	struct inbox_note note = { .hook = hook, .psp = psp->name, .event = "", .received_ms = (int64_t)when * 1000, .body = body, .body_len = len, .why = "" };
	bool ok;

	pix_parse(psp, "", body, len, &batch);
	note.events = batch.events;
	note.count = batch.count;
	ok = batch.count == 1 && !batch.unread;
	if (!ok)
		fail(e, ERR_INPUT, "the benchmark's own body is not understood: %s", batch.why);
	else
		ok = box->ops->put(box, &note, &done, e);
	pix_batch_free(&batch);
	if (ok && done.fresh != 1)
		return fail(e, ERR_INPUT, "a notification was stored before");
	return ok;
}

int main(int argc, char **argv)
{
	struct inbox *box = NULL;
	struct err e = {0};
	uint64_t first = notice_first();
	long count = argc == 4 ? atol(argv[3]) : 0;
	time_t now = time(NULL);
	bool ok;

	if (count < 1)
		return fputs("usage: fill FOLDER HOOK COUNT\n", stderr), 2;
	ok = inbox_open(&box, "sqlite:inbox.db", argv[1], INBOX_SERVE, &e);
	for (long i = 0; ok && i < count; i++) {
		if (i % BATCH == 0)
			ok = box->ops->begin(box, &e);
		ok = ok && put(box, argv[2], first + (uint64_t)i, now - YEAR + (time_t)((double)YEAR * (double)i / (double)count), &e);
		if (ok && (i % BATCH == BATCH - 1 || i == count - 1)) {
			ok = box->ops->commit(box, &e);
			box->ops->tidy(box, true);
		}
	}
	inbox_close(box);
	if (!ok)
		fprintf(stderr, "fill: %s\n", e.text);
	return ok ? 0 : 3;
}
