#include "pix/psp.h"

/*
 * devs.bs2.com (docs/pix-webhook, docs/webhooks-for-indirect-participants). Sample bodies are not published: names are
 * what receivers in production read and what BS2's own read API answers; only what tells two events apart is needed.
 */
enum { BRASILIA = -180 };	/* minutes; statement times have no offset */

static const struct psp_field received[] = {
	{ "endToEndId", SLOT_E2EID,  true },
	{ "txid",       SLOT_TXID,   false },	/* also txId: keys are folded */
	{ "chave",      SLOT_KEY,    false },
	{ "chaveDict",  SLOT_KEY,    false },
	{ "status",     SLOT_STATUS, false },
	{ "valor",      SLOT_CENTS,  false },
	{ "horario",    SLOT_AT,     false },
	{ "data",       SLOT_AT,     false },
	{ 0 }
};

/* One Pix may be returned in parts, so a refund without an id of its own could hide another. */
static const struct psp_field refunded[] = {
	{ "^endToEndId",         SLOT_E2EID,  true },
	{ "^txid",               SLOT_TXID,   false },
	{ "^chave",              SLOT_KEY,    false },
	{ "^chaveDict",          SLOT_KEY,    false },
	{ "rtrId",               SLOT_REF,    true },
	{ "id",                  SLOT_REF,    true },
	{ "status",              SLOT_STATUS, false },
	{ "valor",               SLOT_CENTS,  false },
	{ "horario.solicitacao", SLOT_AT,     false },
	{ 0 }
};

/* The key in it would be the payee's, so it is left out: it would look foreign. */
static const struct psp_field payment[] = {
	{ "endToEndId",  SLOT_E2EID,  true },
	{ "pagamentoId", SLOT_REF,    true },
	{ "status",      SLOT_STATUS, false },
	{ "situacao",    SLOT_STATUS, false },
	{ "valor",       SLOT_CENTS,  false },
	{ "horario",     SLOT_AT,     false },
	{ "data",        SLOT_AT,     false },
	{ 0 }
};

static const struct psp_event refund = { .list = "devolucoes", .kind = PIX_REFUND, .fields = refunded };

static const struct psp_event events[] = {
	{ .list = "pix", .when = "!pagamentoId", .kind = PIX_RECEIVED, .fields = received, .within = &refund },
	{ .when = "pagamentoId", .kind = PIX_PAYMENT, .fields = payment },
	{ 0 }
};

/* Indirect participants: one event a body. */
static const struct psp_field finished_receipt[] = {
	{ "endToEndId",    SLOT_E2EID,  true },
	{ "txid",          SLOT_TXID,   false },
	{ "chave",         SLOT_KEY,    false },
	{ "chaveDict",     SLOT_KEY,    false },
	{ "recebimentoId", SLOT_REF,    false },
	{ "situacao",      SLOT_STATUS, false },
	{ "status",        SLOT_STATUS, false },
	{ "valor",         SLOT_CENTS,  false },
	{ "data",          SLOT_AT,     false },
	{ "horario",       SLOT_AT,     false },
	{ 0 }
};

static const struct psp_field finished_return[] = {
	{ "endToEndId", SLOT_E2EID,  true },
	{ "returnId",   SLOT_REF,    true },
	{ "idExterno",  SLOT_REF,    true },
	{ "situacao",   SLOT_STATUS, false },
	{ "status",     SLOT_STATUS, false },
	{ "valor",      SLOT_CENTS,  false },
	{ "data",       SLOT_AT,     false },
	{ "horario",    SLOT_AT,     false },
	{ 0 }
};

static const struct psp_field finished_payment[] = {
	{ "endToEndId",  SLOT_E2EID,  true },
	{ "pagamentoId", SLOT_REF,    false },
	{ "situacao",    SLOT_STATUS, false },
	{ "status",      SLOT_STATUS, false },
	{ "valor",       SLOT_CENTS,  false },
	{ "data",        SLOT_AT,     false },
	{ "horario",     SLOT_AT,     false },
	{ 0 }
};

