#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "pix/redact.h"	/* before cmocka, whose fail() is a macro */

#include <cmocka.h>

#define E1 "E18236120202611211504aB3dE6gH9kL"
#define E2 "E18236120202611211505bC4eF7hJ0mN"
#define ROOM (1024 * 1024)

struct row {
	const struct psp *psp;
	const char *event, *body, *want;	/* want NULL: all; "": nothing */
};

static const char *const words[] = { "nothing", "some", "all" };

static void row_agrees(const struct row *row)
{
	struct buf out = BUF(ROOM);
	size_t len = strlen(row->body);
	char *exact = malloc(len ? len : 1);	/* ends at the end of its memory */
	enum redact how, want = !row->want ? REDACT_ALL : *row->want ? REDACT_SOME : REDACT_NOTHING;

	memcpy(exact, row->body, len);
	how = pix_redact(row->psp, row->event ? row->event : "", exact, len, E1, &out);
	if (how != want)
		fail_msg("%s: %s, not %s: %s", row->body, words[how], words[want], buf_str(&out));
	assert_string_equal(buf_str(&out), row->want ? row->want : "");
	free(exact);
	buf_free(&out);
}

#define AGREE(rows) do { for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) row_agrees(&rows[i]); } while (0)

static void what_no_field_reads_goes(void **state)
{
	static const struct row rows[] = {
		{ &psp_efi, NULL, "{ \"pix\" : [ {\"endToEndId\":\"" E1 "\",\"infoPagador\":\"de Exemplo\",\"txid\":\"t1\",\"valor\":\"10.00\","
		  "\"gnExtras\":{\"pagador\":{\"nome\":\"Pagador de Exemplo\",\"cpf\":\"00000000000\"},\"tarifa\":\"0.10\"},\"Nome\":\"x\"}]}",
		  "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"txid\":\"t1\",\"valor\":\"10.00\"}]}" },
		{ &psp_efi, NULL, "[{\"endToEndId\":\"" E1 "\",\"valor\":\"10.00\",\"nome\":\"x\"}]", "[{\"endToEndId\":\"" E1 "\",\"valor\":\"10.00\"}]" },
		{ &psp_bacen, NULL, "{\"pix\":{\"endToEndId\":\"" E1 "\",\"valor\":\"10.00\",\"pagador\":{\"nome\":\"x\"}},\"pagador\":{\"nome\":\"x\"}}",
		  "{\"pix\":{\"endToEndId\":\"" E1 "\",\"valor\":\"10.00\"}}" },
		{ &psp_bs2, NULL, "{\"Pix\":[{\"EndToEndId\":\"" E1 "\",\"Valor\":10.50,\"status\":null,\"Pagador\":{\"Nome\":\"x\"},\"data\":\"2026-11-21T12:00:00\"}]}",
		  "{\"Pix\":[{\"EndToEndId\":\"" E1 "\",\"Valor\":10.50,\"data\":\"2026-11-21T12:00:00\"}]}" },
		{ &psp_bs2, NULL, "{\"pagamentoId\":77,\"endToEndId\":\"" E1 "\",\"valor\":1,\"favorecido\":{\"nome\":\"x\"},\"descricao\":\"x\"}",
		  "{\"pagamentoId\":77,\"endToEndId\":\"" E1 "\",\"valor\":1}" },
		{ &psp_bs2_indirect, "RecebimentoFinalizado", "{\"recebimentoId\":7,\"endToEndId\":\"" E1 "\",\"pagador\":{\"pessoa\":{\"nome\":\"x\"}},\"campoLivre\":\"x\"}",
		  "{\"recebimentoId\":7,\"endToEndId\":\"" E1 "\"}" },
		{ &psp_bs2_indirect, "", "{\"evento\":\"RecebimentoFinalizado\",\"endToEndId\":\"" E1 "\",\"nome\":\"x\"}",
		  "{\"evento\":\"RecebimentoFinalizado\",\"endToEndId\":\"" E1 "\"}" },
	};

	(void)state;
	AGREE(rows);
}

