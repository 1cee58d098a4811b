#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cli/annotate.h"
#include "cli/event.h"
#include "cli/start.h"
#include "lib/json.h"
#include "lib/when.h"

#include <cmocka.h>

static struct inbox_row row(void)
{
	struct inbox_row r = {
		.id = 7, .note = 3, .hook = "loja", .psp = "efi", .received_ms = 1795262400123, .delivery = "pending", .source = "webhook",
		.event = { .kind = PIX_RECEIVED, .has_cents = true, .cents = 1, .has_at = true, .at_ms = 1795262400000 }
	};

	strcpy(r.event.e2eid, "E00000000202611211200aaaaaaaaaaa");
	strcpy(r.event.txid, "pedido0007");
	strcpy(r.event.key, "chave@example.com");
	return r;
}

static void an_event_has_the_contracts_members_in_their_order(void **state)
{
	struct inbox_row r = row();
	struct buf b = BUF(OUT_MAX);

	(void)state;
	json_open(&b, NULL, '{');
	event_members(&b, &r);
	json_close(&b, '}');
	assert_string_equal(buf_str(&b),
		"{\"id\":7,\"hook\":\"loja\",\"psp\":\"efi\",\"kind\":\"received\",\"e2eid\":\"E00000000202611211200aaaaaaaaaaa\","
		"\"txid\":\"pedido0007\",\"key\":\"chave@example.com\",\"ref\":\"\",\"status\":\"\",\"amount_cents\":1,"
		"\"at\":\"2026-11-21T12:00:00.000Z\",\"received_at\":\"2026-11-21T12:00:00.123Z\",\"foreign\":false,"
		"\"delivery\":\"pending\",\"note\":3,\"test\":false,\"source\":\"webhook\"}");
	buf_free(&b);
}

static void an_absent_amount_and_time_are_null(void **state)
{
	struct inbox_row r = row();
	struct buf b = BUF(OUT_MAX);

	(void)state;
	r.event.has_cents = r.event.has_at = false;
	json_open(&b, NULL, '{');
	event_members(&b, &r);
	json_close(&b, '}');
	assert_non_null(strstr(buf_str(&b), "\"amount_cents\":null,\"at\":null,"));
	buf_free(&b);
}

static void cells_are_for_people(void **state)
{
	struct inbox_row r = row();
	struct event_cells cells;

	(void)state;
	r.event.cents = 123456789;
	r.event.foreign = true;
	r.event.txid[0] = '\0';
	event_cells(&cells, &r);
	assert_string_equal(cells.text[0], "7");
	assert_string_equal(cells.text[1], "2026-11-21T12:00:00Z");
	assert_string_equal(cells.text[4], "1234567,89");
	assert_null(cells.text[6]);
	assert_string_equal(cells.text[8], "pending");
	assert_string_equal(cells.text[9], "foreign");
}

static void objects_and_lists_nest(void **state)
{
	struct buf b = BUF(1000);

	(void)state;
	json_open(&b, NULL, '{');
	json_open(&b, "a", '[');
	json_str(&b, NULL, "x\"y");
	json_str(&b, NULL, NULL);
	json_close(&b, ']');
	json_flag(&b, "b", true);
	json_close(&b, '}');
	buf_puts(&b, "\n");
	json_open(&b, NULL, '{');
	json_int(&b, "n", INT64_MIN);
	json_close(&b, '}');
	assert_string_equal(buf_str(&b), "{\"a\":[\"x\\\"y\",null],\"b\":true}\n{\"n\":-9223372036854775808}");
	buf_free(&b);
}

/* RFC 4648 §10 */
static void base64_has_the_vectors_of_its_standard(void **state)
{
	static const char *const vectors[][2] = {
		{ "", "\"\"" }, { "f", "\"Zg==\"" }, { "fo", "\"Zm8=\"" }, { "foo", "\"Zm9v\"" }, { "foob", "\"Zm9vYg==\"" },
		{ "fooba", "\"Zm9vYmE=\"" }, { "foobar", "\"Zm9vYmFy\"" }
	};

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		struct buf b = BUF(100);

		json_base64(&b, NULL, vectors[i][0], strlen(vectors[i][0]));
		assert_string_equal(buf_str(&b), vectors[i][1]);
		buf_free(&b);
	}
}

static void base64_takes_all_bytes(void **state)
{
	struct buf b = BUF(100);

	(void)state;
	json_base64(&b, NULL, "\xff\xfe\x00", 3);
	assert_string_equal(buf_str(&b), "\"//4A\"");
	buf_free(&b);
}

static void a_body_that_is_no_utf8_comes_as_base64_too(void **state)
{
	struct buf b = BUF(1000);

	(void)state;
	json_open(&b, NULL, '{');
	body_members(&b, "a\xff", 2);
	json_close(&b, '}');
	assert_string_equal(buf_str(&b), "{\"body\":\"a\xef\xbf\xbd\",\"body_base64\":\"Yf8=\"}");
	buf_reset(&b);
	body_members(&b, "\xc3\xa9", 2);
	assert_string_equal(buf_str(&b), "\"body\":\"\xc3\xa9\"");
	buf_free(&b);
}

