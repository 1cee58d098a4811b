#include "recon/idset.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/secret.h"

static struct idset_slot slot_of(const void *bytes, size_t len)
{
	unsigned char digest[32];
	struct idset_slot k;

	sha256(bytes, len, digest);
	memcpy(&k, digest, sizeof k);
	k.part[0] |= !k.part[0] && !k.part[1];
	return k;
}

/* Where k stands, or the empty slot where it would. */
static struct idset_slot *find(const struct idset *s, struct idset_slot k)
{
	size_t at = k.part[0] & (s->slots - 1);

	while ((s->slot[at].part[0] | s->slot[at].part[1]) && memcmp(&s->slot[at], &k, sizeof k) != 0)
		at = (at + 1) & (s->slots - 1);
	return &s->slot[at];
}

static void widen(struct idset *s)
{
	struct idset wide = { .slots = s->slots ? s->slots * 2 : 256, .used = s->used };

	wide.slot = xcalloc(wide.slots, sizeof *wide.slot);
	for (size_t i = 0; i < s->slots; i++)
		if (s->slot[i].part[0] | s->slot[i].part[1])
			*find(&wide, s->slot[i]) = s->slot[i];
	free(s->slot);
	*s = wide;
}

bool idset_add(struct idset *s, const void *bytes, size_t len)
{
	struct idset_slot k = slot_of(bytes, len), *at;

	if (s->used * 2 >= s->slots)
		widen(s);
	at = find(s, k);
	if (at->part[0] | at->part[1])
		return false;
	*at = k;
	s->used++;
	return true;
}

bool idset_has(const struct idset *s, const void *bytes, size_t len)
{
	const struct idset_slot *at = s->slots ? find(s, slot_of(bytes, len)) : NULL;

	return at && (at->part[0] | at->part[1]);
}

void idset_free(struct idset *s)
{
	free(s->slot);
	*s = (struct idset){ 0 };
}
