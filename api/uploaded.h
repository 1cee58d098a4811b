/* Which certificate of a server was uploaded to a PSP, between runs: one file a hook, tied to the API's address. */
#ifndef API_UPLOADED_H
#define API_UPLOADED_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/settings.h"
#include "lib/err.h"

struct uploaded {
	char sha256[65];	/* of the DER form */
	char form[32];		/* a name of cert_forms[] */
	int64_t until;		/* its notAfter, seconds since 1970 */
	int64_t at;		/* of the upload, milliseconds since 1970 */
};

/*
 * The last upload for the hook to the API that it has now. *known false: none is remembered (or the file is broken, or not ours
 * alone, which counts as none). ERR_STORE: the folder `.pixgate-certs` beside the inbox cannot be used. Makes nothing.
 */
bool uploaded_read(const struct settings *s, const struct hook *h, struct uploaded *u, bool *known, struct err *e);

bool uploaded_write(const struct settings *s, const struct hook *h, const struct uploaded *u, struct err *e);	/* ERR_STORE */

/* After an upload of which nobody knows how it ended. */
bool uploaded_forget(const struct settings *s, const struct hook *h, struct err *e);

#endif