static void what_is_within_an_item_is_its_own(void **state)
{
	static const struct row rows[] = {
		{ &psp_efi, NULL, "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"valor\":\"10.00\",\"chave\":\"k\",\"devolucoes\":[{\"id\":\"d\",\"rtrId\":\"D1\",\"valor\":\"1.00\","
		  "\"status\":\"DEVOLVIDO\",\"motivo\":\"x\",\"descricao\":\"x\",\"horario\":{\"solicitacao\":\"2026-11-21T15:05:09.127Z\",\"liquidacao\":\"x\"}},"
		  "{\"id\":\"d2\",\"valor\":\"2.00\",\"status\":\"DEVOLVIDO\"}],\"infoPagador\":\"x\"}]}",
		  "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"valor\":\"10.00\",\"chave\":\"k\",\"devolucoes\":[{\"rtrId\":\"D1\",\"valor\":\"1.00\","
		  "\"status\":\"DEVOLVIDO\",\"horario\":{\"solicitacao\":\"2026-11-21T15:05:09.127Z\"}},{\"id\":\"d2\",\"valor\":\"2.00\",\"status\":\"DEVOLVIDO\"}]}]}" },
		{ &psp_bacen, NULL, "{\"pix\":{\"endToEndId\":\"" E1 "\",\"valor\":\"10.00\",\"devolucoes\":{\"id\":\"d\",\"valor\":\"1.00\",\"status\":\"DEVOLVIDO\",\"motivo\":\"x\"}}}",
		  "{\"pix\":{\"endToEndId\":\"" E1 "\",\"valor\":\"10.00\",\"devolucoes\":{\"id\":\"d\",\"valor\":\"1.00\",\"status\":\"DEVOLVIDO\"}}}" },
		{ &psp_efi, NULL, "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"tipo\":\"SOLICITACAO\",\"valor\":\"10.00\",\"status\":\"REALIZADO\","
		  "\"gnExtras\":{\"idEnvio\":\"e1\",\"favorecido\":{\"nome\":\"x\"}}}]}",
		  "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"tipo\":\"SOLICITACAO\",\"valor\":\"10.00\",\"status\":\"REALIZADO\",\"gnExtras\":{\"idEnvio\":\"e1\"}}]}" },
		/* a charge that tells of the Pix which paid it; of its updates only the last one is read */
		{ &psp_efi, NULL, "{\"cobsr\":[{\"idRec\":\"RR1\",\"txid\":\"t1\",\"status\":\"CONCLUIDA\",\"devedor\":{\"nome\":\"x\"},"
		  "\"atualizacao\":[{\"status\":\"CRIADA\",\"data\":\"2026-11-01T08:00:00Z\"},{\"status\":\"x\",\"data\":\"2026-11-05T09:30:00Z\"}],"
		  "\"pix\":[{\"valor\":\"20.00\",\"nome\":\"x\"},{\"endToEndId\":\"" E1 "\",\"valor\":\"29.90\"}]}]}",
		  "{\"cobsr\":[{\"idRec\":\"RR1\",\"txid\":\"t1\",\"status\":\"CONCLUIDA\",\"atualizacao\":[{\"data\":\"2026-11-05T09:30:00Z\"}],\"pix\":[{\"valor\":\"29.90\"}]}]}" },
	};

	(void)state;
	AGREE(rows);
}

static void others_in_the_same_body_stay(void **state)
{
	static const struct row rows[] = {
		{ &psp_efi, NULL, "{\"pix\":[{\"endToEndId\":\"" E2 "\",\"valor\":\"1.00\",\"infoPagador\":\"devolve " E1 "\",\"n\":[1.50,null]},"
		  "{\"endToEndId\":\"" E1 "\",\"valor\":\"10.00\",\"infoPagador\":\"x\"}],\"recs\":[{\"idRec\":\"RR1\",\"status\":\"APROVADA\",\"nome\":\"y\"}]}",
		  "{\"pix\":[{\"endToEndId\":\"" E2 "\",\"valor\":\"1.00\",\"infoPagador\":\"devolve " E1 "\",\"n\":[1.50,null]},"
		  "{\"endToEndId\":\"" E1 "\",\"valor\":\"10.00\"}],\"recs\":[{\"idRec\":\"RR1\",\"status\":\"APROVADA\",\"nome\":\"y\"}]}" },
		/* one that is not understood and tells of nothing here */
		{ &psp_efi, NULL, "{\"pix\":[{\"novidade\":\"y\"},{\"endToEndId\":\"" E1 "\",\"valor\":\"10.00\",\"infoPagador\":\"x\"}]}",
		  "{\"pix\":[{\"novidade\":\"y\"},{\"endToEndId\":\"" E1 "\",\"valor\":\"10.00\"}]}" },
	};

	(void)state;
	AGREE(rows);
}

