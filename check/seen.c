#include "check/seen.h"

#include <stdlib.h>

void seen_free(struct seen *s)
{
	for (int i = 0; i < SEEN_NAMES; i++) {
		free(s->names[i]);
		s->names[i] = NULL;
	}
	s->name_count = 0;
	certs_free(&s->chain);
}
