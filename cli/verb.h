/* The verbs of `pixgate`. A new one is a file verb_NAME.c and a row in verbs.c. */
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/opt.h"
#include "lib/err.h"

/* What stands before or after the verb and holds for all of them. */
struct common {
	const char *conf;	/* --conf FILE, NULL: found by settings_find */
	bool json, quiet;	/* --json, -q */
	int verbose;		/* -v, counted */
	int64_t now_ms;		/* when the program was started */
};

struct verb {
	const char *name, *synopsis;	/* "list", "[OPTION …]" */
	const char *summary;		/* one line for `pixgate help` */
	const char *help;		/* the rest, for `pixgate help VERB` */
	const struct opt *options;	/* its own: parsing, help, completion and the manual's test read it; NULL: none */
	int least, most;		/* operands; most -1: any number */
	const struct verb *const *subs;	/* `inbox` has `list` …; NULL-ended, or NULL; then run is NULL */
	/* Returns an exit status; where *e is set, the caller prints it and the status is what its code means. */
	int (*run)(const struct common *, const struct args *, struct err *e);
};

extern const struct verb *const verbs[];	/* NULL-ended */
extern const struct opt common_options[];	/* hold for every verb */
enum { COMMON_CONF, COMMON_JSON, COMMON_QUIET, COMMON_VERBOSE, COMMON_HELP, COMMON_VERSION };

/* The verb of `list` with that name; otherwise ERR_USAGE with the nearest one. `of` is "" or the verb it belongs to. */
const struct verb *verb_find(const struct verb *const *list, const char *of, const char *name, struct err *e);

/* `pixgate help` (v NULL), or all that is known of one verb. `of` is "" or the verb that v belongs to. */
void help_all(void);
void help_verb(const struct verb *v, const char *of);

/* One whole command line, argv[0] included: the program but for the clock. Returns the exit status; flushes stdout. */
int pixgate(int argc, char **argv, int64_t now_ms);

extern const struct verb verb_init, verb_conf, verb_url, verb_inbox, verb_deliver, verb_gen, verb_chain, verb_check, verb_psp, verb_help;
extern const struct verb inbox_list, inbox_show, inbox_stats, inbox_replay, inbox_unread, inbox_export, inbox_purge, inbox_anonymise, inbox_abandon;
extern const struct verb chain_fetch, chain_show;
extern const struct verb verb_webhook, webhook_set, webhook_get, webhook_list, webhook_delete, webhook_resend;
extern const struct verb verb_cert, cert_push, cert_status;
extern const struct verb verb_reconcile;
extern const struct verb verb_emul, emul_pki, emul_shop, emul_serve, emul_pay, emul_notify, emul_charge, emul_refund, emul_fault, emul_event;

#endif
