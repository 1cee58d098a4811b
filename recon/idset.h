/* What was met before: a set of texts, kept as 16 bytes of their SHA-256, so that nobody can choose two that are taken for one. */
#ifndef RECON_IDSET_H
#define RECON_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct idset {
	struct idset_slot {
		uint64_t part[2];	/* 0, 0: empty */
	} *slot;
	size_t used, slots;		/* slots is a power of two, or 0 */
};

/* true where it was not in it. A set of n takes 32 to 64 bytes each. Zeroed is empty. */
bool idset_add(struct idset *s, const void *bytes, size_t len);
bool idset_has(const struct idset *s, const void *bytes, size_t len);
void idset_free(struct idset *s);	/* safe on a zeroed one and twice; it is empty then */

#endif
