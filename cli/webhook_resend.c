/* `pixgate webhook resend HOOK E2EID…`: Efí sends notices once more. */
#include <stdio.h>
#include <string.h>

#include "cli/webhook.h"

enum { KIND, DRY_RUN };

static const struct opt options[] = {
	[KIND]    = { "--kind", "KIND", "received (the default), sent, refund-sent or refund-received", 0 },
	[DRY_RUN] = { "--dry-run", NULL, "prints the request, secrets masked, and sends nothing", 0 },
	{ 0 }
};

enum { MOST = 1000 };	/* of one request */

static const struct {
	const char *name, *type;
} kinds[] = {
	{ "received", "PIX_RECEBIDO" }, { "sent", "PIX_ENVIADO" },
	{ "refund-sent", "DEVOLUCAO_ENVIADA" }, { "refund-received", "DEVOLUCAO_RECEBIDA" },
};

static const char *type_of(const char *kind, struct err *e)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].name, kind ? kind : "received") == 0)
			return kinds[i].type;
	fail(e, ERR_USAGE, "--kind: unknown '%s' (one of: received, sent, refund-sent, refund-received)", kind);
	return NULL;
}

/* E, ISPB (8), minute in UTC (12), 11 of the PSP's own: BCB, Manual de Padrões; a refund's begins with D. */
static bool e2eid_ok(const char *id)
{
	static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	return strlen(id) == 32 && (*id == 'E' || *id == 'D') && strspn(id, letters) == 32 && strspn(id + 9, "0123456789") >= 12;
}

static bool read_ids(const struct args *a, struct buf *list, struct err *e)
{
	if (a->operands - 1 > MOST)
		return fail(e, ERR_USAGE, "%d endToEndIds: at most %d in one request", a->operands - 1, MOST);
	json_open(list, NULL, '[');
	for (int i = 1; i < a->operands; i++) {
		if (!e2eid_ok(a->operand[i]))
			return fail(e, ERR_USAGE, "'%.64s' is no endToEndId: expected E, 8 characters of the bank, 12 digits of the time, 11 letters or digits", a->operand[i]);
		json_str(list, NULL, a->operand[i]);
	}
	json_close(list, ']');
	return true;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct buf list = BUF(64 * 1024);
	struct api_answer answer = { 0 };
	const char *type = type_of(a->value[KIND], e);
	struct webhook w = { 0 };
	int status = 2;

	if (!type || !read_ids(a, &list, e) || !webhook_start(&w, c, a->operand[0], "webhook.resend", false, e))
		goto out;
	const struct api_value values[] = { { .name = "kind", .value = type }, { .name = "e2eids", .value = buf_str(&list), .raw = true }, { 0 } };

	if (a->value[DRY_RUN]) {
		webhook_show(&w, "webhook.resend", values, e);
	} else if (!api_call(w.api, "webhook.resend", values, c->now_ms, &answer, e)) {
		webhook_failed(&w, "", &answer, e);
	} else if (c->json) {
		buf_reset(&list);
		json_open(&list, NULL, '{');
		json_str(&list, "hook", w.hook->name);
		json_str(&list, "kind", type);
		json_int(&list, "asked", a->operands - 1);
		json_close(&list, '}');
		out_line(&list);
	} else {
		printf("the PSP will send %d notice%s again, once each; `pixgate inbox list` shows what arrives\n", a->operands - 1, a->operands == 2 ? "" : "s");
	}
	status = w.status;
out:
	api_answer_free(&answer);
	buf_free(&list);
	webhook_end(&w);
	return status;
}

const struct verb webhook_resend = {
	.name = "resend",
	.synopsis = "HOOK E2EID… [OPTION …]",
	.summary = "has Efí send notices once more",
	.help = "For what was missed: at most 1000 at once, of the last 30 days. Efí tries each once. What the inbox has already stays as it\n"
		"is.",
	.options = options,
	.least = 2,
	.most = -1,
	.run = run,
};
