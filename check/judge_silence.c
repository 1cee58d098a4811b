/* Opinions on a PSP that says nothing: whether it had anything to say, and what mostly is the matter. Pure. */
#include "check/silence.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/when.h"

enum { SEEN = 4096, NAMED = 3 };

#define ROW(id_, what_, why_, fix_) { .id = id_, .what = what_, .why = why_, .fix = fix_ }
const struct check silence_checks[] = {
	ROW("silence.asked", "the PSP's API says what was received",
	    "A webhook that is silent is no sign of anything as long as nobody knows whether money came.",
	    "Set the API's credentials for the hook (client_id, client_secret, api_cert), with leave to read Pix (pix.read)."),
	ROW("silence.heard", "what was received, the PSP's own call told of",
	    "Money came, and the webhook told of none of it: customers have paid and nobody here knows. It does not mend itself, and what was missed is not sent again.",
	    "pixgate webhook get HOOK shows whether this URL is still registered, pixgate check HOOK what is wrong with it; pixgate reconcile HOOK --fix stores what was missed."),
	ROW("silence.some", "the PSP's own call told of every receipt",
	    "Some calls arrive and some do not: a server that is down at times, one of two addresses that is wrong, a firewall that refuses what looks odd to it.",
	    "Look into the web server's and the gate's log at the time of those that are missing; pixgate check HOOK tries every address. pixgate reconcile HOOK --fix stores what was missed."),
	ROW("silence.txid", "receipts without a txid are told of too",
	    "Money sent to the key, or by a static QR code, has no txid, and PSPs announce it only where they were asked to.",
	    "At Efí set notificar.pixSemTxid for the key (PUT /v2/gn/config). At BS2 register with somenteComTxId false: pixgate webhook set HOOK. Else let pixgate reconcile HOOK --fix run "
	    "every few minutes."),
	{ .id = NULL }
};

/* What mostly is the matter, in the order in which it should be looked at; HOOK is the hook's name. */
static const struct {
	const char *psp, *causes;
} causes[] = {
	{ "efi",
	  "pixgate webhook get HOOK: is this URL still the one that is registered for the key, in this environment?\n"
	  "pixgate check HOOK: the certificate, the firewall, who is let in, and how it answers.\n"
	  "A firewall, CDN or security plugin may refuse Efí's calls: let 34.193.116.226 in, and look into its log and the web server's.\n"
	  "Money sent to the key, or by a static QR code, has no txid: Efí announces it only with notificar.pixSemTxid (PUT /v2/gn/config).\n" },
	{ "bs2",
	  "pixgate cert push HOOK: was the server's certificate renewed? BS2 trusts the one that was uploaded, and stops at any other.\n"
	  "pixgate webhook get HOOK: is this URL still registered for Recebimento, with somenteComTxId false, and for this account (contaNumero)?\n"
	  "pixgate check HOOK: TLS 1.2, the firewall, who is let in, and an answer within a second.\n"
	  "BS2 may be under maintenance: it says so at Status in its developers' pages, and gives up after some tries.\n" },
	{ NULL,
	  "pixgate webhook get HOOK: is this URL still the one that is registered?\n"
	  "pixgate check HOOK: the certificate, the firewall, who is let in, and how it answers.\n" },
};

static void put_hook(const char *text, const char *hook, struct buf *out)
{
	for (const char *at; (at = strstr(text, "HOOK")); text = at + strlen("HOOK")) {
		buf_add(out, text, (size_t)(at - text));
		buf_puts(out, hook);
	}
	buf_puts(out, text);
}

static void put_money(struct buf *out, int64_t cents)
{
	buf_putf(out, "R$ %" PRId64 ",%02" PRId64, cents / 100, cents % 100);
}

static void put_time(struct buf *out, int64_t ms)
{
	char text[WHEN_TEXT];

	when_format(ms, text);
	buf_puts(out, text);
}

static void put_count(struct buf *out, int64_t n)
{
	buf_putf(out, "%" PRId64 " Pix", n);
}

/* ": E1, E2, E3 and 9 more" */
static void put_e2eids(const struct silence_seen *s, struct buf *out)
{
	size_t shown = s->listed < NAMED ? s->listed : NAMED;
	int64_t more = s->paid - s->heard - (int64_t)shown;

	for (size_t i = 0; i < shown; i++)
		buf_putf(out, "%s%s", i ? ", " : ": ", s->e2eid[i]);
	if (shown && more > 0)
		buf_putf(out, " and %" PRId64 " more", more);
}

static void put_filled(const struct silence_seen *s, struct buf *out)
{
	if (s->filled)
		buf_putf(out, "; pixgate reconcile found %" PRId64 " of them", s->filled);
}

