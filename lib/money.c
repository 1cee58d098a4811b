#include "lib/money.h"

#include <stddef.h>

enum { WHOLE_MAX = 10 };	/* digits before the point, in both forms; 10^10 reais in centavos fit 64 bits easily */

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

bool money_cents(const char *text, enum money_form form, int64_t *cents)
{
	const char *p = text;
	int64_t sum = 0;
	int decimals = 0;

	for (; digit(*p); p++) {
		if (p - text == WHOLE_MAX)
			return false;
		sum = sum * 10 + (*p - '0');
	}
	if (p == text)
		return false;
	if (*p == '.') {
		for (p++; digit(*p); p++, decimals++) {
			if (decimals < 2)
				sum = sum * 10 + (*p - '0');
			else if (form == MONEY_BCB || *p != '0')
				return false;
		}
		if (!decimals)
			return false;
	}
	if (*p || (form == MONEY_BCB && decimals != 2))
		return false;
	for (; decimals < 2; decimals++)
		sum *= 10;
	*cents = sum;
	return true;
}
