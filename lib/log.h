/* One line an event on standard error: "gate: warning hook=loja reason=…". Only programs log, helpers return errors. */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes one line of at most LIMIT_LOG_LINE bytes with one write(2). Control bytes and line breaks become '?'. */
void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* As log_line, of text that is plain already (names and numbers of our own): one line, without its break. */
void log_text(const char *text, size_t len);

/* From hold to release lines are gathered, and written together: a turn of the gate costs one write(2). Lines beyond
 * what is gathered at a time (16 KiB) are written at once, in order. */
void log_hold(void);
void log_release(void);

/*
 * A brake on what strangers can make us write: `burst` lines at once, then one each `every_ms`. log_allow says whether
 * the next line may be written; *left_out receives the number held back since the last one that was allowed.
 */
struct log_brake {
	unsigned burst, every_ms;
	unsigned spent, held;
	int64_t since_ms;
};

bool log_allow(struct log_brake *brake, int64_t now_ms, unsigned *left_out);

#endif
