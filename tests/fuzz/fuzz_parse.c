/*
 * libFuzzer over the reader of bodies: the first byte chooses the profile, the rest is the body.
 *   clang -std=gnu11 -D_GNU_SOURCE -I. -g -O1 -fsanitize=fuzzer,address,undefined -o build/fuzz_parse \
 *         tests/fuzz/fuzz_parse.c pix/p*.c lib/json*.c lib/buf.c lib/err.c lib/mem.c lib/money.c lib/when.c -lcjson
 *   build/fuzz_parse -max_total_time=60 -timeout=5 build/corpus tests/data/efi tests/data/bs2
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/limits.h"
#include "pix/psp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pix_batch batch = { 0 };
	const char *event, *body = (const char *)data;
	size_t n = 0;

	while (psps[n])
		n++;
	if (!size)
		return 0;
	event = data[0] & 0x80 ? "RecebimentoFinalizado" : "";
	if (data[0] != '{' && data[0] != '[') {	/* those begin a whole body: the sample files serve as they are */
		body++;
		size--;
	}
	pix_parse(psps[data[0] % n], event, body, size, &batch);
	demand(batch.count <= LIMIT_ITEMS);
	demand(batch.count || batch.ping || batch.unread);
	demand(!batch.ping || (!batch.count && !batch.unread));
	demand(!batch.unread || *batch.why);
	for (size_t i = 0; i < batch.count; i++) {
		const struct pix_event *e = &batch.events[i];

		demand(*e->e2eid && pix_kind_name(e->kind));
		demand(e->has_cents ? e->cents >= 0 && e->cents < 1000000000000 : e->cents == 0);
		demand(strlen(e->key) <= PIX_KEY_MAX && strlen(e->ref) <= PIX_REF_MAX);
	}
	pix_batch_free(&batch);
	return 0;
}