static void an_item_that_is_not_wholly_understood_becomes_null(void **state)
{
	static const struct row rows[] = {
		{ &psp_efi, NULL, "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"valor\":\"Pagador de Exemplo\"},{\"endToEndId\":\"" E2 "\",\"valor\":\"1.00\"}]}",
		  "{\"pix\":[null,{\"endToEndId\":\"" E2 "\",\"valor\":\"1.00\"}]}" },
		/* without its bad txid it would be understood */
		{ &psp_efi, NULL, "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"valor\":\"1.00\",\"txid\":{\"nome\":\"x\"}}]}", "{\"pix\":[null]}" },
		{ &psp_efi, NULL, "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"valor\":\"1.00\",\"tipo\":\"NOVO\"}]}", "{\"pix\":[null]}" },
		{ &psp_efi, NULL, "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"valor\":\"1.00\",\"devolucoes\":[{\"motivo\":\"x\"}]}]}", "{\"pix\":[null]}" },
		{ &psp_efi, NULL, "{\"pix\":[\"" E1 " de Exemplo\",7]}", "{\"pix\":[null,7]}" },
		{ &psp_efi, NULL, "{\"pix\":{\"nota\":\"veja " E1 "\"}}", "{\"pix\":null}" },
		/* of two members for one slot the parser looks at the first: the second may be anything */
		{ &psp_bs2, NULL, "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"chave\":\"k\",\"chaveDict\":\"000.000.000-00\"}]}", "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"chave\":\"k\"}]}" },
	};

	(void)state;
	AGREE(rows);
}

static void what_cannot_be_told_apart_goes_as_a_whole(void **state)
{
	static const struct row rows[] = {
		{ &psp_efi, NULL, "<pix>" E1 " Pagador</pix>", NULL },
		{ &psp_efi, NULL, "{\"pix\":[{\"endToEndId\":\"" E1 "\"", NULL },
		{ &psp_efi, NULL, "{\"novidade\":[{\"endToEndId\":\"" E1 "\"}]}", NULL },
		{ &psp_efi, NULL, "\"" E1 "\"", NULL },
		{ &psp_efi, NULL, "{\"url\":\"https://api.exemplo.com.br/v2/pix/" E1 "\"}", NULL },
		{ &psp_bs2, NULL, "[{\"endToEndId\":\"" E1 "\",\"valor\":1}]", NULL },
		{ &psp_bs2, NULL, "{\"pagamentoId\":\"x\",\"endToEndId\":\"" E1 "\",\"valor\":\"muito\"}", NULL },
		{ &psp_bs2_indirect, "Novidade", "{\"endToEndId\":\"" E1 "\"}", NULL },
		{ &psp_bs2_indirect, "", "[{\"endToEndId\":\"" E1 "\"}]", NULL },
		{ NULL, NULL, "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"valor\":\"1.00\"}]}", NULL },
	};

	(void)state;
	AGREE(rows);
}

static void a_body_that_does_not_tell_of_it_stays(void **state)
{
	static const struct row rows[] = {
		{ &psp_efi, NULL, "", "" },
		{ &psp_efi, NULL, "<what>", "" },
		{ NULL, NULL, "{}", "" },
		{ &psp_efi, NULL, "{\"pix\":[{\"endToEndId\":\"" E2 "\",\"valor\":\"1.00\",\"infoPagador\":\"y\"}],\"beside\":1}", "" },
		{ &psp_efi, NULL, "{\"pix\":[{\"endToEndId\":\"" E2 "\",\"valor\":\"1.00\",\"infoPagador\":\"devolve " E1 "\"}],\"beside\":1}", "" },
		{ &psp_bs2_indirect, "RecebimentoFinalizado", "{\"endToEndId\":\"" E2 "\",\"infoPagador\":\"devolve " E1 "\"}", "" },
		/* redacted before */
		{ &psp_efi, NULL, "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"valor\":\"10.00\"},null]}", "" },
	};

	(void)state;
	AGREE(rows);
}

