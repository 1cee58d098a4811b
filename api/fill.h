/* Placeholders of a profile's calls become text. */
#ifndef API_FILL_H
#define API_FILL_H

#include <stdbool.h>

#include "api/api.h"

enum fill_form {
	FILL_PATH,	/* percent-encoded; empty, "." and ".." would be another path and are refused */
	FILL_JSON,	/* quoted; a raw value must be JSON and goes in as it is */
	FILL_HEADER,	/* as it is, without control bytes */
	FILL_PART,	/* as it is */
};

/*
 * Adds the pattern to out, each {name} as its value. What stands between < and > (they may nest) is left out where a value in
 * it is not given. masked: secret values, and what follows hmac= in others, are "***". values may be NULL. ERR_USAGE: a
 * value that is not given or does not fit; out is as it was then.
 */
bool fill(struct buf *out, const char *pattern, const struct api_value *values, enum fill_form form, bool masked, struct err *e);

#endif
