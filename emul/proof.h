/* How a merchant's application proves itself: the Authorization of a request. */
#ifndef EMUL_PROOF_H
#define EMUL_PROOF_H

#include <stdbool.h>

#include "emul/bank.h"

/* What follows "Basic " or "Bearer " (in any case); NULL: another way, or none. */
const char *proof_of(const struct front_request *r, const char *way);

bool proof_pair(const struct bank *bank, const char *id, const char *secret);	/* is the account's; in constant time as to the secret */
bool proof_basic(const struct bank *bank, const struct front_request *r);	/* Basic with that pair */

/* Whether a word is among those of a text, which a space divides. */
bool proof_has(const char *words, const char *word);

#endif
