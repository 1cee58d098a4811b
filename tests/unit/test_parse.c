#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/json.h"	/* before cmocka, whose fail() is a macro */
#include "lib/limits.h"
#include "lib/when.h"
#include "pix/psp.h"

#include <cmocka.h>

enum { FILE_MAX = 1024 * 1024 };

/* One value as tests/data/README tells: '-' where it is empty, and nothing in it that would look like a separator. */
static void put_word(struct buf *b, const char *s)
{
	buf_puts(b, *s ? "" : "-");
	for (; *s; s++)
		buf_putf(b, *s == ' ' || *s == '%' ? "%%%02x" : "%c", *s);
	buf_puts(b, " ");
}

/* What a batch holds, one line a thing. */
static void print_batch(const struct pix_batch *batch, struct buf *b)
{
	char at[WHEN_TEXT];

	for (size_t i = 0; i < batch->count; i++) {
		const struct pix_event *e = &batch->events[i];

		put_word(b, pix_kind_name(e->kind));
		put_word(b, e->e2eid);
		put_word(b, e->txid);
		put_word(b, e->key);
		put_word(b, e->ref);
		put_word(b, e->status);
		if (e->has_cents)
			buf_putf(b, "%lld ", (long long)e->cents);
		else
			buf_puts(b, "- ");
		when_format(e->at_ms, at);
		buf_putf(b, "%s\n", e->has_at ? at : "-");
	}
	if (batch->ping)
		buf_puts(b, "ping\n");
	if (batch->unread)
		buf_putf(b, "unread: %s\n", batch->why);
}

static bool read_file(const char *path, struct buf *b)
{
	char part[4096];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return false;
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(b, part, n);
	fclose(f);
	return true;
}

/* Parses a copy that ends at the end of its memory, so that a read behind it is seen. */
static void parse_exact(const struct psp *psp, const char *event, const char *body, size_t len, struct pix_batch *batch)
{
	char *exact = malloc(len ? len : 1);

	if (len)
		memcpy(exact, body, len);
	pix_parse(psp, event, exact, len, batch);
	free(exact);
}

