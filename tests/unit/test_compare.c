/* What the PSP lists against what the inbox has: made from bodies, as callbacks and as the API write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "recon/compare.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

static char met[1024];

static void note(const struct finding *f, void *arg)
{
	const struct pix_event *ev = f->theirs ? f->theirs : f->ours;
	size_t n = strlen(met);

	(void)arg;
	snprintf(met + n, sizeof met - n, "%s%s %s %s", n ? "; " : "", finding_name(f->what), pix_kind_name(ev->kind), *ev->ref ? ev->ref : ev->e2eid);
	n = strlen(met);
	if (f->differs)
		snprintf(met + n, sizeof met - n, " %u", f->differs);
}

static struct pix_batch read(const struct psp *psp, const char *items)
{
	struct pix_batch b = { 0 };
	char body[4096];

	snprintf(body, sizeof body, "{\"pix\":[%s]}", items);
	if (*items)
		pix_parse(psp, "", body, strlen(body), &b);
	assert_false(b.unread);
	return b;
}

/* theirs: an item of the list; ours: what came in callbacks, item by item. */
static const char *compared(const struct psp *psp, const char *theirs, const char *ours)
{
	struct pix_batch t = read(psp, theirs), o = read(psp, ours);

	*met = '\0';
	compare_item(psp->list, t.events, t.count, o.events, o.count, note, NULL);
	pix_batch_free(&t);
	pix_batch_free(&o);
	return met;
}

#define E "\"endToEndId\":\"E1\""
#define RT(id, v, st) "{\"rtrId\":\"" id "\",\"id\":\"x" id "\",\"valor\":\"" v "\",\"status\":\"" st "\",\"horario\":{\"solicitacao\":\"2026-11-21T12:00:00Z\"}}"

