/* What the verbs of `pixgate webhook` have in common: one hook, its PSP's API, and what is registered there. */
#ifndef CLI_WEBHOOK_H
#define CLI_WEBHOOK_H

#include "api/api.h"
#include "cli/out.h"
#include "cli/verb.h"
#include "conf/settings.h"

struct webhook {
	const struct common *common;
	struct settings *settings;
	const struct hook *hook;
	struct api *api;
	struct buf url;		/* to register, secret included; wiped by webhook_end */
	bool per_key;		/* one URL a key, as in the BCB API; else one list for the account (BS2) */
	int status;		/* the worst that was met: 0, 1 or 5 */
	bool stop;		/* the PSP refused in a way that holds for every key */
};

/* The settings, the hook, its URL (only where it is wanted) and the API. webhook_end in any case. ERR_CONFIG where the PSP has no such call. */
bool webhook_start(struct webhook *w, const struct common *c, const char *hook, const char *call, bool url, struct err *e);
void webhook_end(struct webhook *w);

/* One thing that has a URL: a Pix key, or with rec and cobr an account's Pix Automático. */
struct target {
	const char *what;	/* "key", "rec", "cobr"; the name in JSON */
	const char *key;	/* NULL: the account's */
	const char *get, *set, *del;	/* calls */
	char label[120];	/* "key 5b1c3a2e-…", "webhookrec" */
};

/* The hook's keys, or that one, then what was asked for besides. The caller frees *list. */
bool webhook_targets(const struct webhook *w, const char *key, bool rec, bool cobr, struct target **list, size_t *count, struct err *e);

/* Where one of --key, --rec and --cobr was given and the PSP knows none of them. */
bool webhook_not_per_key(const struct webhook *w, struct err *e);

/* What the PSP has for a target; all "" where nothing is registered. */
struct registered {
	char *url, *since;	/* owned; the URL may hold a secret */
};

/* false: *e is set, or (handled) the PSP refused and that was said already, w->status with it. */
bool webhook_read(struct webhook *w, const struct target *t, struct registered *r, struct err *e);
void registered_free(struct registered *r);	/* wipes; safe on a zeroed struct */

/*
 * What to do about a call that failed. ERR_REFUSED is told at once on standard error, the PSP's words first, then what they mean
 * and what to do; *e is emptied and w->status is 5. Other errors stay in *e. Returns false.
 */
bool webhook_failed(struct webhook *w, const char *label, const struct api_answer *a, struct err *e);

/* --dry-run: the exact request, secrets masked. */
bool webhook_show(struct webhook *w, const char *call, const struct api_value *values, struct err *e);

/* Runs a list of actions, one a target, on after a refusal that concerns the target alone. */
typedef bool target_fn(struct webhook *w, const struct target *t, void *arg, struct err *e);
bool webhook_each(struct webhook *w, const struct target *list, size_t count, target_fn *fn, void *arg, struct err *e);

/* ---- texts that may be shown (webhook_mask.c; pure) */

/* The URL with every value of its query and a password as "***", and fit for a terminal; "" stays "". The caller frees. */
char *url_masked(const char *url);

/* "this hook's URL", "this hook's URL with another secret", "another URL", or "nothing" where theirs is "". */
const char *url_whose(const char *ours, const char *theirs);

/* Replaces each occurrence of our URL's secret in a text that somebody else wrote. */
void text_hide_secret(char *text, const char *url);
void text_hide(char *text, const char *secret);	/* that one; of fewer than 3 bytes it hides nothing */

/* Whether a refusal says that nothing is registered. */
bool says_nothing_there(long status, const char *name);

/* Whether another target would be refused for the same reason. */
bool concerns_all(long status);

#endif