/* One pair of files; prints how they differ. */
static bool pair_agrees(const struct psp *psp, const char *path)
{
	static const char prefix[] = "# event=";
	struct buf body = BUF(FILE_MAX), want = BUF(FILE_MAX), got = BUF(FILE_MAX);
	struct pix_batch batch = { 0 };
	char events[512], event[65] = "";
	const char *lines;
	bool same;

	snprintf(events, sizeof events, "%.*s.events", (int)(strrchr(path, '.') - path), path);
	if (!read_file(path, &body) || !read_file(events, &want)) {
		print_error("%s: it or its .events cannot be read\n", path);
		buf_free(&body);
		return false;
	}
	lines = buf_str(&want);
	if (strncmp(lines, prefix, sizeof prefix - 1) == 0) {
		snprintf(event, sizeof event, "%.*s", (int)strcspn(lines + sizeof prefix - 1, "\n"), lines + sizeof prefix - 1);
		lines += strcspn(lines, "\n");
		lines += *lines == '\n';
	}
	parse_exact(psp, event, body.data, body.len, &batch);
	print_batch(&batch, &got);
	same = strcmp(lines, buf_str(&got)) == 0;
	if (!same)
		print_error("%s\n-- its .events say\n%s-- pix_parse makes\n%s--\n", path, lines, buf_str(&got));
	pix_batch_free(&batch);
	buf_free(&body);
	buf_free(&want);
	buf_free(&got);
	return same;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_body(const char *name)
{
	const char *dot = strrchr(name, '.');

	return *name != '.' && dot && strcmp(dot, ".events") != 0;
}

static void every_pair_of_sample_files_agrees(void **state)
{
	const char *data = getenv("DATA") ? getenv("DATA") : "tests/data";
	size_t pairs = 0, wrong = 0;

	(void)state;
	for (size_t i = 0; psps[i]; i++) {
		struct dirent **entries;
		char folder[256], path[512];
		int n;

		snprintf(folder, sizeof folder, "%s/%s", data, psps[i]->name);
		n = scandir(folder, &entries, NULL, by_name);
		if (n < 0)
			fail_msg("%s: no such folder (run from the top of the repository, or set DATA)", folder);
		for (int k = 0; k < n; k++) {
			if (is_body(entries[k]->d_name)) {
				snprintf(path, sizeof path, "%s/%s", folder, entries[k]->d_name);
				wrong += !pair_agrees(psps[i], path);
				pairs++;
			}
			free(entries[k]);
		}
		free(entries);
	}
	assert_true(pairs > 0);
	if (wrong)
		fail_msg("%zu of %zu pairs differ", wrong, pairs);
}

/* Every event file belongs to a body: a pair that lost its half would never be compared. */
static void every_event_file_has_its_body(void **state)
{
	const char *data = getenv("DATA") ? getenv("DATA") : "tests/data";

	(void)state;
	for (size_t i = 0; psps[i]; i++) {
		struct dirent **entries;
		char folder[256];
		int n;

		snprintf(folder, sizeof folder, "%s/%s", data, psps[i]->name);
		n = scandir(folder, &entries, NULL, by_name);
		assert_true(n > 0);
		for (int k = 0; k < n; k++) {
			const char *name = entries[k]->d_name, *dot = strrchr(name, '.');
			bool found = !dot || strcmp(dot, ".events") != 0;

			for (int m = 0; !found && m < n; m++)
				found = is_body(entries[m]->d_name) && strncmp(entries[m]->d_name, name, (size_t)(dot - name) + 1) == 0;
			if (!found)
				fail_msg("%s/%s has no body", folder, name);
		}
		for (int k = 0; k < n; k++)
			free(entries[k]);
		free(entries);
	}
}

static struct pix_batch parsed(const struct psp *psp, const char *body)
{
	struct pix_batch batch = { 0 };

	parse_exact(psp, "", body, strlen(body), &batch);
	return batch;
}

static void items_make_events_up_to_the_limit(void **state)
{
	struct buf b = BUF(LIMIT_BODY);
	struct pix_batch batch;

	(void)state;
	buf_puts(&b, "{\"pix\":[");
	for (int i = 0; i < LIMIT_ITEMS; i++)
		buf_putf(&b, "%s{\"endToEndId\":\"E%d\",\"valor\":\"0.01\"}", i ? "," : "", i);
	buf_puts(&b, "]}");
	batch = parsed(&psp_efi, buf_str(&b));
	assert_int_equal(batch.count, LIMIT_ITEMS);
	assert_false(batch.unread);
	pix_batch_free(&batch);
	b.len -= 2;
	buf_puts(&b, ",{\"endToEndId\":\"E\",\"valor\":\"0.01\"}]}");
	batch = parsed(&psp_efi, buf_str(&b));
	assert_int_equal(batch.count, LIMIT_ITEMS);
	assert_true(batch.unread);
	assert_string_equal(batch.why, "more events than one body may make");
	pix_batch_free(&batch);
	buf_free(&b);
}

static void refunds_count_towards_the_limit(void **state)
{
	struct buf b = BUF(LIMIT_BODY);
	struct pix_batch batch;

	(void)state;
	buf_puts(&b, "{\"pix\":{\"endToEndId\":\"E1\",\"valor\":\"99.00\",\"devolucoes\":[");
	for (int i = 0; i < LIMIT_ITEMS; i++)
		buf_putf(&b, "%s{\"id\":\"%d\",\"valor\":\"0.01\",\"status\":\"DEVOLVIDO\"}", i ? "," : "", i);
	buf_puts(&b, "]}}");
	batch = parsed(&psp_efi, buf_str(&b));
	assert_int_equal(batch.count, LIMIT_ITEMS);
	assert_true(batch.unread);
	pix_batch_free(&batch);
	buf_free(&b);
}

static void events_are_appended_to_what_is_there(void **state)
{
	static const char body[] = "{\"pix\":[{\"endToEndId\":\"E1\",\"valor\":\"0.01\"}]}";
	struct pix_batch batch = { 0 };

	(void)state;
	pix_parse(&psp_efi, "", body, sizeof body - 1, &batch);
	pix_parse(&psp_efi, "", body, sizeof body - 1, &batch);
	assert_int_equal(batch.count, 2);
	assert_string_equal(batch.events[1].e2eid, "E1");
	pix_batch_free(&batch);
}

/* A text of n letters as the value of a member, with the rest that a received Pix needs. */
static bool taken(const char *member, size_t n)
{
	char value[200], body[400];
	struct pix_batch batch;
	bool ok;

	memset(value, 'a', sizeof value);
	value[n] = '\0';
	snprintf(body, sizeof body, "{\"pix\":[{%s\"%s\":\"%s\",\"valor\":\"0.01\"}]}",
		 strcmp(member, "endToEndId") ? "\"endToEndId\":\"E1\"," : "", member, value);
	batch = parsed(&psp_efi, body);
	ok = batch.count == 1 && !batch.unread;
	pix_batch_free(&batch);
	return ok;
}

static void texts_fit_up_to_their_sizes(void **state)
{
	(void)state;
	assert_true(taken("endToEndId", PIX_E2EID_MAX));
	assert_false(taken("endToEndId", PIX_E2EID_MAX + 1));
	assert_true(taken("txid", PIX_TXID_MAX));
	assert_false(taken("txid", PIX_TXID_MAX + 1));
	assert_true(taken("chave", PIX_KEY_MAX));
	assert_false(taken("chave", PIX_KEY_MAX + 1));
}

static void a_reason_never_holds_a_value_and_never_outgrows_its_place(void **state)
{
	static const char *const bodies[] = {
		"{\"pix\":[{\"endToEndId\":\"SECRET!\",\"valor\":\"0.01\"}]}",
		"{\"pix\":[{\"endToEndId\":\"E1\",\"valor\":\"SECRET\"}]}",
		"{\"pix\":[{\"endToEndId\":\"E1\",\"valor\":\"0.01\",\"horario\":\"SECRET\"}]}",
		"{\"pix\":[{\"endToEndId\":\"E1\",\"valor\":\"0.01\",\"tipo\":\"SECRET\"}]}",
		"{\"SECRET\":1,\"SECRET\":2}",
		"{\"SECRET\":[]}",
		"SECRET",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		struct pix_batch batch = parsed(&psp_efi, bodies[i]);

		assert_int_equal(batch.count, 0);
		assert_true(batch.unread);
		assert_true(*batch.why && strlen(batch.why) < sizeof batch.why);
		assert_null(strstr(batch.why, "SECRET"));
		pix_batch_free(&batch);
	}
}

static void the_first_reason_is_kept(void **state)
{
	struct pix_batch batch = parsed(&psp_efi, "{\"pix\":[{\"endToEndId\":\"E1\"},{\"valor\":\"0.01\"}]}");

	(void)state;
	assert_string_equal(batch.why, "pix[0].valor: missing");
	pix_batch_free(&batch);
	pix_parse(&psp_efi, "", "x", 1, &batch);
	pix_parse(&psp_efi, "", "{\"x\":1}", 7, &batch);
	assert_string_equal(batch.why, "not JSON: offset 0: a value is expected");
	pix_batch_free(&batch);
}

static void bytes_that_are_no_text_are_unread(void **state)
{
	struct pix_batch batch = { 0 };

	(void)state;
	parse_exact(&psp_efi, "", "{}\0", 3, &batch);
	assert_true(batch.unread);
	assert_false(batch.ping);
	pix_batch_free(&batch);
	parse_exact(&psp_efi, "", "\0", 1, &batch);
	assert_true(batch.unread);
	pix_batch_free(&batch);
	pix_parse(&psp_efi, "", NULL, 0, &batch);
	assert_true(batch.ping);
	pix_batch_free(&batch);
}

/* Every beginning of a good body, and every body with one byte changed, is read without harm. */
static void broken_bodies_do_no_harm(void **state)
{
	static const char body[] =
		"{\"pix\":[{\"endToEndId\":\"E1\",\"txid\":\"a\\u00e9\",\"chave\":\"k\",\"valor\":\"0.01\",\"horario\":\"2026-11-21T12:00:00.000Z\","
		"\"devolucoes\":[{\"id\":\"1\",\"valor\":\"0.01\",\"status\":\"DEVOLVIDO\",\"horario\":{\"solicitacao\":\"2026-11-21T12:00:00Z\"}}],\"n\":[1.5e3,null]}]}";
	char copy[sizeof body];

	(void)state;
	for (size_t i = 0; i < sizeof body - 1; i++) {
		struct pix_batch batch = { 0 };

		parse_exact(&psp_efi, "", body, i, &batch);
		assert_int_equal(batch.ping, i == 0);
		assert_int_equal(batch.unread, i > 0);
		pix_batch_free(&batch);
		for (int c = 0; c < 256; c++) {
			memcpy(copy, body, sizeof body);
			copy[i] = (char)c;
			parse_exact(&psp_bs2, "", copy, sizeof body - 1, &batch);
			parse_exact(&psp_efi, "", copy, sizeof body - 1, &batch);
			pix_batch_free(&batch);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_of_sample_files_agrees),
		cmocka_unit_test(every_event_file_has_its_body),
		cmocka_unit_test(items_make_events_up_to_the_limit),
		cmocka_unit_test(refunds_count_towards_the_limit),
		cmocka_unit_test(events_are_appended_to_what_is_there),
		cmocka_unit_test(texts_fit_up_to_their_sizes),
		cmocka_unit_test(a_reason_never_holds_a_value_and_never_outgrows_its_place),
		cmocka_unit_test(the_first_reason_is_kept),
		cmocka_unit_test(bytes_that_are_no_text_are_unread),
		cmocka_unit_test(broken_bodies_do_no_harm),
	};

	return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
