#include "emul/bank.h"

#include <string.h>

#include "emul/bs2.h"
#include "emul/efi.h"
#include "emul/fault.h"
#include "lib/log.h"

static const char *const indirect_paths[] = { "/pix/indireto/", NULL };
static const char *const bs2_paths[] = { "/auth/oauth/v2/", "/pix/direto/", NULL };

enum { INDIRECT, DIRECT, EFI };

const struct bank_psp bank_psps[] = {
	[INDIRECT] = { "bs2-indirect", indirect_paths, bs2_handle, BS2_INDIRECT_PATIENCE_MS, "bs2-indirect.crt" },
	[DIRECT]   = { "bs2", bs2_paths, bs2_handle, BS2_PATIENCE_MS, "bs2.cer" },
	[EFI]      = { "efi", NULL, efi_handle, EFI_PATIENCE_MS, NULL },
};

static const struct bank_kind kinds[] = {
	{ "pix", "/pix", &bank_psps[EFI] },
	{ "rec", "/rec", &bank_psps[EFI] },
	{ "cobr", "/cobr", &bank_psps[EFI] },
	{ "bs2", "", &bank_psps[DIRECT] },
	{ "bs2-indirect", "", &bank_psps[INDIRECT] },
	{ 0 }
};

const struct bank_kind *bank_kind_find(const char *kind)
{
	for (const struct bank_kind *k = kinds; k->kind; k++)
		if (!strcmp(k->kind, kind))
			return k;
	return NULL;
}

static bool is_of(const struct bank_psp *p, const char *path)
{
	for (const char *const *begin = p->paths; begin && *begin; begin++)
		if (!strncmp(*begin, path, strlen(*begin)))
			return true;
	return !p->paths;
}

/* Efí drops whoever has no certificate; that is no request that could be spoilt. */
static bool answers(const struct bank *bank, const struct bank_psp *p, const struct front_request *r)
{
	return p != &bank_psps[EFI] || (r->issuer && !strcmp(r->issuer, bank->issuer));
}

void bank_handle(void *ctx, const struct front_request *r, struct front_answer *a)
{
	const struct bank_psp *p = bank_psps;
	const struct bank *bank = ctx;
	const struct fault *fault;
	int64_t value = 0;

	while (!is_of(p, r->path))
		p++;
	fault = answers(bank, p, r) ? fault_of_request(bank->state, r, &value) : NULL;
	if (fault)
		log_line("emul: fault name=%s method=%s path=%s", fault->name, r->method, r->path);
	if (!fault || !fault->instead)
		p->handle(ctx, r, a);
	if (fault && (fault->instead || a->status))
		fault->spoil(a, value);
}
