#include "pix/psp.h"

/*
 * dev.efipay.com.br (Pix API, credentials and webhooks), read July 2024; efipay/sdk-php-apis-efi 1.19 for webhookrec,
 * webhookcobr and reenviar.
 */
const struct psp_token psp_efi_token = {
	.path = "/oauth/token",
	.json = true,
	.margin_s = 60,
	.client_cert = true,
};

#define SKIP "x-skip-mtls-checking: {skip_mtls}"	/* a text, "true" or "false" */
#define URL "{\"webhookUrl\":{url}}"

const struct psp_call psp_efi_calls[] = {
	{ "webhook.set", "PUT", "/v2/webhook/{key}", "webhook.write", .body = URL, .header = SKIP },
	{ "webhook.get", "GET", "/v2/webhook/{key}", .scope = "webhook.read" },
	{ "webhook.list", "GET", "/v2/webhook?inicio={since}&fim={until}<&paginacao.paginaAtual={page}>", .scope = "webhook.read" },
	{ "webhook.delete", "DELETE", "/v2/webhook/{key}", .scope = "webhook.write" },
	{ "webhookrec.set", "PUT", "/v2/webhookrec", "webhookrec.write", .body = URL, .header = SKIP },
	{ "webhookrec.get", "GET", "/v2/webhookrec", .scope = "webhookrec.read" },
	{ "webhookrec.delete", "DELETE", "/v2/webhookrec", .scope = "webhookrec.write" },
	{ "webhookcobr.set", "PUT", "/v2/webhookcobr", "webhookcobr.write", .body = URL, .header = SKIP },
	{ "webhookcobr.get", "GET", "/v2/webhookcobr", .scope = "webhookcobr.read" },
	{ "webhookcobr.delete", "DELETE", "/v2/webhookcobr", .scope = "webhookcobr.write" },
	{ "pix.list", "GET", "/v2/pix?inicio={since}&fim={until}<&paginacao.paginaAtual={page}>", .scope = "pix.read" },
	{ "pix.get", "GET", "/v2/pix/{e2eid}", .scope = "pix.read" },
	{ "webhook.resend", "POST", "/v2/gn/webhook/reenviar", "webhook.write", .body = "{\"tipo\":{kind},\"e2eids\":{e2eids}}" },
	{ 0 }
};

/*
 * GET /v2/pix: 100 a page where nobody asks for more, which both take; pages from 0. A refund is told of once it has ended
 * (bacen/pix-api issue 354).
 */
const struct psp_list psp_efi_list = {
	.call = "pix.list",
	.items = "pix",
	.page_count = "parametros.paginacao.quantidadeDePaginas",
	.item_count = "parametros.paginacao.quantidadeTotalDeItens",
	.page_size = "parametros.paginacao.itensPorPagina",
	.window_ms = 24 * 3600 * INT64_C(1000),
	.one = "pix.get",
	.passing = "EM_PROCESSAMENTO",
	.resend = true,
};

const struct psp_error psp_efi_errors[] = {
	{ "valor_invalido", "URL inválida",
		"Efí does not take the text for a URL.",
		"Look at the hook's domain and path: `pixgate url HOOK` prints what was sent." },
	{ "valor_invalido", "A URL do webhook deve usar o protocolo HTTPS",
		"The URL does not begin with https://.",
		"Give the web server a certificate (Let's Encrypt will do) and register the https:// address." },
	{ "webhook_invalido", "A autenticação de TLS mútuo não está configurada na URL informada",
		"Efí called without its certificate first, and the web server let it in instead of refusing it.",
		"Have the web server ask for Efí's certificate (`pixgate gen`), or set client_cert = \"none\" and a secret for the hook, so that the "
		"check is skipped. Behind a proxy of somebody else (Cloudflare, shared hosting) only the latter works." },
	{ "webhook_invalido", "A URL informada está inacessível",
		"Efí found nothing at that address: the name is unknown, the port is closed, or a firewall is in between.",
		"Open the URL from another network; look at DNS and the firewall, and let 34.193.116.226 in." },
	{ "webhook_invalido", "A URL informada atingiu o tempo limite de resposta",
		"The server took the connection, but did not answer in time.",
		"Look whether the gate runs, whether the web server reaches it, and whether a firewall drops what comes from 34.193.116.226." },
	{ "webhook_invalido", "A requisição na URL informada falhou com o erro: *",
		"The connection broke while Efí was calling; the last word of the message is the kind of break.",
		"Look at the web server's error log: mostly TLS. Its certificate chain must be whole, TLS 1.2 allowed, and Efí's certificate "
		"accepted (the right chain: production's and the sandbox's differ)." },
	{ "webhook_invalido", "A URL informada respondeu com o código HTTP *",
		"The server answered Efí's call with its certificate, but with that status instead of 200.",
		"404: the path is not the hook's. 401 or 403: the secret, the addresses or the CA file do not fit; the gate's log says which check "
		"failed. 502 or 503: the gate does not run. 301 or 302: a redirect, which Efí need not follow: register the address where it ends. "
		"Others: look at the web server's log." },
	{ "webhook_invalido", "Não foi possível receber uma resposta da URL informada",
		"The server took Efí's call and closed the connection without an answer.",
		"Look at the web server's error log at the time of the call, and whether the gate runs." },
	{ "webhook_nao_encontrado", "*",
		"No webhook is registered for this key.",
		"Register it with `pixgate webhook set HOOK`." },
	{ "chave_invalida", "*",
		"The Pix key does not belong to the account of these credentials.",
		"Compare the hook's keys with the account's, and look whether client_id, client_secret and environment are of the same account." },
	{ "json_invalido", "*",
		"Efí does not take a value of the request.",
		"The message names it; look at the hook's setting of that meaning." },
	{ "insufficient_scope", "*",
		"The application at Efí may not do this.",
		"In Efí's panel, under API and your application, allow the scope that the message names (\"Alterar Webhooks\" for webhook.write), "
		"and try again." },
	/* webhookrec, webhookcobr and reenviar refuse as the BCB says */
	{ "WebhookOperacaoInvalida", "*",
		"Efí does not take the webhook: the URL or a value of the request is not as it must be.",
		"`pixgate url HOOK` prints what was sent; the message says more." },
	{ "AcessoNegado", "*",
		"These credentials may not do this.",
		"In Efí's panel, under API and your application, allow the scope that the call needs, and look whether the account has the product." },
	{ "invalid_client", "*",
		"Efí does not know client_id and client_secret, or they are of the other environment.",
		"Copy both anew from the application in Efí's panel, from the environment that the hook names, without blanks or line breaks." },
	{ 0 }
};
