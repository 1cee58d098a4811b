#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "deliver/message.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "lib/json.h"
#include "lib/limits.h"

#include <cmocka.h>

#define REF "D1234567890"

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

static const char *id_of(struct inbox_row r)
{
	static char id[4][MESSAGE_ID];
	static int n;

	n = (n + 1) % 4;
	message_id(&r, id[n]);
	return id[n];
}

/* printf 'loja\0received\0E00000000202611211200aaaaaaaaaaa\0\0\0' | sha256sum, and so on */
static void an_id_is_a_digest_of_what_makes_an_event_one_event(void **state)
{
	struct inbox_row r = row();

	(void)state;
	assert_string_equal(id_of(r), "pix_bd87cd80beed95b770ea49339aeb1d2d");
	r.event.kind = PIX_REFUND;
	strcpy(r.event.ref, REF);
	strcpy(r.event.status, "EM_PROCESSAMENTO");
	assert_string_equal(id_of(r), "pix_429bc3bfe508ed770cf574f50fdf32c4");
}

static void the_same_event_in_another_inbox_has_the_same_id(void **state)
{
	struct inbox_row a = row(), b = row();

	(void)state;
	strcpy(a.event.status, "Devolvido");
	strcpy(b.event.status, "DEVOLVIDO");
	b.id = 99;
	b.note = 98;
	b.psp = "bacen";
	b.received_ms++;
	b.delivery = "delivered";
	b.source = "reconcile";
	b.event.cents = 2;
	b.event.at_ms++;
	b.event.foreign = true;
	strcpy(b.event.txid, "other");
	strcpy(b.event.key, "other@example.com");
	assert_string_equal(id_of(a), id_of(b));
}

static void each_part_of_what_makes_an_event_changes_its_id(void **state)
{
	struct inbox_row r[8];

	(void)state;
	for (int i = 0; i < 8; i++)
		r[i] = row();
	r[1].hook = "lojb";
	r[2].event.kind = PIX_SENT;
	strcpy(r[3].event.e2eid, "e00000000202611211200aaaaaaaaaaa");	/* other letters: another payment */
	strcpy(r[4].event.ref, "a");
	strcpy(r[5].event.ref, "A");
	strcpy(r[6].event.status, "a");
	strcpy(r[7].event.ref, "b");
	for (int i = 0; i < 8; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(id_of(r[i]), id_of(r[k]));
}

static void no_text_runs_over_into_the_next(void **state)
{
	struct inbox_row a = row(), b = row();

	(void)state;
	strcpy(a.event.ref, "ab");
	strcpy(b.event.ref, "a");
	strcpy(b.event.status, "b");
	assert_string_not_equal(id_of(a), id_of(b));
}

static void a_payload_is_the_event_without_its_delivery(void **state)
{
	struct inbox_row r = row();
	struct buf b = BUF(MESSAGE_BASE);

	(void)state;
	message_json(&b, "pix_1", &r, NULL);
	assert_string_equal(buf_str(&b),
		"{\"type\":\"pix.received\",\"timestamp\":\"2026-11-21T12:00:00.123Z\",\"id\":\"pix_1\",\"data\":{"
		"\"id\":7,\"hook\":\"loja\",\"psp\":\"efi\",\"kind\":\"received\",\"e2eid\":\"E00000000202611211200aaaaaaaaaaa\","
		"\"txid\":\"pedido0007\",\"key\":\"chave@example.com\",\"ref\":\"\",\"status\":\"\",\"amount_cents\":1,"
		"\"at\":\"2026-11-21T12:00:00.000Z\",\"received_at\":\"2026-11-21T12:00:00.123Z\",\"foreign\":false,"
		"\"note\":3,\"test\":false,\"source\":\"webhook\"}}");
	buf_free(&b);
}

static void the_bytes_are_the_same_at_every_try(void **state)
{
	struct inbox_row r = row();
	struct buf a = BUF(MESSAGE_BASE), b = BUF(MESSAGE_BASE);

	(void)state;
	message_json(&a, "pix_1", &r, NULL);
	r.delivery = "dead";
	message_json(&b, "pix_1", &r, NULL);
	assert_string_equal(buf_str(&a), buf_str(&b));
	buf_free(&a);
	buf_free(&b);
}

static void every_kind_is_a_type(void **state)
{
	(void)state;
	for (int k = 0; k < PIX_KINDS; k++) {
		struct inbox_row r = row();
		struct buf b = BUF(MESSAGE_BASE);
		char want[80];

		r.event.kind = (enum pix_kind)k;
		snprintf(want, sizeof want, "{\"type\":\"pix.%s\",", pix_kind_name(r.event.kind));
		message_json(&b, "pix_1", &r, NULL);
		assert_memory_equal(buf_str(&b), want, strlen(want));
		buf_free(&b);
	}
}

static void the_psps_body_is_told_where_it_is_wanted(void **state)
{
	static const char bytes[] = "{\"pix\":[\"\\u0000\",\"a\xc3\xa7\"]}\xff";
	struct inbox_body body = { .body = bytes, .body_len = sizeof bytes - 2 };
	struct inbox_row r = row();
	struct buf b = BUF(MESSAGE_BASE);

	(void)state;
	message_json(&b, "pix_1", &r, &body);
	assert_non_null(strstr(buf_str(&b), ",\"source\":\"webhook\",\"body\":\"{\\\"pix\\\":[\\\"\\\\u0000\\\",\\\"a\xc3\xa7\\\"]}\"}}"));
	buf_reset(&b);
	body.body_len++;	/* no UTF-8 */
	message_json(&b, "pix_1", &r, &body);
	assert_non_null(strstr(buf_str(&b), "\",\"body_base64\":\"eyJwaXgiOlsiXHUwMDAwIiwiYcOnIl19/w==\"}}"));
	buf_reset(&b);
	body = (struct inbox_body){ .body = "", .purged = true };
	message_json(&b, "pix_1", &r, &body);
	assert_non_null(strstr(buf_str(&b), ",\"body\":null}}"));
	buf_free(&b);
}

/* Texts as long as they may be, of quotes alone. */
static void the_largest_event_has_room(void **state)
{
	struct inbox_row r = row();
	struct buf b = BUF(MESSAGE_BASE);
	struct json *read;
	struct err e;

	(void)state;
	memset(r.event.e2eid, '"', PIX_E2EID_MAX);
	memset(r.event.txid, '"', PIX_TXID_MAX);
	memset(r.event.key, '"', PIX_KEY_MAX);
	memset(r.event.ref, '"', PIX_REF_MAX);
	memset(r.event.status, '"', PIX_STATUS_MAX);
	r.id = r.note = r.event.cents = INT64_MIN;
	message_json(&b, "pix_1", &r, NULL);
	assert_true(b.len < MESSAGE_BASE / 2);
	read = json_parse(buf_str(&b), b.len, true, &e);
	assert_non_null(read);
	json_free(read);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_a_digest_of_what_makes_an_event_one_event),
		cmocka_unit_test(the_same_event_in_another_inbox_has_the_same_id),
		cmocka_unit_test(each_part_of_what_makes_an_event_changes_its_id),
		cmocka_unit_test(no_text_runs_over_into_the_next),
		cmocka_unit_test(a_payload_is_the_event_without_its_delivery),
		cmocka_unit_test(the_bytes_are_the_same_at_every_try),
		cmocka_unit_test(every_kind_is_a_type),
		cmocka_unit_test(the_psps_body_is_told_where_it_is_wanted),
		cmocka_unit_test(the_largest_event_has_room),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
