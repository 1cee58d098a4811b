#include "pix/pix.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ascii.h"
#include "pix/test_event.h"

static const char *const kinds[PIX_KINDS] = {
	[PIX_RECEIVED]   = "received",
	[PIX_REFUND]     = "refund",
	[PIX_SENT]       = "sent",
	[PIX_RECURRENCE] = "recurrence",
	[PIX_CHARGE]     = "charge",
	[PIX_PAYMENT]    = "payment",
	[PIX_RETURN]     = "return",
	[PIX_VALIDATION] = "validation",
};

const char *pix_kind_name(enum pix_kind kind)
{
	return (unsigned)kind < PIX_KINDS ? kinds[kind] : NULL;
}

bool pix_kind_parse(const char *name, enum pix_kind *kind)
{
	for (unsigned i = 0; i < PIX_KINDS; i++) {
		if (strcmp(name, kinds[i]) == 0) {
			*kind = (enum pix_kind)i;
			return true;
		}
	}
	return false;
}

void pix_batch_free(struct pix_batch *b)
{
	free(b->events);
	*b = (struct pix_batch){ 0 };
}

void pix_mark_foreign(struct pix_batch *batch, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct pix_event *event = &batch->events[i];
		size_t k = 0;

		while (k < n && ascii_casecmp(event->key, keys[k]) != 0)
			k++;
		event->foreign = (n && event->key[0] && k == n) || pix_is_test(event->e2eid);
	}
}
