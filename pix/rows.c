#include "pix/rows.h"

#include <string.h>

#include "lib/json.h"
#include "pix/psp.h"

bool psp_present(const struct json *v)
{
	const char *text = json_text(v);

	return json_type(v) != JSON_NULL && (!text || *text);
}

/* One condition of `when`, text[0..len). */
static bool condition(const struct psp *psp, const struct json *item, const char *text, size_t len)
{
	char path[64];
	const char *equals = memchr(text, '=', len), *found;
	bool absent = *text == '!';
	size_t n = equals ? (size_t)(equals - text) : len;
	const struct json *v;

	text += absent;
	n -= absent;
	if (n >= sizeof path)
		return false;
	memcpy(path, text, n);
	path[n] = '\0';
	v = json_path(item, path, psp->fold_case);
	if (!equals)
		return psp_present(v) != absent;
	len -= n + 1;
	found = json_type(v) == JSON_STRING ? json_text(v) : NULL;
	return found && strncmp(found, equals + 1, len) == 0 && !found[len];
}

bool psp_holds(const struct psp *psp, const struct json *item, const char *when)
{
	while (when) {
		size_t n = strcspn(when, "&");

		if (!condition(psp, item, when, n))
			return false;
		when = when[n] ? when + n + 1 : NULL;
	}
	return true;
}

size_t psp_rows_of_list(const struct psp_event *first)
{
	size_t n = 1;

	while (first[n].fields && first[n].list && first->list && strcmp(first[n].list, first->list) == 0)
		n++;
	return n;
}
