#include "pix/test_event.h"

#include <string.h>

static bool made_of(const char *id, const char *begin, size_t digits)
{
	size_t at = strlen(begin);

	return strncmp(id, begin, at) == 0 && strspn(id + at, "0123456789") == digits && strcmp(id + at + digits, PIX_TEST_END) == 0;
}

bool pix_is_test(const char *id)
{
	return made_of(id, PIX_TEST_E2EID, PIX_TEST_E2EID_DIGITS) || made_of(id, PIX_TEST_IDREC, PIX_TEST_IDREC_DIGITS);
}
