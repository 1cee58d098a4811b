#include "emul/multipart.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { BOUNDARY = 70, HEADER = 1024 };

/*
 * A parameter of a header's value, `; name=token` or `; name="text"`. false: it is not there, is empty, or does not fit. The RFC's
 * percent-encoding of a quote is left as it is, a backslash is undone.
 */
static bool parameter(const char *value, const char *name, char *out, size_t size)
{
	size_t n = strlen(name), len = 0;
	const char *p = value + strcspn(value, ";");

	while (*p == ';') {
		bool quoted, wanted;

		p += 1 + strspn(p + 1, " \t");
		wanted = !strncasecmp(p, name, n) && p[n] == '=';
		p += strcspn(p, "=;");
		if (*p == ';')
			continue;
		if (!*p)
			return false;
		p++;
		quoted = *p == '"';
		p += quoted;
		for (; *p && (quoted ? *p != '"' : !strchr("; \t", *p)); p++) {
			if (quoted && *p == '\\' && p[1])
				p++;
			if (!wanted)
				continue;
			if (len + 1 >= size)
				return false;
			out[len++] = *p;
		}
		if (quoted && *p++ != '"')
			return false;
		if (wanted) {
			out[len] = '\0';
			return len;
		}
		p += strspn(p, " \t");
	}
	return false;
}

/* From the header block of a part: whether it is the one of that name, and its file name. */
static bool is_named(const char *header, size_t len, const char *name, char *file, size_t size)
{
	static const char want[] = "Content-Disposition:";
	char text[HEADER + 1], got[128], *rest = NULL;

	if (len > HEADER || memchr(header, '\0', len))
		return false;
	memcpy(text, header, len);
	text[len] = '\0';
	for (char *line = strtok_r(text, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest)) {
		char *value = line + sizeof want - 1;

		if (strncasecmp(line, want, sizeof want - 1) != 0)
			continue;
		value += strspn(value, " \t");
		if (strncasecmp(value, "form-data", 9) != 0 || !parameter(value, "name", got, sizeof got) || strcmp(got, name) != 0)
			return false;
		if (!parameter(value, "filename", file, size))
			*file = '\0';
		return true;
	}
	return false;
}

bool multipart_part(const char *type, const char *body, size_t len, const char *name, struct part *out)
{
	char boundary[BOUNDARY + 1], mark[BOUNDARY + 5];
	const char *end = body + len, *at, *next;
	struct part got = { 0 };
	size_t n;
	int found = 0;

	if (!type || strncasecmp(type, "multipart/form-data", 19) != 0 || !parameter(type, "boundary", boundary, sizeof boundary))
		return false;
	n = (size_t)snprintf(mark, sizeof mark, "\r\n--%s", boundary);
	/* the first may stand at the very beginning, without its line break */
	if (len >= n - 2 && !memcmp(body, mark + 2, n - 2)) {
		at = body + n - 2;
	} else {
		at = memmem(body, len, mark, n);
		if (!at)
			return false;
		at += n;
	}
	while (end - at < 2 || memcmp(at, "--", 2) != 0) {
		const char *data;

		if (end - at < 2 || memcmp(at, "\r\n", 2) != 0)
			return false;
		next = memmem(at, (size_t)(end - at), mark, n);
		data = next ? memmem(at, (size_t)(next - at), "\r\n\r\n", 4) : NULL;
		if (!data)
			return false;
		if (is_named(at + 2, (size_t)(data - at) - 2 + (data == at ? 2 : 0), name, got.file, sizeof got.file)) {
			got.data = data + 4;
			got.len = (size_t)(next - got.data);
			found++;
		}
		at = next + n;
	}
	if (found == 1)
		*out = got;
	return found == 1;
}
