/* `pixgate deliver`: hands events to the merchant's application. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/out.h"
#include "cli/start.h"
#include "cli/stop.h"
#include "deliver/deliver.h"
#include "lib/log.h"
#include "lib/when.h"

enum { ONCE, HOOK, WORKERS, RESUME };

static const struct opt options[] = {
	[ONCE]    = { "--once", NULL, "ends when nothing is due now, and prints how it went", 0 },
	[HOOK]    = { "--hook", "NAME", "the events of that hook alone", 0 },
	[WORKERS] = { "--workers", "N", "so many at a time, 1 to 64; 4 unless set", 0 },
	[RESUME]  = { "--resume", NULL, "first ends the pauses, and the stops of sinks that answered 410 Gone", 0 },
	{ 0 }
};

/* Cron mails whatever is said; and of what never began there is no sum. */
static bool worth_a_word(const struct delivered *did, const struct common *c, const struct err *e)
{
	return c->json || did->again || did->dead || (!c->quiet && (did->done || !e->code));
}

static void say(const struct delivered *did, bool json)
{
	struct buf b = BUF(OUT_MAX);

	if (json) {
		json_open(&b, NULL, '{');
		json_int(&b, "delivered", did->done);
		json_int(&b, "again", did->again);
		json_int(&b, "dead", did->dead);
		json_int(&b, "waiting", did->waiting);
		json_close(&b, '}');
	} else {
		buf_putf(&b, "%" PRId64 " delivered, %" PRId64 " failed and to be tried again, %" PRId64 " given up; %" PRId64 " waiting", did->done,
			 did->again, did->dead, did->waiting);
	}
	out_line(&b);
	buf_free(&b);
}

/* A terminal that goes away sends the same signal as who wants the configuration read again. */
static bool on_a_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/*
 * The settings are read again, and the inbox opened where they say another one. false, and nothing has changed, where they are wrong.
 * *was: those that were in use; the caller frees.
 */
static bool reload(struct started *st, const struct common *c, const char *hook, struct settings **was, struct err *e)
{
	struct settings *fresh = start_settings(c, e);
	struct inbox *box = NULL;

	if (!fresh)
		return false;
	if ((hook && !start_hook(fresh, hook, e)) ||
	    (strcmp(fresh->inbox, st->settings->inbox) && !inbox_open(&box, fresh->inbox, fresh->dir, INBOX_DELIVER, e))) {
		settings_free(fresh);
		return false;
	}
	if (box) {
		inbox_close(st->box);
		st->box = box;
	}
	*was = st->settings;
	st->settings = fresh;
	return true;
}

/* Back to the settings that worked, and to their inbox. */
static bool fall_back(struct started *st, struct settings **was, struct err *e)
{
	struct settings *bad = st->settings;
	bool same = !strcmp(bad->inbox, (*was)->inbox);

	log_line("deliver: error configuration why=\"%s\": what was read before stays in use", e->text);
	e->code = ERR_NONE;
	st->settings = *was;
	*was = NULL;
	settings_free(bad);
	if (same)
		return true;
	inbox_close(st->box);
	st->box = NULL;
	return inbox_open(&st->box, st->settings->inbox, st->settings->dir, INBOX_DELIVER, e);
}

/* Until a signal ends it; the signal, or 0 where it ended by itself. */
static int serve(struct started *st, struct deliver *d, const struct common *c, struct delivered *did, struct err *e)
{
	bool hangs_up = d->once || on_a_terminal();
	struct settings *was = NULL;
	int number;

	for (;;) {
		d->settings = st->settings;
		if (!deliver_run(d, did, e)) {
			if (e->code != ERR_CONFIG || !was || !fall_back(st, &was, e))
				break;
			continue;
		}
		number = stop_take();
		if (number != SIGHUP || hangs_up) {
			settings_free(was);
			return number;
		}
		settings_free(was);
		was = NULL;
		d->resume = false;
		if (reload(st, c, d->hook, &was, e)) {
			log_line("deliver: configuration read again");
		} else {
			log_line("deliver: error configuration why=\"%s\": what was read before stays in use", e->text);
			e->code = ERR_NONE;
		}
	}
	settings_free(was);
	return 0;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	long long workers = DELIVER_WORKERS;
	struct started st = { 0 };
	struct delivered did = { 0 };
	struct deliver d = { .box = &st.box, .hook = a->value[HOOK], .once = a->value[ONCE], .resume = a->value[RESUME], .quiet = c->quiet,
		.now = when_now, .stop = &stopped };
	int number;

	if (a->value[WORKERS] && !args_number("--workers", a->value[WORKERS], 1, &workers, e))
		return 2;
	if (workers > DELIVER_WORKERS_MAX)
		return fail(e, ERR_USAGE, "--workers %lld: at most %d", workers, DELIVER_WORKERS_MAX);
	d.workers = (int)workers;
	if (!start_inbox(&st, c, INBOX_DELIVER, e) || (d.hook && !start_hook(st.settings, d.hook, e)))
		goto out;
	stop_catch();
	number = serve(&st, &d, c, &did, e);
	stop_release();
	if (d.once && worth_a_word(&did, c, e))
		say(&did, c->json);
	end_inbox(&st);
	if (d.once)
		return number ? 128 + number : did.again || did.dead ? 1 : 0;
	/* a service that is stopped has done what it should */
	return number == SIGHUP ? 128 + number : 0;
out:
	end_inbox(&st);
	return 0;
}

const struct verb verb_deliver = {
	.name = "deliver",
	.synopsis = "[OPTION …]",
	.summary = "hands events to the merchant's application",
	.help = "Hands each event to the sinks of its hook (sinks in pixgate.conf), at least once, in order for each payment, and tries again\n"
		"what failed: after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h. Runs until SIGTERM or SIGINT; SIGHUP reads the configuration\n"
		"again. With --once, for cron, exit status 1 says that something failed; -q logs and prints only what went wrong.",
	.options = options,
	.run = run,
};
