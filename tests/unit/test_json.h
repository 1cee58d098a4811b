/* Texts that must be read, and texts that must be refused. */
#ifndef TESTS_UNIT_TEST_JSON_H
#define TESTS_UNIT_TEST_JSON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"	/* before cmocka, whose fail() is a macro */
#include "lib/limits.h"

#include <cmocka.h>

/* Parses bytes that end at the end of their memory, so that a read behind them is seen. */
static inline struct json *parse(const char *text, size_t len, bool fold_case, struct err *e)
{
	char *exact = malloc(len ? len : 1);
	struct json *doc;

	memcpy(exact, text, len);
	doc = json_parse(exact, len, fold_case, e);
	free(exact);
	return doc;
}

static inline struct json *good(const char *text)
{
	struct err e = { 0 };
	struct json *doc = parse(text, strlen(text), false, &e);

	if (!doc)
		fail_msg("%s: %s", text, e.text);
	return doc;
}

static inline void refused(const char *text, size_t len, const char *why)
{
	struct err e = { 0 };

	if (parse(text, len, false, &e))
		fail_msg("taken: %s", text);
	assert_int_equal(e.code, ERR_INPUT);
	if (why)
		assert_string_equal(e.text, why);
}

#endif
