#include "emul/bank.h"

#include <string.h>

#include "emul/bs2.h"
#include "emul/efi.h"

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

void bank_handle(void *ctx, const struct front_request *r, struct front_answer *a)
{
	const struct bank_psp *p = bank_psps;

	while (!is_of(p, r->path))
		p++;
	p->handle(ctx, r, a);
}