static void amounts_have_a_comma_and_two_places(void **state)
{
	static const struct {
		int64_t cents;
		const char *text;
	} rows[] = { { 0, "0,00" }, { 5, "0,05" }, { 1234, "12,34" }, { -1, "-0,01" }, { INT64_MIN, "-92233720368547758,08" }, { INT64_MAX, "92233720368547758,07" } };
	char text[AMOUNT_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		amount_text(rows[i].cents, text);
		assert_string_equal(text, rows[i].text);
	}
}

#define NOW 1795262400000	/* 2026-11-21T12:00:00Z */

static int64_t since(const char *text)
{
	struct err e = { 0 };
	int64_t ms;

	if (!read_since(text, NOW, &ms, &e)) {
		assert_int_equal(e.code, ERR_USAGE);
		return -1;
	}
	return ms;
}

static void since_takes_spans(void **state)
{
	(void)state;
	assert_true(since("90s") == NOW - 90 * 1000);
	assert_true(since("30m") == NOW - 30 * 60 * 1000);
	assert_true(since("2h") == NOW - 2 * 3600 * 1000);
	assert_true(since("7d") == NOW - 7LL * 86400 * 1000);
	assert_true(since("4w") == NOW - 28LL * 86400 * 1000);
	assert_true(since("90w") == NOW - 630LL * 86400 * 1000);
}

static void since_takes_dates_and_times(void **state)
{
	(void)state;
	assert_true(since("2026-11-21") == NOW - 12 * 3600 * 1000);
	assert_true(since("2026-11-21T12:00:00Z") == NOW);
	assert_true(since("2026-11-21T09:00:00-03:00") == NOW);
	assert_true(since("2026-11-21T12:00:00") == NOW);
	assert_true(since(NULL) == 0);
}

static void since_refuses_what_is_no_time(void **state)
{
	static const char *const wrong[] = { "", "h", "2", "2y", "2hh", "-2h", "2 h", "yesterday", "2026-13-01", "2026-02-30", "99999999999h", "9999999999w" };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_true(since(wrong[i]) == -1);
}

static void a_kind_is_one_of_the_table(void **state)
{
	struct err e = { 0 };
	int kind = 99;

	(void)state;
	assert_true(read_kind(NULL, &kind, &e));
	assert_int_equal(kind, -1);
	assert_true(read_kind("refund", &kind, &e));
	assert_int_equal(kind, PIX_REFUND);
	assert_false(read_kind("refunds", &kind, &e));
	assert_string_equal(e.text, "--kind: unknown kind 'refunds'; nearest: 'refund'");
}

static void conf_text_becomes_json(void **state)
{
	static const char *const rows[][2] = {
		{ "\"a\"", "\"a\"" }, { "\"\\\"\\\\\\x41\\n\"", "\"\\\"\\\\A\\n\"" }, { "[ ]", "[]" },
		{ "[ \"a, b\", \"c\" ]", "[\"a, b\",\"c\"]" }, { "( 1, 2 )", "[1,2]" }, { "262144L", "262144" }, { "true", "true" },
		{ "( { a_b = \"x = 1; }\"; c = 2; }, { d = \"\"; } )", "[{\"a_b\":\"x = 1; }\",\"c\":2},{\"d\":\"\"}]" }
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf b = BUF(1000);

		conf_text_json(&b, rows[i][0]);
		assert_string_equal(buf_str(&b), rows[i][1]);
		buf_free(&b);
	}
}

static void the_example_names_every_setting(void **state)
{
	struct buf b = BUF(OUT_MAX);
	char line[128];

	(void)state;
	annotate(&b, "An example.", NULL, NULL);
	for (const struct key *k = setting_keys; k->name; k++) {
		snprintf(line, sizeof line, "%s = %s", k->name, k->type == KEY_HOOKS ? "(" : k->example);
		assert_non_null(strstr(buf_str(&b), line));
		assert_non_null(strstr(buf_str(&b), k->help));
	}
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_has_the_contracts_members_in_their_order),
		cmocka_unit_test(an_absent_amount_and_time_are_null),
		cmocka_unit_test(cells_are_for_people),
		cmocka_unit_test(objects_and_lists_nest),
		cmocka_unit_test(base64_has_the_vectors_of_its_standard),
		cmocka_unit_test(base64_takes_all_bytes),
		cmocka_unit_test(a_body_that_is_no_utf8_comes_as_base64_too),
		cmocka_unit_test(amounts_have_a_comma_and_two_places),
		cmocka_unit_test(since_takes_spans),
		cmocka_unit_test(since_takes_dates_and_times),
		cmocka_unit_test(since_refuses_what_is_no_time),
		cmocka_unit_test(a_kind_is_one_of_the_table),
		cmocka_unit_test(conf_text_becomes_json),
		cmocka_unit_test(the_example_names_every_setting),
	};

	return cmocka_run_group_tests_name("cli_out", tests, NULL, NULL);
}
