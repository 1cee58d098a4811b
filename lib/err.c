#include "lib/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const int statuses[ERR_CODES] = {
	[ERR_NONE]      = 0,
	[ERR_USAGE]     = 2,
	[ERR_CONFIG]    = 2,
	[ERR_INPUT]     = 2,
	[ERR_STORE]     = 3,
	[ERR_NOT_FOUND] = 1,
	[ERR_NET]       = 4,
	[ERR_REFUSED]   = 5,
};

bool fail(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return false;
	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	return false;
}

bool fail_in(struct err *e, const char *fmt, ...)
{
	char was[sizeof e->text];
	va_list ap;
	int n;

	if (!e)
		return false;
	memcpy(was, e->text, sizeof was);
	va_start(ap, fmt);
	n = vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof e->text)
		snprintf(e->text + n, sizeof e->text - (size_t)n, ": %s", was);
	return false;
}

int err_exit(enum err_code code)
{
	return (unsigned)code < ERR_CODES ? statuses[code] : statuses[ERR_STORE];
}
