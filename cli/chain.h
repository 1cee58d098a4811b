/* What `pixgate chain fetch` and `chain show` have in common, and what fetch is to do. */
#ifndef CLI_CHAIN_H
#define CLI_CHAIN_H

#include "cli/newfile.h"
#include "cli/out.h"
#include "cli/verb.h"
#include "conf/settings.h"
#include "lib/certs.h"

/* The environments whose profile names this certificate, as "efi production, efi sandbox", added to b. */
void chain_known(const struct cert *c, struct buf *b);

/* What it is for, added to b: "root CA", "intermediate CA that signs client certificates", "client certificate" … */
void chain_purpose(const struct cert *c, struct buf *b);

/* A name to show: the common name, where there is one that is fit for a terminal; else the subject. */
const char *chain_name(const struct cert *c);

#define DAY_TEXT 11
void day_text(int64_t seconds, char out[DAY_TEXT]);	/* "2033-05-22" (UTC) */

/* The command line of chain fetch; NULL: not given. */
struct chain_request {
	const char *hook, *psp, *environment, *output, *url;
};

/* One environment's chain, and where it goes. */
struct chain {
	const struct psp *psp;
	const struct psp_env *env;
	const char *url;
	char *file;		/* owned, as what follows */
	char *dir, *name;	/* of what is written: file, or what it is a link to */
	struct cert_list list;	/* as fetched, sorted by certs_chain */
	struct buf text;	/* the file's bytes to be */
	struct newfile out;
	bool known, changed, written;
	bool foreign;		/* holds a certificate that is another environment's, and not of this one */
};

#define CHAINS 8	/* environments of one PSP */

struct chain_job {
	struct settings *settings;
	struct chain chain[CHAINS];
	size_t count;
};

/* What to fetch and where it goes: by the hook, by the configuration's only one, or by PSP and environment. Looks at what
 * is in the way, writes nothing. chain_job_free in any case. */
bool chain_plan(struct chain_job *j, const struct common *c, const struct chain_request *r, struct err *e);
void chain_job_free(struct chain_job *j);

#endif
