#include "pix/psp.h"

#include "lib/when.h"

/*
 * The callbacks of the BCB Pix API 2.9.0 ({$request.body#/webhookUrl}/pix, /rec, /cobr). Sent Pix are no part of it: they
 * come as Efí documents them, and an item with a `tipo` that nobody knows must not pass for money received.
 */
static const struct psp_field received[] = {
	{ "endToEndId", SLOT_E2EID, true },
	{ "txid",       SLOT_TXID,  false },
	{ "chave",      SLOT_KEY,   false },
	{ "valor",      SLOT_CENTS, true },
	{ "horario",    SLOT_AT,    false },
	{ 0 }
};

static const struct psp_field refunded[] = {
	{ "^endToEndId",         SLOT_E2EID,  true },
	{ "^txid",               SLOT_TXID,   false },
	{ "^chave",              SLOT_KEY,    false },
	{ "rtrId",               SLOT_REF,    true },
	{ "id",                  SLOT_REF,    true },
	{ "valor",               SLOT_CENTS,  true },
	{ "status",              SLOT_STATUS, true },
	{ "horario.solicitacao", SLOT_AT,     false },
	{ 0 }
};

static const struct psp_field sent[] = {
	{ "endToEndId",       SLOT_E2EID,  true },
	{ "txid",             SLOT_TXID,   false },
	{ "chave",            SLOT_KEY,    false },	/* the payer's, which is the merchant's own */
	{ "gnExtras.idEnvio", SLOT_REF,    false },
	{ "status",           SLOT_STATUS, true },
	{ "valor",            SLOT_CENTS,  true },
	{ "horario",          SLOT_AT,     false },	/* null where the send failed */
	{ 0 }
};

static const struct psp_field recurrence[] = {
	{ "idRec",                      SLOT_E2EID,  true },
	{ "ativacao.dadosJornada.txid", SLOT_TXID,   false },
	{ "status",                     SLOT_STATUS, true },
	{ "atualizacao[-1].data",       SLOT_AT,     false },
	{ 0 }
};

static const struct psp_field charge[] = {
	{ "idRec",                SLOT_E2EID,  true },
	{ "txid",                 SLOT_TXID,   true },
	{ "txid",                 SLOT_REF,    true },
	{ "status",               SLOT_STATUS, true },
	{ "pix[-1].valor",        SLOT_CENTS,  false },
	{ "atualizacao[-1].data", SLOT_AT,     false },
	{ 0 }
};

static const struct psp_event refund = { .list = "devolucoes", .kind = PIX_REFUND, .fields = refunded };

const struct psp_event psp_bcb_events[] = {
	{ .list = "pix",   .when = "tipo=SOLICITACAO",        .kind = PIX_SENT,     .fields = sent,     .within = &refund },
	{ .list = "pix",   .when = "!tipo&gnExtras.idEnvio",  .kind = PIX_SENT,     .fields = sent,     .within = &refund },
	{ .list = "pix",   .when = "!tipo",                   .kind = PIX_RECEIVED, .fields = received, .within = &refund },
	{ .list = "recs",  .kind = PIX_RECURRENCE, .fields = recurrence },
	{ .list = "cobsr", .kind = PIX_CHARGE,     .fields = charge },
	{ .list = "cobrs", .kind = PIX_CHARGE,     .fields = charge },	/* as some of the REST lists spell it */
	{ 0 }
};

const char *const psp_bcb_suffixes[] = { "/pix", "/rec", "/cobr", NULL };

static const struct psp_env envs[] = {
	{ .name = "production" },
	{ .name = "sandbox" },
	{ 0 }
};

static const char *const notes[] = {
	"For any PSP that keeps to the BCB Pix API: it posts to the registered URL with /pix, /rec or /cobr appended.",
	"The norm has no signature, no event id and no retry schedule: each PSP sets its own; ask yours, and reconcile.",
	"The norm wants a client certificate on the callback. Its CA and its name are the PSP's: set ca and pin.",
	"Banco do Brasil and others present a certificate of a public CA: without a pin, anybody's certificate of that CA passes.",
	"A verified certificate says that the PSP sent it, not that it is about your account: set a secret and keys.",
	"A refund comes with the endToEndId of the Pix that it returns, and only once it has reached a final status.",
	"Inter sends a bare array and tries 4 more times (20, 30, 60, 120 minutes); Santander first calls the URL with GET.",
	NULL
};

const struct psp psp_bacen = {
	.name = "bacen",
	.title = "any PSP that keeps to the BCB Pix API",
	.suffixes = psp_bcb_suffixes,
	.bare_list = true,
	.money = MONEY_BCB,
	.assume_minutes = WHEN_NO_ZONE,
	.envs = envs,
	.events = psp_bcb_events,
	.token = &psp_bacen_token,
	.calls = psp_bacen_calls,
	.list = &psp_bacen_list,
	.errors = psp_bacen_errors,
	.notes = notes,
};
