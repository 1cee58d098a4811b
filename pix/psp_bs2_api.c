#include "pix/psp.h"

/* devs.bs2.com (docs/pix-webhook, manual/pix-clientes, docs/how-to-export-dns) and clients that use it. */
const struct psp_token psp_bs2_token = {
	.path = "/auth/oauth/v2/token",
	.scope = "cob.write cob.read cobv.write cobv.read pix.write pix.read dict.write dict.read webhook.read webhook.write",
	.margin_s = 30,
	.single = true,
	.per_minute = 10,
};

#define BASE "/pix/direto/forintegration/v1/webhook/bs2"
#define RECEIPTS "/pix/direto/forintegration/v1/recebimentos"
/* Not published: by analogy with the direct client's, from the API's name bs2.pj.pix.forintegration.indireto, version 1. */
#define INDIRECT "/pix/indireto/forintegration/v1/webhook/bs2"

const struct psp_call psp_bs2_calls[] = {
	/* events is a list; authorization a type (none, basic, bearer) and its value */
	{ "webhook.set", "PUT", BASE, "webhook.write",
		.body = "[{\"url\":{url},\"eventos\":{events},\"somenteComTxId\":{only_txid}<,\"contaNumero\":{account}>"
			"<,\"autorizacao\":{\"tipo\":{auth_type}<,\"valor\":{auth}>}>}]" },
	{ "webhook.get", "GET", BASE, .scope = "webhook.read" },
	{ "webhook.delete", "DELETE", BASE "/{id}", .scope = "webhook.write" },
	/* How the certificate travels is not published. "Base64-encoded X.509 (*.cer)" is what Windows calls a PEM text. */
	{ "cert.set", "PUT", BASE "/certificado", "webhook.write",
		.body = "{cert}", .part = "certificado", .part_name = "certificado.cer", .part_type = "application/x-x509-ca-cert" },
	/* the other forms that its manual may mean: cert is base64 of the DER form or of the PEM text, or the PEM text */
	{ "cert.set.json", "PUT", BASE "/certificado", "webhook.write", .body = "{\"certificado\":{cert}}" },
	{ "pix.list", "GET", RECEIPTS "?Inicio={since}&Fim={until}", .scope = "pix.read" },
	{ "pix.get", "GET", RECEIPTS "/{e2eid}/recebimento", .scope = "pix.read" },
	{ 0 }
};

/*
 * devs.bs2.com/docs/receipt-pix: the members of a receipt and of `pagina` are published, the list round them and how a second page is
 * asked for are not. So a time is asked for that fits one page. Webhooks tell of EFETIVADO alone, which the API writes Efetivado.
 */
const struct psp_list psp_bs2_list = {
	.call = "pix.list",
	.items = "items",
	.item_count = "pagina.qtd",
	.page_size = "pagina.itensPorPagina",
	.first_page = -1,
	.window_ms = 24 * 3600 * INT64_C(1000),
	.one = "pix.get",
	.credited = "EFETIVADO",
	.passing = "EM_PROCESSAMENTO",
};

/*
 * devs.bs2.com/docs/webhooks-for-indirect-participants: one route an event. Fields and the answer to delete (204) are published;
 * paths, methods, where configuracaoId travels and the inside of autenticacao are not: a hook's `calls` changes them.
 */
#define AUTENTICACAO "\"autenticacao\":{\"tipo\":{auth_type},\"valor\":{auth}}"

const struct psp_call psp_bs2_indirect_calls[] = {
	{ "webhook.set", "POST", INDIRECT, "webhook.write", .body = "{\"url\":{url},\"evento\":{event}," AUTENTICACAO "}" },
	{ "webhook.get", "GET", INDIRECT, .scope = "webhook.read" },
	{ "webhook.change", "PUT", INDIRECT, "webhook.write", .body = "{\"configuracaoId\":{id},\"url\":{url}," AUTENTICACAO "}" },
	{ "webhook.delete", "DELETE", INDIRECT "/{id}", .scope = "webhook.write" },
	{ "cert.set", "PUT", INDIRECT "/certificado", "webhook.write",
		.body = "{cert}", .part = "certificado", .part_name = "certificado.crt", .part_type = "application/x-x509-ca-cert" },
	{ "cert.set.json", "PUT", INDIRECT "/certificado", "webhook.write", .body = "{\"certificado\":{cert}}" },
	{ 0 }
};

/* What the value of an authorisation is, is not published: the forms that it may have. */
const char psp_bs2_also[] = "{auth_header}{auth_user}{auth_password}{auth_token}";

const struct psp_error psp_bs2_errors[] = {
	{ NULL, "Invalid Apikey*",
		"BS2 did not take the token: it is of the other environment, another program got a newer one with the same client_id, or production "
		"misses your address or the code in User-Agent.",
		"Look at environment, and in production at user_agent and at the addresses registered in the application; let no other program use "
		"this client_id." },
	{ NULL, "Internal error*",
		"BS2 could not take the certificate, or is under maintenance.",
		"Look whether the file is one certificate, the server's own, in PEM (`pixgate cert status HOOK`); if so, try again later." },
	{ "CT02098", "*",
		"The client is not bound to an account.",
		"Ask BS2 to bind the application to the account." },
	{ NULL, "Client not located in context*",
		"The client is not bound to an account.",
		"Ask BS2 to bind the application to the account." },
	{ "invalid_client", "*",
		"BS2 does not know client_id and client_secret, or they are of the other environment.",
		"Copy API Key and API Secret anew (BS2 Empresas, API Banking, Aplicações), without blanks or line breaks." },
	{ "invalid_request", "Missing or duplicate parameters*",
		"The token's request lacks something.",
		"Look at client_id and client_secret." },
	{ NULL, "O formato esperado não foi respeitado*",
		"BS2 does not take a value of the request; the word before the message names it.",
		"Look at the hook's setting of that meaning." },
	{ NULL, "",
		"BS2 refused without a word: the product is not enabled for the account, or in production your address or the code in User-Agent is "
		"not known.",
		"Set user_agent to the code that BS2 gave, register this machine's address in the application, or ask BS2." },
	{ 0 }
};