static void a_pair_is_the_same_whatever_one_side_leaves_out(void **state)
{
	static const struct {
		const struct psp *psp;
		const char *list, *callback;
	} pairs[] = {
		{ &psp_efi, "{" E ",\"txid\":\"t\",\"valor\":\"1.00\",\"chave\":\"K\",\"horario\":\"2026-11-21T12:00:00.000Z\"}",
			"{" E ",\"txid\":\"t\",\"chave\":\"k\",\"valor\":\"1.00\",\"horario\":\"2026-11-21T12:00:00Z\",\"gnExtras\":{\"tarifa\":\"0.01\"}}" },
		{ &psp_efi, "{" E ",\"valor\":\"1.00\",\"horario\":\"2026-11-21T12:00:00.000Z\"}", "{" E ",\"txid\":\"t\",\"chave\":\"k\",\"valor\":\"1.00\"}" },
		{ &psp_efi, "{" E ",\"txid\":\"t\",\"chave\":\"k\",\"valor\":\"1.00\",\"horario\":null}", "{" E ",\"valor\":\"1.00\"}" },
		{ &psp_bacen, "{" E ",\"valor\":\"1.00\",\"devolucoes\":[]}", "{" E ",\"valor\":\"1.00\",\"devolucoes\":null}" },
		{ &psp_bacen, "{" E ",\"valor\":\"1.00\",\"devolucoes\":[" RT("D1", "0.50", "DEVOLVIDO") "]}",
			"{" E ",\"valor\":\"1.00\"},{" E ",\"valor\":\"1.00\",\"devolucoes\":" RT("D1", "0.50", "DEVOLVIDO") "}" },
		{ &psp_bs2, "{" E ",\"txId\":\"t\",\"valor\":12.30,\"status\":\"Efetivado\",\"chaveDict\":\"K\",\"data\":\"2026-11-21T12:00:00.7659296\"}",
			"{\"EndToEndId\":\"E1\",\"txid\":\"t\",\"valor\":\"12.3\",\"status\":\"EFETIVADO\",\"chave\":\"k\",\"horario\":\"2026-11-21T12:00:00.76-03:00\"}" },
		{ &psp_bs2, "{" E ",\"recebimentoId\":7,\"txId\":null,\"valor\":10,\"status\":\"Efetivado\",\"devolucoes\":[]}", "{" E ",\"valor\":10.0}" },
		{ &psp_bs2, "{" E ",\"valor\":10}", "{" E ",\"valor\":10.00,\"status\":\"EFETIVADO\"}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		if (*compared(pairs[i].psp, pairs[i].list, pairs[i].callback))
			fail_msg("%zu: %s", i, met);
}

/* What is stored from the list and then told by a callback is unique by these: hook, kind, e2eid, ref, status without its case. */
static void what_makes_an_event_once_is_the_same_from_both(void **state)
{
	static const struct {
		const struct psp *psp;
		const char *list, *callback;
	} pairs[] = {
		{ &psp_efi, "{" E ",\"txid\":\"t\",\"valor\":\"1.00\",\"horario\":\"2026-11-21T12:00:00.000Z\",\"devolucoes\":[" RT("D1", "0.50", "DEVOLVIDO") "]}",
			"{" E ",\"chave\":\"k\",\"valor\":\"1.00\",\"horario\":null,\"devolucoes\":[" RT("D1", "0.50", "DEVOLVIDO") "]}" },
		{ &psp_bacen, "{" E ",\"valor\":\"1.00\",\"infoPagador\":\"x\"}", "{" E ",\"txid\":\"t\",\"chave\":\"k\",\"valor\":\"1.00\"}" },
		{ &psp_bs2, "{" E ",\"recebimentoId\":700100,\"txId\":null,\"data\":\"2026-11-21T12:04:34.76\",\"valor\":1.0,\"status\":\"Efetivado\",\"chaveDict\":\"k\","
			"\"situacao\":\"ACCC\",\"devolucoes\":[{\"id\":\"dev1\",\"rtrId\":\"D1\",\"valor\":0.5,\"status\":\"DEVOLVIDO\"}],\"pagina\":{\"qtd\":1}}",
			"{\"EndToEndId\":\"E1\",\"txId\":\"t\",\"valor\":\"1.00\",\"status\":\"EFETIVADO\",\"devolucoes\":[{\"id\":\"dev1\",\"rtrId\":\"D1\",\"valor\":\"0.50\","
			"\"status\":\"Devolvido\"}]}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		struct pix_batch t = read(pairs[i].psp, pairs[i].list), o = read(pairs[i].psp, pairs[i].callback);

		assert_int_equal(t.count, o.count);
		for (size_t k = 0; k < t.count; k++) {
			assert_int_equal(t.events[k].kind, o.events[k].kind);
			assert_string_equal(t.events[k].e2eid, o.events[k].e2eid);
			assert_string_equal(t.events[k].ref, o.events[k].ref);
			assert_int_equal(strcasecmp(t.events[k].status, o.events[k].status), 0);
			assert_int_equal(t.events[k].cents, o.events[k].cents);
		}
		pix_batch_free(&t);
		pix_batch_free(&o);
	}
}

static void what_is_missing_older_or_different_is_found(void **state)
{
	static const struct {
		const struct psp *psp;
		const char *list, *inbox, *want;
	} rows[] = {
		{ &psp_efi, "{" E ",\"valor\":\"1.00\"}", "", "missing received E1" },
		{ &psp_efi, "{" E ",\"valor\":\"1.00\",\"devolucoes\":[" RT("D1", "0.50", "DEVOLVIDO") "]}", "", "missing received E1; missing refund D1" },
		{ &psp_efi, "{" E ",\"valor\":\"1.00\",\"devolucoes\":[" RT("D1", "0.50", "DEVOLVIDO") "," RT("D2", "0.20", "NAO_REALIZADO") "]}",
			"{" E ",\"valor\":\"1.00\",\"devolucoes\":[" RT("D2", "0.20", "NAO_REALIZADO") "]}", "missing refund D1" },
		/* nobody tells of a refund on its way */
		{ &psp_efi, "{" E ",\"valor\":\"1.00\",\"devolucoes\":[" RT("D1", "0.50", "EM_PROCESSAMENTO") "]}", "{" E ",\"valor\":\"1.00\"}", "" },
		{ &psp_efi, "{" E ",\"valor\":\"1.00\",\"devolucoes\":[" RT("D1", "0.50", "EM_PROCESSAMENTO") "]}",
			"{" E ",\"valor\":\"1.00\",\"devolucoes\":[" RT("D1", "0.50", "DEVOLVIDO") "]}", "" },
		{ &psp_efi, "{" E ",\"valor\":\"1.00\",\"devolucoes\":[" RT("D1", "0.50", "DEVOLVIDO") "]}",
			"{" E ",\"valor\":\"1.00\",\"devolucoes\":[" RT("D1", "0.50", "EM_PROCESSAMENTO") "]}", "state refund D1 8" },
		{ &psp_efi, "{" E ",\"valor\":\"1.00\",\"devolucoes\":[" RT("D1", "0.50", "DEVOLVIDO") "]}",
			"{" E ",\"valor\":\"1.00\",\"devolucoes\":[" RT("D1", "0.50", "EM_PROCESSAMENTO") "," RT("D1", "0.50", "DEVOLVIDO") "]}", "" },
		{ &psp_efi, "{" E ",\"valor\":\"1.00\",\"devolucoes\":[" RT("D1", "0.50", "DEVOLVIDO") "]}",
			"{" E ",\"valor\":\"1.00\",\"devolucoes\":[" RT("D1", "0.50", "NAO_REALIZADO") "]}", "different refund D1 8" },
		{ &psp_efi, "{" E ",\"valor\":\"1.00\",\"devolucoes\":[" RT("D1", "0.51", "DEVOLVIDO") "]}",
			"{" E ",\"valor\":\"1.00\",\"devolucoes\":[" RT("D1", "0.50", "DEVOLVIDO") "]}", "different refund D1 1" },
		{ &psp_efi, "{" E ",\"valor\":\"1.01\"}", "{" E ",\"valor\":\"1.00\"}", "different received E1 1" },
		{ &psp_efi, "{" E ",\"valor\":\"1.00\",\"chave\":\"k\"}", "{" E ",\"valor\":\"1.00\",\"chave\":\"l\"}", "different received E1 2" },
		{ &psp_efi, "{" E ",\"valor\":\"1.00\",\"txid\":\"T\"}", "{" E ",\"valor\":\"1.00\",\"txid\":\"t\"}", "different received E1 4" },
		{ &psp_bs2, "{" E ",\"valor\":1,\"status\":\"Rejeitado\"}", "{" E ",\"valor\":2,\"status\":\"EFETIVADO\"}", "different received E1 9" },
		{ &psp_bs2, "{" E ",\"valor\":1,\"status\":\"Rejeitado\"}", "", "unsettled received E1" },
		{ &psp_bs2, "{" E ",\"valor\":1,\"status\":\"eFETIVADO\"}", "", "missing received E1" },
		{ &psp_bs2, "{" E ",\"valor\":1}", "", "missing received E1" },
		/* a refund that the PSP does not have, told of once whatever its states */
		{ &psp_efi, "{" E ",\"valor\":\"1.00\"}", "{" E ",\"valor\":\"1.00\",\"devolucoes\":[" RT("D1", "0.50", "EM_PROCESSAMENTO") "," RT("D1", "0.50", "DEVOLVIDO") "]}",
			"not-listed refund D1" },
		/* the same e2eid as another kind is another thing */
		{ &psp_efi, "{" E ",\"valor\":\"1.00\"}", "{" E ",\"valor\":\"1.00\",\"tipo\":\"SOLICITACAO\",\"status\":\"REALIZADO\"}", "missing received E1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(compared(rows[i].psp, rows[i].list, rows[i].inbox), rows[i].want) != 0)
			fail_msg("%zu: %s, not %s", i, met, rows[i].want);
}

static void a_receipt_is_the_same_whatever_its_ref(void **state)
{
	struct pix_event theirs = { .kind = PIX_RECEIVED, .e2eid = "E1", .ref = "700100" }, ours = { .kind = PIX_RECEIVED, .e2eid = "E1" };

	(void)state;
	*met = '\0';
	compare_item(psp_bs2.list, &theirs, 1, &ours, 1, note, NULL);
	assert_string_equal(met, "");
}

static void the_list_must_hold_receipts_of_its_time_alone(void **state)
{
	struct pix_event ev = { .kind = PIX_RECEIVED, .has_at = true, .at_ms = 100, .e2eid = "E1" };

	(void)state;
	assert_true(compare_listed(&ev, 100, 200));
	assert_false(compare_listed(&ev, 101, 200));
	assert_false(compare_listed(&ev, 0, 100));
	ev.foreign = true;
	assert_false(compare_listed(&ev, 100, 200));
	ev.foreign = false;
	ev.kind = PIX_SENT;
	assert_false(compare_listed(&ev, 100, 200));
	ev.kind = PIX_RECEIVED;
	strcpy(ev.e2eid, "E99999999202611211200PIXGATETEST");
	assert_false(compare_listed(&ev, 100, 200));
	strcpy(ev.e2eid, "E1");
	ev.has_at = false;
	assert_false(compare_listed(&ev, 0, 200));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pair_is_the_same_whatever_one_side_leaves_out),
		cmocka_unit_test(what_makes_an_event_once_is_the_same_from_both),
		cmocka_unit_test(what_is_missing_older_or_different_is_found),
		cmocka_unit_test(a_receipt_is_the_same_whatever_its_ref),
		cmocka_unit_test(the_list_must_hold_receipts_of_its_time_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
