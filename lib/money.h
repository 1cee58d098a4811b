/* Money: decimal text to integer centavos, never by way of a double. */
#ifndef LIB_MONEY_H
#define LIB_MONEY_H

#include <stdbool.h>
#include <stdint.h>

enum money_form {
	MONEY_BCB,	/* exactly \d{1,10}\.\d{2} (BCB Pix API 2.9.0, Pix.valor) */
	MONEY_DECIMAL	/* \d{1,10}(\.\d+)? whose digits past the second decimal are all 0 (BS2 sends 12.34, 10.0, 10) */
};

/* false, *cents untouched, where the text is not of the form or is not exact. No sign, no exponent, no spaces. */
bool money_cents(const char *text, enum money_form form, int64_t *cents);

#endif
