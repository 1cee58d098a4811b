#include "pix/status.h"

#include <stddef.h>

#include "lib/ascii.h"

#define KIND(k) (1u << PIX_##k)

/* BS2's indirect participants have ISO 20022's words (ACSP settling, ACCC settled, RJCT refused) in every event. */
#define BS2_KINDS (KIND(RECEIVED) | KIND(REFUND) | KIND(PAYMENT) | KIND(RETURN) | KIND(VALIDATION))

/* BCB Pix API 2.9.0 (Devolucao, RecStatus, CobRStatus), Efí's sent Pix, devs.bs2.com. */
static const struct {
	unsigned kinds;
	const char *word;
	int rank;
} words[] = {
	{ KIND(REFUND),     "EM_PROCESSAMENTO", 0 },
	{ KIND(REFUND),     "DEVOLVIDO",        1 },
	{ KIND(REFUND),     "NAO_REALIZADO",    1 },
	{ KIND(SENT),       "EM_PROCESSAMENTO", 0 },
	{ KIND(SENT),       "REALIZADO",        1 },
	{ KIND(SENT),       "NAO_REALIZADO",    1 },
	{ KIND(RECURRENCE), "CRIADA",           0 },
	{ KIND(RECURRENCE), "APROVADA",         1 },
	{ KIND(RECURRENCE), "REJEITADA",        2 },
	{ KIND(RECURRENCE), "EXPIRADA",         2 },
	{ KIND(RECURRENCE), "CANCELADA",        2 },
	{ KIND(CHARGE),     "CRIADA",           0 },
	{ KIND(CHARGE),     "ATIVA",            1 },
	{ KIND(CHARGE),     "CONCLUIDA",        2 },
	{ KIND(CHARGE),     "EXPIRADA",         2 },
	{ KIND(CHARGE),     "REJEITADA",        2 },
	{ KIND(CHARGE),     "CANCELADA",        2 },
	{ BS2_KINDS,        "ACSP",             0 },
	{ BS2_KINDS,        "ACCC",             1 },
	{ BS2_KINDS,        "RJCT",             1 },
};

int pix_status_rank(enum pix_kind kind, const char *status)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if ((words[i].kinds & 1u << kind) && !ascii_casecmp(words[i].word, status))
			return words[i].rank;
	return -1;
}

bool pix_status_stale(const struct pix_event *late, const struct pix_event *before)
{
	int ours = pix_status_rank(late->kind, late->status), theirs = pix_status_rank(before->kind, before->status);

	/* no word where one came before tells nothing new */
	if (!*late->status && *before->status)
		return true;
	if (ours >= 0 && theirs >= 0 && ours != theirs)
		return ours < theirs;
	return late->has_at && before->has_at && late->at_ms < before->at_ms;
}