static bool judge_asked(const struct silence_seen *s, enum severity *severity, struct buf *seen, struct buf *fix)
{
	(void)fix;
	if (!s->asked) {
		*severity = SEVERITY_WARN;	/* an alarm that cannot ring is not well */
		return buf_puts(seen, s->why);
	}
	put_count(seen, s->paid);
	buf_puts(seen, " from ");
	put_time(seen, s->since_ms);
	buf_puts(seen, " to ");
	put_time(seen, s->until_ms);
	if (!s->whole) {
		*severity = SEVERITY_NOTE;
		buf_putf(seen, ", and perhaps more: %s", s->unwhole);
		buf_puts(fix, "Nothing: what was told was looked at.");
	}
	return true;
}

static bool judge_heard(const struct silence_seen *s, enum severity *severity, struct buf *seen, struct buf *fix)
{
	size_t i = 0;

	if (!s->asked)
		return false;
	if (!s->paid)
		return buf_puts(seen, "nothing was received");
	if (s->heard) {
		put_count(seen, s->heard);
		return buf_putf(seen, " of %" PRId64, s->paid);
	}
	*severity = SEVERITY_FAIL;
	put_count(seen, s->paid);
	buf_puts(seen, ", ");
	put_money(seen, s->cents);
	buf_puts(seen, s->paid > 1 ? " in all, were received, and its own call told of none" : ", was received, and its own call did not tell of it");
	put_filled(s, seen);
	buf_puts(seen, s->last_ms ? "; the last that it told of anything was at " : "; it has never told of anything");
	if (s->last_ms)
		put_time(seen, s->last_ms);
	put_e2eids(s, seen);
	if (s->bare == s->paid)
		put_hook("None of them has a txid: it may be that alone (silence.txid in pixgate-check(1)).\n", s->hook, fix);
	while (causes[i].psp && strcmp(causes[i].psp, s->psp->name) != 0)
		i++;
	put_hook(causes[i].causes, s->hook, fix);
	put_hook("pixgate reconcile HOOK --fix stores what was missed, whatever it was.", s->hook, fix);
	return true;
}

/* All that has a txid was told of, and nothing that has none. */
static bool bare_alone(const struct silence_seen *s)
{
	return s->heard == s->paid - s->bare && !s->bare_heard;
}

static bool judge_some(const struct silence_seen *s, enum severity *severity, struct buf *seen, struct buf *fix)
{
	if (!s->heard || s->heard == s->paid || bare_alone(s))
		return false;
	*severity = SEVERITY_WARN;
	put_count(seen, s->paid - s->heard);
	buf_putf(seen, " of %" PRId64 " its own call did not tell of", s->paid);
	put_filled(s, seen);
	put_e2eids(s, seen);
	put_hook(silence_checks[2].fix, s->hook, fix);
	return true;
}

static bool judge_txid(const struct silence_seen *s, enum severity *severity, struct buf *seen, struct buf *fix)
{
	if (!s->bare || !s->heard)
		return false;
	if (!bare_alone(s)) {
		buf_putf(seen, "%" PRId64 " of %" PRId64, s->bare_heard, s->bare);
		return s->bare_heard;
	}
	*severity = SEVERITY_WARN;
	buf_puts(seen, "none of ");
	put_count(seen, s->bare);
	buf_puts(seen, " without a txid, and each of the others");
	put_filled(s, seen);
	put_e2eids(s, seen);
	put_hook(silence_checks[3].fix, s->hook, fix);
	return true;
}

typedef bool silence_judge_fn(const struct silence_seen *s, enum severity *severity, struct buf *seen, struct buf *fix);
static silence_judge_fn *const judges[] = { judge_asked, judge_heard, judge_some, judge_txid };

static void add(struct findings *f, const struct check *c, enum severity severity, const struct buf *seen, const struct buf *fix, const struct silence_seen *s)
{
	struct finding x = { .check = c, .severity = severity, .seen = xstrdup(buf_str(seen)), .fix = xstrdup(fix->len ? buf_str(fix) : c->fix) };

	if (severity >= SEVERITY_WARN && s->listed) {
		x.e2eid = xcalloc(s->listed, sizeof *x.e2eid);
		for (; x.e2eids < s->listed; x.e2eids++)
			x.e2eid[x.e2eids] = xstrdup(s->e2eid[x.e2eids]);
	}
	f->item = xrealloc(f->item, (f->count + 1) * sizeof *f->item);
	f->item[f->count++] = x;
}

void silence_judge(const struct silence_seen *s, struct findings *f)
{
	_Static_assert(sizeof judges / sizeof *judges == sizeof silence_checks / sizeof *silence_checks - 1, "a judge a row");

	*f = (struct findings){ .about = "silence", .hook = s->hook };
	for (size_t i = 0; silence_checks[i].id; i++) {
		struct buf seen = BUF(SEEN), fix = BUF(SEEN);
		enum severity severity = SEVERITY_OK;

		if (judges[i](s, &severity, &seen, &fix))
			add(f, &silence_checks[i], severity, &seen, &fix, s);
		buf_free(&seen);
		buf_free(&fix);
	}
}