static void what_stands_beside_the_lists_and_speaks_of_it_goes(void **state)
{
	static const struct row rows[] = {
		{ &psp_efi, NULL, "{\"nota\":\"" E1 "\",\"pix\":[{\"endToEndId\":\"" E2 "\",\"valor\":\"1.00\",\"infoPagador\":\"y\"}],\"recs\":null}",
		  "{\"pix\":[{\"endToEndId\":\"" E2 "\",\"valor\":\"1.00\",\"infoPagador\":\"y\"}],\"recs\":null}" },
		{ &psp_efi, NULL, "{\"pix\":[],\"" E1 "\":{\"nome\":\"x\"}}", "{\"pix\":[]}" },
	};

	(void)state;
	AGREE(rows);
}

/* A profile whose rows are told apart by the absence of what no field reads. */
static void an_item_that_would_be_read_otherwise_becomes_null(void **state)
{
	static const struct psp_field fields[] = { { "endToEndId", SLOT_E2EID, true }, { 0 } };
	static const struct psp_event events[] = {
		{ .list = "pix", .when = "!recebido", .kind = PIX_SENT, .fields = fields },
		{ .list = "pix", .kind = PIX_RECEIVED, .fields = fields },
		{ 0 }
	};
	static const struct psp odd = { .name = "odd", .events = events };
	static const struct row rows[] = {
		{ &odd, NULL, "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"recebido\":{\"de\":\"x\"}}]}", "{\"pix\":[null]}" },
		{ &odd, NULL, "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"de\":\"x\"}]}", "{\"pix\":[{\"endToEndId\":\"" E1 "\"}]}" },
	};

	(void)state;
	AGREE(rows);
}

static void escapes_hide_nothing(void **state)
{
	static const struct row rows[] = {
		{ &psp_efi, NULL, "{\"\\u0070ix\":[{\"endToEnd\\u0049d\":\"\\u0045" "18236120202611211504aB3dE6gH9kL\",\"valor\":\"10.00\",\"nome\":\"\\b\\u00e9\"}]}",
		  "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"valor\":\"10.00\"}]}" },
	};

	(void)state;
	AGREE(rows);
}

static void what_does_not_fit_has_to_go(void **state)
{
	static const char body[] = "{\"pix\":[{\"endToEndId\":\"" E1 "\",\"valor\":\"10.00\",\"nome\":\"x\"}]}";
	struct buf out = BUF(50);

	(void)state;
	assert_true(buf_puts(&out, "before"));
	assert_int_equal(pix_redact(&psp_efi, "", body, strlen(body), E1, &out), REDACT_ALL);
	assert_string_equal(buf_str(&out), "before");
	buf_free(&out);
}

/* --- every sample that there is */

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

static void assert_read_alike(const char *path, const struct pix_batch *a, const struct pix_batch *b)
{
	if (a->count != b->count || a->unread != b->unread)
		fail_msg("%s: %zu events become %zu, unread %d becomes %d", path, a->count, b->count, a->unread, b->unread);
	for (size_t i = 0; i < a->count; i++) {
		const struct pix_event *x = &a->events[i], *y = &b->events[i];

		assert_int_equal(x->kind, y->kind);
		assert_int_equal(x->cents, y->cents);
		assert_int_equal(x->at_ms, y->at_ms);
		assert_string_equal(x->e2eid, y->e2eid);
		assert_string_equal(x->txid, y->txid);
		assert_string_equal(x->key, y->key);
		assert_string_equal(x->ref, y->ref);
		assert_string_equal(x->status, y->status);
	}
}

