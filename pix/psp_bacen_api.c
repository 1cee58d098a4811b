#include "pix/psp.h"

/* The BCB Pix API 2.9.0 below the configured address. Where tokens are got is not part of it: /oauth/token is the custom. */
const struct psp_token psp_bacen_token = {
	.path = "/oauth/token",
	.scope = "webhook.read webhook.write pix.read",
	.margin_s = 60,
	.client_cert = true,
};

const struct psp_call psp_bacen_calls[] = {
	{ "webhook.set", "PUT", "/webhook/{key}", "webhook.write", .body = "{\"webhookUrl\":{url}}" },
	{ "webhook.get", "GET", "/webhook/{key}", .scope = "webhook.read" },
	{ "webhook.list", "GET", "/webhook?inicio={since}&fim={until}<&paginacao.paginaAtual={page}>", .scope = "webhook.read" },
	{ "webhook.delete", "DELETE", "/webhook/{key}", .scope = "webhook.write" },
	{ "pix.list", "GET", "/pix?inicio={since}&fim={until}<&paginacao.paginaAtual={page}>", .scope = "pix.read" },
	{ "pix.get", "GET", "/pix/{e2eid}", .scope = "pix.read" },
	{ 0 }
};

/*
 * GET /pix: 100 a page where nobody asks for more, which both take; pages from 0. A refund is told of once it has ended
 * (bacen/pix-api issue 354).
 */
const struct psp_list psp_bacen_list = {
	.call = "pix.list",
	.items = "pix",
	.page_count = "parametros.paginacao.quantidadeDePaginas",
	.item_count = "parametros.paginacao.quantidadeTotalDeItens",
	.page_size = "parametros.paginacao.itensPorPagina",
	.window_ms = 24 * 3600 * INT64_C(1000),
	.one = "pix.get",
	.passing = "EM_PROCESSAMENTO",
};

/* Names are the last word of the problem's `type` (https://pix.bcb.gov.br/api/v2/error/NAME). */
const struct psp_error psp_bacen_errors[] = {
	{ "WebhookOperacaoInvalida", "*",
		"The PSP does not take the webhook: the URL or the key is not as it must be.",
		"`pixgate url HOOK` prints what was sent; the PSP's message or its manual says what it asks of a URL." },
	{ "WebhookNaoEncontrado", "*",
		"No webhook is registered for this key.",
		"Register it with `pixgate webhook set HOOK`." },
	{ "WebhookConsultaInvalida", "*",
		"The PSP does not take the dates or the page of the list.",
		"Ask for a shorter time, with its end behind its beginning." },
	{ "AcessoNegado", "*",
		"These credentials may not do this.",
		"Ask the PSP to allow the scope that the call needs, or for the key's account." },
	{ "ServicoIndisponivel", "*",
		"The PSP's service is down.",
		"Try again later." },
	{ "invalid_client", "*",
		"The PSP does not know client_id and client_secret, or they are of another environment.",
		"Copy both anew, without blanks or line breaks." },
	{ "insufficient_scope", "*",
		"The application may not do this.",
		"Ask the PSP to allow the scope that the message names." },
	{ 0 }
};
