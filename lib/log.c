#include "lib/log.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/limits.h"
#include "lib/text.h"

/* each thread's own: the emulator has many, and a line must be whole */
static _Thread_local char gathered[16 * 1024];
static _Thread_local size_t gathered_len;
static _Thread_local bool holding;

static void put(const char *bytes, size_t len)
{
	int was = errno;

	while (len && write(STDERR_FILENO, bytes, len) < 0 && errno == EINTR)
		;
	errno = was;
}

void log_hold(void)
{
	holding = true;
}

void log_release(void)
{
	put(gathered, gathered_len);
	gathered_len = 0;
	holding = false;
}

void log_text(const char *text, size_t len)
{
	bool more = holding;

	if (len >= LIMIT_LOG_LINE)
		len = LIMIT_LOG_LINE - 1;
	if (gathered_len + len + 1 > sizeof gathered)
		log_release();
	memcpy(gathered + gathered_len, text, len);
	gathered_len += len;
	gathered[gathered_len++] = '\n';
	if (!more)
		log_release();
	holding = more;
}

void log_line(const char *fmt, ...)
{
	char line[LIMIT_LOG_LINE + 1];
	int n;
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	n = vsnprintf(line, LIMIT_LOG_LINE, fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	len = (size_t)n;
	if (len >= LIMIT_LOG_LINE) {
		len = LIMIT_LOG_LINE - 1;
		/* not through the middle of a character */
		for (int back = 0; back < 3 && !text_utf8(line, len); back++)
			len--;
	}
	text_tame(line, len);
	log_text(line, len);
}

bool log_allow(struct log_brake *brake, int64_t now_ms, unsigned *left_out)
{
	unsigned burst = brake->burst ? brake->burst : 1;
	bool allow;

	/* a clock that was set back must not hold the log until it has caught up */
	if (!brake->spent || now_ms < brake->since_ms)
		brake->since_ms = now_ms;
	if (!brake->every_ms) {
		brake->spent = 0;
	} else {
		int64_t back = (now_ms - brake->since_ms) / brake->every_ms;

		if (back >= brake->spent) {
			brake->spent = 0;
			brake->since_ms = now_ms;
		} else {
			brake->spent -= (unsigned)back;
			brake->since_ms += back * brake->every_ms;
		}
	}
	allow = brake->spent < burst;
	*left_out = brake->held;
	if (allow) {
		brake->spent++;
		brake->held = 0;
	} else if (brake->held < UINT_MAX) {
		*left_out = ++brake->held;
	}
	return allow;
}