/* Takes all its e2eids out of one sample. Counts it where something was taken out. */
static void redact_sample(const struct psp *psp, const char *path, const char *event, size_t *done)
{
	static const char *const never[] = { "nome", "cpf", "cnpj", "infoPagador", "Pagador", "favorecido", "descricao", "motivo", "Exemplo", "EXEMPLO", "conta", "campoLivre" };
	struct buf body = BUF(ROOM);
	struct pix_batch was = { 0 }, is = { 0 };
	bool some = false;

	if (!read_file(path, &body))
		fail_msg("%s cannot be read", path);
	pix_parse(psp, event, buf_str(&body), body.len, &was);
	for (size_t i = 0; i < was.count; i++) {
		struct buf out = BUF(ROOM);
		enum redact how = pix_redact(psp, event, buf_str(&body), body.len, was.events[i].e2eid, &out);

		if (how == REDACT_ALL)
			fail_msg("%s: an item that was understood cannot be told apart", path);
		if (how == REDACT_SOME) {
			buf_free(&body);
			body = out;
			out = BUF(ROOM);
			some = true;
		}
		assert_int_equal(pix_redact(psp, event, buf_str(&body), body.len, was.events[i].e2eid, &out), REDACT_NOTHING);
	}
	pix_parse(psp, event, buf_str(&body), body.len, &is);
	/* an item with a bad refund is not wholly understood, and gives its event up; it is stored */
	if (!was.unread)
		assert_read_alike(path, &was, &is);
	assert_true(is.unread || !was.unread);
	for (size_t i = 0; was.count && !was.unread && i < sizeof never / sizeof *never; i++)
		if (strstr(buf_str(&body), never[i]))
			fail_msg("%s: '%s' is left: %s", path, never[i], buf_str(&body));
	*done += some;
	buf_free(&body);
	pix_batch_free(&was);
	pix_batch_free(&is);
}

static void event_of(const char *path, char event[65])
{
	static const char prefix[] = "# event=";
	struct buf b = BUF(ROOM);
	char events[512];

	*event = '\0';
	snprintf(events, sizeof events, "%.*s.events", (int)(strrchr(path, '.') - path), path);
	if (read_file(events, &b) && strncmp(buf_str(&b), prefix, sizeof prefix - 1) == 0)
		snprintf(event, 65, "%.*s", (int)strcspn(buf_str(&b) + sizeof prefix - 1, "\n"), buf_str(&b) + sizeof prefix - 1);
	buf_free(&b);
}

static void of_every_sample_the_events_stay_and_the_payer_goes(void **state)
{
	(void)state;
	for (size_t i = 0; psps[i]; i++) {
		char folder[256], path[512], event[65];
		size_t done = 0;
		struct dirent *d;
		DIR *dir;

		snprintf(folder, sizeof folder, "tests/data/%s", psps[i]->name);
		dir = opendir(folder);
		if (!dir)
			fail_msg("%s: run this from the repository's top", folder);
		while ((d = readdir(dir))) {
			const char *dot = strrchr(d->d_name, '.');

			if (*d->d_name == '.' || !dot || strcmp(dot, ".events") == 0)
				continue;
			snprintf(path, sizeof path, "%s/%s", folder, d->d_name);
			event_of(path, event);
			redact_sample(psps[i], path, event, &done);
		}
		closedir(dir);
		if (done < 2)
			fail_msg("%s: only %zu samples had something to take out", folder, done);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_no_field_reads_goes),
		cmocka_unit_test(what_is_within_an_item_is_its_own),
		cmocka_unit_test(others_in_the_same_body_stay),
		cmocka_unit_test(an_item_that_is_not_wholly_understood_becomes_null),
		cmocka_unit_test(what_cannot_be_told_apart_goes_as_a_whole),
		cmocka_unit_test(a_body_that_does_not_tell_of_it_stays),
		cmocka_unit_test(what_stands_beside_the_lists_and_speaks_of_it_goes),
		cmocka_unit_test(an_item_that_would_be_read_otherwise_becomes_null),
		cmocka_unit_test(escapes_hide_nothing),
		cmocka_unit_test(what_does_not_fit_has_to_go),
		cmocka_unit_test(of_every_sample_the_events_stay_and_the_payer_goes),
	};

	return cmocka_run_group_tests_name("redact", tests, NULL, NULL);
}
