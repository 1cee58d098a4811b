/* What PSPs' status words say of a thing's progress. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "pix/status.h"

#include <cmocka.h>	/* last: it has a macro fail() */

static void words_have_ranks_of_their_kind(void **state)
{
	static const struct {
		enum pix_kind kind;
		const char *word;
		int rank;
	} rows[] = {
		{ PIX_REFUND, "EM_PROCESSAMENTO", 0 }, { PIX_REFUND, "DEVOLVIDO", 1 }, { PIX_REFUND, "NAO_REALIZADO", 1 },
		{ PIX_SENT, "EM_PROCESSAMENTO", 0 }, { PIX_SENT, "REALIZADO", 1 }, { PIX_SENT, "NAO_REALIZADO", 1 },
		{ PIX_RECURRENCE, "CRIADA", 0 }, { PIX_RECURRENCE, "APROVADA", 1 }, { PIX_RECURRENCE, "REJEITADA", 2 },
		{ PIX_RECURRENCE, "EXPIRADA", 2 }, { PIX_RECURRENCE, "CANCELADA", 2 }, { PIX_RECURRENCE, "CONCLUIDA", -1 },
		{ PIX_CHARGE, "CRIADA", 0 }, { PIX_CHARGE, "ATIVA", 1 }, { PIX_CHARGE, "CONCLUIDA", 2 }, { PIX_CHARGE, "EXPIRADA", 2 },
		{ PIX_CHARGE, "REJEITADA", 2 }, { PIX_CHARGE, "CANCELADA", 2 }, { PIX_CHARGE, "APROVADA", -1 },
		{ PIX_RECEIVED, "ACSP", 0 }, { PIX_RECEIVED, "ACCC", 1 }, { PIX_RECEIVED, "RJCT", 1 }, { PIX_RETURN, "ACCC", 1 },
		{ PIX_PAYMENT, "RJCT", 1 }, { PIX_VALIDATION, "ACSP", 0 }, { PIX_REFUND, "ACCC", 1 }, { PIX_SENT, "ACCC", -1 },
		{ PIX_RECEIVED, "EFETIVADO", -1 }, { PIX_RECEIVED, "DEVOLVIDO", -1 }, { PIX_RECEIVED, "", -1 },
		{ PIX_REFUND, "devolvido", 1 }, { PIX_REFUND, "Em_Processamento", 0 }, { PIX_REFUND, "DEVOLVID", -1 },
		{ PIX_REFUND, "DEVOLVIDOS", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (pix_status_rank(rows[i].kind, rows[i].word) != rows[i].rank)
			fail_msg("%s %s: %d", pix_kind_name(rows[i].kind), rows[i].word, pix_status_rank(rows[i].kind, rows[i].word));
}

static struct pix_event state_of(const char *status, int64_t at_ms)
{
	struct pix_event ev = { .kind = PIX_REFUND, .has_at = at_ms != 0, .at_ms = at_ms };

	strcpy(ev.status, status);
	return ev;
}

static void an_older_state_is_told_by_words_then_by_times(void **state)
{
	static const struct {
		const char *late;
		int64_t late_at;
		const char *before;
		int64_t before_at;
		bool stale;
	} rows[] = {
		{ "EM_PROCESSAMENTO", 0, "DEVOLVIDO", 0, true },
		{ "em_processamento", 0, "Devolvido", 0, true },
		{ "DEVOLVIDO", 0, "EM_PROCESSAMENTO", 0, false },
		{ "EM_PROCESSAMENTO", 9, "DEVOLVIDO", 5, true },	/* the words win */
		{ "DEVOLVIDO", 5, "EM_PROCESSAMENTO", 9, false },
		{ "DEVOLVIDO", 5, "NAO_REALIZADO", 9, true },	/* of one rank: the times */
		{ "DEVOLVIDO", 9, "NAO_REALIZADO", 5, false },
		{ "DEVOLVIDO", 5, "NAO_REALIZADO", 5, false },
		{ "DEVOLVIDO", 0, "NAO_REALIZADO", 9, false },
		{ "DEVOLVIDO", 5, "NAO_REALIZADO", 0, false },
		{ "NOVIDADE", 5, "DEVOLVIDO", 9, true },		/* an unknown word: the times */
		{ "NOVIDADE", 9, "DEVOLVIDO", 5, false },
		{ "EM_PROCESSAMENTO", 5, "NOVIDADE", 9, true },
		{ "NOVIDADE", 0, "DEVOLVIDO", 0, false },
		{ "", 0, "EFETIVADO", 0, true },			/* no word behind a word */
		{ "EFETIVADO", 0, "", 0, false },
		{ "", 5, "", 5, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pix_event late = state_of(rows[i].late, rows[i].late_at), before = state_of(rows[i].before, rows[i].before_at);

		if (pix_status_stale(&late, &before) != rows[i].stale)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_have_ranks_of_their_kind),
		cmocka_unit_test(an_older_state_is_told_by_words_then_by_times),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