static const struct psp_event indirect_events[] = {
	{ .name = "RecebimentoFinalizado", .kind = PIX_RECEIVED, .fields = finished_receipt },
	{ .name = "DevolucaoFinalizada", .kind = PIX_REFUND, .fields = finished_return },
	{ .name = "PagamentoFinalizado", .kind = PIX_PAYMENT, .fields = finished_payment },
	{ .name = "RestituicaoFinalizada", .kind = PIX_RETURN, .fields = finished_return },
	{ .name = "ValidacaoRecebimento", .kind = PIX_VALIDATION, .fields = finished_receipt },
	{ .name = "ValidacaoRestituicao", .kind = PIX_VALIDATION, .fields = finished_return },
	{ .name = "ValidacaoRecebimentoCanalSecundario", .kind = PIX_VALIDATION, .fields = finished_receipt },
	{ 0 }
};

static const struct psp_env envs[] = {
	{ .name = "production", .api = "https://api.bs2.com" },
	{ .name = "sandbox", .api = "https://apihmz.bancobonsucesso.com.br" },
	{ 0 }
};

static const char *const notes[] = {
	"BS2 posts to the URL as registered, with the Basic or Bearer credentials that were registered, and presents no client certificate.",
	"It gives up after 1,000 ms; after some attempts, whose number is not published, the notice is gone: reconcile.",
	"It trusts exactly the server certificate that was uploaded: upload the new one at each renewal, or notices stop.",
	"Its gateway speaks TLS 1.2 and, when last documented, nothing else.",
	"Registered with somenteComTxId = true, it announces only receipts that have a txid.",
	"The case of keys in bodies is not certain, amounts are numbers, times may lack their offset (then Brasília's).",
	"Only payments that succeeded are announced; look the others up.",
	"The addresses that it calls from are not published.",
	NULL
};

static const char *const indirect_notes[] = {
	"BS2 posts each of the seven events to the URL registered for it: register PATH/EVENT, so that the URL tells the event.",
	"It gives up after 300 ms; one main attempt and some more, then the message is closed and never sent again.",
	"Events that end a flow come for failures too: the status tells (ACCC done, RJCT refused).",
	"All the data of a receipt or return come with its validation; the closing event only names it.",
	"A validation is answered with 200, which accepts it: the gate never denies one.",
	"Bodies are not published: names are inferred, and what is not understood is kept as unread.",
	"How a participant asks what was received is not published either: pixgate cannot reconcile it.",
	"It trusts exactly the server certificate (*.crt) that was uploaded: upload the new one at each renewal.",
	NULL
};

const struct psp psp_bs2 = {
	.name = "bs2",
	.title = "Banco BS2, direct client",
	.fold_case = true,
	.money = MONEY_DECIMAL,
	.assume_minutes = BRASILIA,
	.patience_ms = 1000,
	.envs = envs,
	.events = events,
	.token = &psp_bs2_token,
	.calls = psp_bs2_calls,
	.list = &psp_bs2_list,
	.also = psp_bs2_also,
	.cert_form = "multipart-pem",
	.errors = psp_bs2_errors,
	.notes = notes,
};

const struct psp psp_bs2_indirect = {
	.name = "bs2-indirect",
	.title = "Banco BS2, indirect participant",
	.event_in_path = true,
	.fold_case = true,
	.money = MONEY_DECIMAL,
	.assume_minutes = BRASILIA,
	.patience_ms = 300,
	.envs = envs,
	.events = indirect_events,
	.token = &psp_bs2_token,
	.calls = psp_bs2_indirect_calls,
	.also = psp_bs2_also,
	.cert_form = "json-b64-pem",
	.errors = psp_bs2_errors,
	.notes = indirect_notes,
};
