/* multipart/form-data (RFC 7578) as far as an upload of one file needs it. */
#ifndef EMUL_MULTIPART_H
#define EMUL_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

/* One part; data points into the body. file: its file name as sent, quotes and backslashes undone; "" where it has none. */
struct part {
	const char *data;
	size_t len;
	char file[256];
};

/*
 * The part of that name. type: the request's Content-Type, NULL: it had none. false: not multipart/form-data, no boundary, not closed,
 * no such part or two of them, a header longer than 1 KiB.
 */
bool multipart_part(const char *type, const char *body, size_t len, const char *name, struct part *out);

#endif
