#include "pix/psp.h"

#include "lib/when.h"

/* dev.efipay.com.br (Pix API, webhooks), read July 2024; certificates from efipay/mtls-webhook, December 2024. */
static const char *const sources[] = { "34.193.116.226", NULL };	/* the same for both environments */

/* The intermediate and the root that both files hold. SHA-256 of the DER form. */
#define ROOT "e43aadaaeb98ae4b0ae6382406acb97d52749c75fc20bb647fe49476e035806d"

static const char *const production[] = { "b8a4cc20e3cb06401b3273f5f08fdce523bc6a961706911c500647fcf08b3861", ROOT, NULL };
static const char *const sandbox[] = { "98c44220cccc930a37985e3519a53def4bbbd8b382d7f16335425125f718ead5", ROOT, NULL };

static const struct psp_env envs[] = {
	{
		.name = "production",
		.api = "https://pix.api.efipay.com.br",
		.pin = "CN=webhook.efipay.com.br",
		.chain_url = "https://certificados.efipay.com.br/webhooks/certificate-chain-prod.crt",
		.chain_sha256 = production,
	},
	{
		.name = "sandbox",
		.api = "https://pix-h.api.efipay.com.br",
		.pin = "CN=webhook-h.efipay.com.br",
		.chain_url = "https://certificados.efipay.com.br/webhooks/certificate-chain-homolog.crt",
		.chain_sha256 = sandbox,
	},
	{ 0 }
};

static const char *const notes[] = {
	"Registering calls the URL twice, as registered and without /pix: without a certificate (must be refused), then with it (must answer 2xx).",
	"With x-skip-mtls-checking the first call is left out; the client certificate is presented all the same.",
	"Notices go to the URL with /pix, /rec or /cobr at its very end, behind the query: end it in \"&ignorar=\".",
	"Retries: up to 10, after 5, 10, 20, 40, 80, 160, 320, 640 and 1280 minutes (2024); newer pages tell of 9 within 6 h 20. Then it is up to you to reconcile.",
	"An answer may take 60 s. Any 2xx ends the retries, 429 does not.",
	"Notices come twice and out of order, and a refund repeats the Pix that it returns.",
	"The published CA file holds the root, under which the sandbox and other services sign too: pin the intermediate.",
	"Static QR codes and transfers to the key are announced only with notificar.pixSemTxid set (PUT /v2/gn/config).",
	NULL
};

const struct psp psp_efi = {
	.name = "efi",
	.title = "Efí (formerly Gerencianet)",
	.suffixes = psp_bcb_suffixes,
	.bare_list = true,
	.money = MONEY_BCB,
	.assume_minutes = WHEN_NO_ZONE,
	.patience_ms = 60 * 1000,
	.sources = sources,
	.envs = envs,
	.events = psp_bcb_events,
	.token = &psp_efi_token,
	.calls = psp_efi_calls,
	.list = &psp_efi_list,
	.errors = psp_efi_errors,
	.notes = notes,
};
